import { OperatorFault, type Plugins } from '@entente/host';
import { exporterPort } from '@entente/host/exporter';
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

/**
 * Refuses plugins for ports that other roles use, and this one does not. Ports that plugins provide for each other are their own business.
 * @param served - the role of this server
 * @param offers - what its plugins provide
 * @throws OperatorFault `ENTENTE_PLUGIN_PORT`
 */
export function refuseOtherPorts({ ports }: Pick<ServedRole, 'ports'>, offers: Plugins['offers']): void {
  const ofRoles = new Set<string>(Object.values(servedRoles).flatMap((role) => role.ports));
  const other = offers.find(({ port }) => ofRoles.has(port) && !ports.includes(port));
  if (other === undefined) return;
  const used = [...ports, exporterPort.name].join(', ');
  throw new OperatorFault('ENTENTE_PLUGIN_PORT', {
    sentence: `port ${other.port}: expected one that this role uses (${used})`,
    place: `plugin ${other.plugin}`,
    remedy: 'leave the plugin out of the configuration of this server',
  });
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
