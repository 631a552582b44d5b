import type { TopologyDocument } from '@entente/topology';
import { testAdministrator } from './test-administrator.ts';

/** Three administrators, two of whom are needed. */
export const administrators = [
  testAdministrator('one'),
  testAdministrator('two', 'ES256'),
  testAdministrator('three'),
] as const;

/** 2026-06-01T00:00:00Z, some months after the fixture is issued. */
export const now = Date.UTC(2026, 5, 1);

/** An organisation with at least one server of each role, and two where equals are linked. */
export const contoso: TopologyDocument = {
  format: 'entente-topology/1',
  network: 'contoso.example',
  version: 1,
  issued: '2026-01-31T12:00:00Z',
  administrators: { required: 2, keys: administrators.map((administrator) => administrator.entry) },
  anchors: { federation: [{ name: 'shared root', sha256: 'ab'.repeat(32) }] },
  sites: [{ id: 'berlin', title: 'Berlin' }],
  domains: [{ name: 'contoso.example', pool: 'pool1.contoso.example' }],
  pools: [
    { fqdn: 'pool1.contoso.example', role: 'front-end', site: 'berlin' },
    { fqdn: 'pool2.contoso.example', role: 'front-end' },
    { fqdn: 'edges.contoso.example', role: 'edge' },
  ],
  servers: [
    { fqdn: 'fe1.contoso.example', role: 'front-end', pool: 'pool1.contoso.example' },
    { fqdn: 'fe2.contoso.example', role: 'front-end', pool: 'pool1.contoso.example' },
    { fqdn: 'fe3.contoso.example', role: 'front-end', pool: 'pool2.contoso.example' },
    { fqdn: 'dir1.contoso.example', role: 'director' },
    {
      fqdn: 'edge1.contoso.example',
      role: 'edge',
      pool: 'edges.contoso.example',
      interfaces: { external: { fqdn: 'access1.contoso.example', certificate: 'public' } },
    },
    {
      fqdn: 'edge2.contoso.example',
      role: 'edge',
      pool: 'edges.contoso.example',
      interfaces: { external: { fqdn: 'access2.contoso.example' } },
    },
    {
      fqdn: 'edge9.contoso.example',
      role: 'edge',
      interfaces: { external: { fqdn: 'access9.contoso.example' } },
    },
    { fqdn: 'med1.contoso.example', role: 'mediation' },
    { fqdn: 'gw1.contoso.example', role: 'gateway' },
    { fqdn: 'chat1.contoso.example', role: 'trusted-application' },
    { fqdn: 'bot1.contoso.example', role: 'trusted-application', flags: { outboundOnly: true } },
    { fqdn: 'web1.contoso.example', role: 'web-services' },
    {
      fqdn: 'rp1.contoso.example',
      role: 'reverse-proxy',
      interfaces: { external: { fqdn: 'www.contoso.example' } },
    },
    { fqdn: 'ca1.contoso.example', role: 'authority' },
    { fqdn: 'ca2.contoso.example', role: 'authority' },
  ],
  stores: [{ fqdn: 'redis1.contoso.example', kind: 'redis' }],
  users: { 'alice@contoso.example': 'fe1.contoso.example', 'bob@contoso.example': 'pool2.contoso.example' },
  partners: [
    { kind: 'allowed-domain', id: 'fabrikam', domains: ['fabrikam.example', 'fabrikam.test'] },
    { kind: 'blocked', id: 'spam', domains: ['spam.example'] },
  ],
};

/** The same with addresses and ports as a demo on one machine has them. */
export const placed: TopologyDocument = {
  ...contoso,
  servers: contoso.servers.map((server) => {
    const internal = { address: '127.0.0.1' };
    switch (server.fqdn) {
      case 'fe1.contoso.example':
        return {
          ...server,
          interfaces: { internal: { ...internal, ports: { sip: 15061, web: 10443, validation: 10080 } } },
        };
      case 'fe2.contoso.example':
        return {
          ...server,
          interfaces: { internal: { address: '::1', ports: { sip: 15062, web: 10444, validation: 10081 } } },
        };
      case 'edge1.contoso.example':
        return {
          ...server,
          interfaces: { internal, external: { ...server.interfaces?.external, address: '192.0.2.1' } },
        };
      default:
        return server;
    }
  }),
};
