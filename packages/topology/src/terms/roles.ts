/**
 * What a server of the topology is for. One entry has one role; a machine with two roles has two entries and two names.
 */
export type Role =
  | 'front-end'
  | 'director'
  | 'edge'
  | 'mediation'
  | 'gateway'
  | 'trusted-application'
  | 'web-services'
  | 'reverse-proxy'
  | 'authority';

/** Every role, in the order in which pictures and tables show them. */
export const roles: readonly Role[] = [
  'front-end',
  'director',
  'edge',
  'mediation',
  'gateway',
  'trusted-application',
  'web-services',
  'reverse-proxy',
  'authority',
];

/** The roles that speak SIP; the others speak HTTPS only. */
export const sipRoles: readonly Role[] = [
  'front-end',
  'director',
  'edge',
  'mediation',
  'gateway',
  'trusted-application',
];

/** `perimeter` lies between the two firewalls, `internal` behind both. */
export type Zone = 'perimeter' | 'internal';

/** The zone in which each role lives. A document may repeat it, not change it. */
export const zoneOfRole: Readonly<Record<Role, Zone>> = {
  'front-end': 'internal',
  director: 'internal',
  edge: 'perimeter',
  mediation: 'internal',
  gateway: 'internal',
  'trusted-application': 'internal',
  'web-services': 'internal',
  'reverse-proxy': 'perimeter',
  authority: 'internal',
};

/** A side of a server with its own address, name and certificate. */
export type InterfaceName = 'internal' | 'external';

/**
 * A port with a purpose.
 *
 * - `sip`: SIP over TLS and MTLS inside · `gateway`: the mediation server's port for gateways
 * - `clients`: SIP and WSS of external clients · `federation`: SIP of partners
 * - `web`: HTTPS · `proxied`: HTTPS from the reverse proxy · `push`: HTTPS from the authority into the perimeter
 * - `https`: the authority · `objects`: plain HTTP for signed objects (CRL, OCSP, CA certificates)
 * - `bundle`: HTTPS for our federation bundle · `validation`: HTTP or TLS while a certificate is asked for (ACME)
 */
export type Service =
  | 'sip'
  | 'gateway'
  | 'clients'
  | 'federation'
  | 'web'
  | 'proxied'
  | 'push'
  | 'https'
  | 'objects'
  | 'bundle'
  | 'validation';

/** Every service. */
export const services: readonly Service[] = [
  'sip',
  'gateway',
  'clients',
  'federation',
  'web',
  'proxied',
  'push',
  'https',
  'objects',
  'bundle',
  'validation',
];

/** The port of each service that an interface has. */
type Ports = Readonly<Partial<Record<Service, number>>>;

/** Which interfaces a role has, and the port of each of its services where the document names none. */
export const defaultPorts: Readonly<Record<Role, Readonly<Partial<Record<InterfaceName, Ports>>>>> = {
  'front-end': { internal: { sip: 5061, web: 443, validation: 80 } },
  director: { internal: { sip: 5061, validation: 80 } },
  edge: {
    internal: { sip: 5061, push: 4443, validation: 80 },
    external: { clients: 443, federation: 5061, bundle: 443, objects: 80 },
  },
  mediation: { internal: { sip: 5070, gateway: 5067, validation: 80 } },
  gateway: { internal: { sip: 5061, validation: 80 } },
  'trusted-application': { internal: { sip: 5041, validation: 80 } },
  'web-services': { internal: { web: 443, proxied: 4443, validation: 80 } },
  'reverse-proxy': { internal: { validation: 80 }, external: { web: 443 } },
  authority: { internal: { https: 443, objects: 80 } },
};
