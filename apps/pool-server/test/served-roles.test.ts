import { contoso } from '@entente/testkit/topology';
import { buildTopology } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { type PoolServerConfig, poolServerConfig } from '../src/config.ts';
import { acceptedPorts } from '../src/create-pool-server.ts';
import { refuseOtherPorts, servedRoleOf, servedRoles } from '../src/roles/served-roles.ts';

const topology = buildTopology(contoso);
const configFile = '/etc/entente/server.yaml';
const roleOf = (fqdn: string, more: object = {}) =>
  servedRoleOf(poolServerConfig.parse({ fqdn, directory: '.', ...more }), topology, configFile);

it('serves the role that the topology gives', () => {
  expect(roleOf('med1.contoso.example')).toBe(servedRoles.mediation);
  expect(roleOf('fe1.contoso.example')).toBe(servedRoles['front-end']);
});

describe('refuses to start', () => {
  it.each([
    ['edge1.contoso.example', 'as edge', 'entente-edge-server'],
    ['ca1.contoso.example', 'as authority', 'entente-authority-server'],
    ['gw1.contoso.example', 'as gateway', 'correct "fqdn"'],
    ['nobody.contoso.example', 'as no server', 'correct "fqdn"'],
  ])('as %s, which the topology lists %s, and names a remedy', (fqdn, found, remedy) => {
    expect(() => roleOf(fqdn)).toThrow(
      expect.objectContaining({
        code: 'ENTENTE_ROLE_NOT_SERVED',
        place: 'the topology',
        message: expect.stringContaining(found),
        remedy: expect.stringContaining(remedy),
      }),
    );
  });

  const settings: Readonly<Record<string, Partial<PoolServerConfig>>> = {
    accounts: { accounts: { postgresql: { host: '/run/postgresql' } } } as Partial<PoolServerConfig>,
    locations: { locations: { redis: { host: '127.0.0.1', port: 6_379 } } },
    users: { users: 'users.yaml' },
  };
  const others = Object.entries(servedRoles).flatMap(([role, served]) =>
    Object.keys(settings)
      .filter((setting) => !(served.settings as readonly string[]).includes(setting))
      .map((setting) => [role, setting] as const),
  );

  it.skipIf(others.length === 0).each(others)(
    'as %s with "%s", which that role does not use',
    (role, setting) => {
      const server = contoso.servers.find((known) => known.role === role);
      expect(() => roleOf(server?.fqdn ?? '', settings[setting])).toThrow(
        expect.objectContaining({ code: 'ENTENTE_SETTING_OF_OTHER_ROLE', place: configFile }),
      );
    },
  );

  it('with no setting of a front end as a front end', () => {
    for (const setting of Object.values(settings))
      expect(() => roleOf('fe1.contoso.example', setting)).not.toThrow();
  });
});

describe('a plugin', () => {
  const ports = acceptedPorts.map(({ name }) => name);
  const used: Readonly<Record<string, readonly string[]>> = {
    'front-end': ['exporter', 'locations', 'request-policy'],
    director: ['exporter', 'request-policy'],
    mediation: ['exporter'],
    'web-services': ['exporter'],
  };
  const all = Object.entries(servedRoles).flatMap(([role, served]) =>
    ports.map((port) => [role, port, served] as const),
  );

  it.each(all)('of a %s for %s is refused where the role does not use it', (role, port, served) => {
    const refused = () => refuseOtherPorts(served, [{ plugin: 'alpha', port }]);
    if (used[role]?.includes(port) === true) expect(refused).not.toThrow();
    else
      expect(refused).toThrow(
        expect.objectContaining({ code: 'ENTENTE_PLUGIN_PORT', place: 'plugin alpha' }),
      );
  });

  it.each(Object.entries(servedRoles))('of a %s may provide a port for another plugin', (_, served) => {
    expect(() => refuseOtherPorts(served, [{ plugin: 'alpha', port: 'phone-book' }])).not.toThrow();
  });

  it('for a port that no role uses is not accepted', () => {
    expect([...new Set(Object.values(used).flat())].sort()).toEqual([...ports].sort());
  });
});
