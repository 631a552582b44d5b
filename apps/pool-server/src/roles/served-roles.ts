import { OperatorFault } from '@entente/host';
import type { Role, Topology } from '@entente/topology';
import type { PoolServerConfig } from '../config.ts';
import type { RoleSetting, ServedRole } from './role.ts';
import { directorRole } from './serve-director.ts';
import { frontEndRole } from './serve-front-end.ts';
import { mediationRole } from './serve-mediation.ts';
import { webServicesRole } from './serve-web-services.ts';

/** The roles that this program serves. */
export const servedRoles: Readonly<Partial<Record<Role, ServedRole>>> = {
  'front-end': frontEndRole,
  mediation: mediationRole,
  director: directorRole,
  'web-services': webServicesRole,
};

/** Programs of the roles that this one does not serve. */
const otherPrograms: Readonly<Partial<Record<Role, string>>> = {
  authority: 'entente-authority-server',
  edge: 'entente-edge-server',
};

/** Settings that some role does not use, each with whether a configuration has it. */
const roleSettings: Readonly<Record<RoleSetting, (config: PoolServerConfig) => boolean>> = {
  accounts: ({ accounts }) => accounts !== undefined,
  locations: ({ locations }) => locations !== undefined,
  plugins: ({ plugins }) => plugins.length > 0,
  users: ({ users }) => users !== undefined,
};

/**
 * What this server is to do: the topology gives it a role, and the configuration may have no setting that this role does not use.
 * @param config - names the server
 * @param topology - in force
 * @param configFile - of the configuration
 * @throws OperatorFault `ENTENTE_ROLE_NOT_SERVED`, `ENTENTE_SETTING_OF_OTHER_ROLE`
 */
export function servedRoleOf(config: PoolServerConfig, topology: Topology, configFile: string): ServedRole {
  const { fqdn } = config;
  const role = topology.servers.get(fqdn)?.role;
  const served = role === undefined ? undefined : servedRoles[role];
  if (role === undefined || served === undefined) throw notServed(fqdn, role);
  for (const setting of Object.keys(roleSettings) as RoleSetting[]) {
    if (served.settings.includes(setting) || !roleSettings[setting](config)) continue;
    throw new OperatorFault('ENTENTE_SETTING_OF_OTHER_ROLE', {
      sentence: `expected settings of a ${role}, which the topology says that ${fqdn} is, found "${setting}"`,
      place: configFile,
      remedy: `leave "${setting}" out, or correct "fqdn"`,
    });
  }
  return served;
}

function notServed(fqdn: string, role: Role | undefined): OperatorFault {
  const known = Object.keys(servedRoles).join(', ');
  const program = role === undefined ? undefined : otherPrograms[role];
  return new OperatorFault('ENTENTE_ROLE_NOT_SERVED', {
    sentence: `expected ${fqdn} as a server of a role that this program serves (${known}), found it as ${role ?? 'no server'}`,
    place: 'the topology',
    remedy: `${program === undefined ? 'correct "fqdn"' : `start ${program} for it, correct "fqdn"`}, or publish a topology with the server in such a role`,
  });
}
