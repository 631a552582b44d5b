import { type Role, roles } from '../terms/roles.ts';
import type { Row } from './link-row.ts';

const members: readonly Role[] = roles.filter((role) => role !== 'authority');

const clientDirections = { mayOpen: 'a', maySend: 'both' } as const;
const peerDirections = { mayOpen: 'both', maySend: 'both' } as const;
const oneWay = { mayOpen: 'a', maySend: 'a' } as const;

function inside(row: number, a: Role, b: Role): Row {
  return {
    row,
    name: `${row} ${a}–${b}`,
    a: { parties: [a], interface: 'internal', services: ['sip'] },
    b: { parties: [b], interface: 'internal', services: ['sip'] },
    protection: 'MTLS',
    ...peerDirections,
  };
}

/** The rows of the allow matrix, by the name of the link. */
const rows = {
  clientToEdge: {
    row: 1,
    name: '1 external-client–edge',
    a: { parties: ['external-client'], services: [] },
    b: { parties: ['edge'], interface: 'external', services: ['clients'] },
    protection: 'TLS',
    ...clientDirections,
  },
  clientToFrontEnd: {
    row: 2,
    name: '2 internal-client–front-end',
    a: { parties: ['internal-client'], services: [] },
    b: { parties: ['front-end'], interface: 'internal', services: ['sip'] },
    protection: 'TLS',
    ...clientDirections,
  },
  edgeToDirector: inside(3, 'edge', 'director'),
  edgeToFrontEnd: inside(4, 'edge', 'front-end'),
  edgeToMediation: inside(5, 'edge', 'mediation'),
  directorToFrontEnd: inside(6, 'director', 'front-end'),
  frontEndToMediation: inside(7, 'front-end', 'mediation'),
  frontEndToApplication: inside(8, 'front-end', 'trusted-application'),
  mediationToGateway: {
    ...inside(9, 'mediation', 'gateway'),
    a: { parties: ['mediation'], interface: 'internal', services: ['gateway'] },
  },
  reverseProxyToWebServices: {
    row: 10,
    name: '10 reverse-proxy–web-services',
    a: { parties: ['reverse-proxy'], interface: 'internal', services: [] },
    b: { parties: ['web-services'], interface: 'internal', services: ['proxied'] },
    protection: 'HTTPS',
    ...oneWay,
  },
  webServicesToFrontEnd: {
    row: 11,
    name: '11 web-services–front-end',
    a: { parties: ['web-services'], interface: 'internal', services: [] },
    b: { parties: ['front-end'], interface: 'internal', services: ['web'] },
    protection: 'HTTPS',
    ...oneWay,
  },
  federation: {
    row: 12,
    name: '12 edge–partner',
    a: { parties: ['edge'], interface: 'external', services: ['federation'] },
    b: { parties: ['partner'], services: ['federation'] },
    protection: 'MTLS',
    ...peerDirections,
  },
  frontEndToFrontEnd: { ...inside(13, 'front-end', 'front-end'), condition: 'different-servers' },
  edgeToEdge: { ...inside(14, 'edge', 'edge'), condition: 'same-pool' },
  memberToAuthority: {
    row: 15,
    name: '15 member–authority',
    a: { parties: members, interface: 'internal', services: [] },
    b: { parties: ['authority'], interface: 'internal', services: ['https', 'objects'] },
    protection: 'mutual HTTPS',
    ...oneWay,
  },
  authorityToEdge: {
    row: 16,
    name: '16 authority–edge',
    a: { parties: ['authority'], interface: 'internal', services: [] },
    b: { parties: ['edge'], interface: 'internal', services: ['push'] },
    protection: 'mutual HTTPS',
    ...oneWay,
  },
  administratorToAuthority: {
    row: 17,
    name: '17 administrator–authority',
    a: { parties: ['administrator'], services: [] },
    b: { parties: ['authority'], interface: 'internal', services: ['https'] },
    protection: 'mutual HTTPS',
    ...oneWay,
  },
  serverToStore: {
    row: 18,
    name: '18 server–store',
    a: { parties: roles, interface: 'internal', services: [] },
    b: { parties: ['store'], services: [] },
    protection: 'TLS',
    ...oneWay,
  },
  outsiderToEdge: {
    row: 19,
    name: '19 outsider–edge',
    a: { parties: ['partner', 'external-client'], services: [] },
    b: { parties: ['edge'], interface: 'external', services: ['objects', 'bundle'] },
    protection: 'HTTP',
    ...oneWay,
  },
  authorityToMember: {
    row: 20,
    name: '20 authority–member',
    a: { parties: ['authority'], interface: 'internal', services: [] },
    b: { parties: members, interface: 'internal', services: ['validation'] },
    protection: 'HTTP',
    ...oneWay,
  },
} satisfies Readonly<Record<string, Row>>;

/**
 * The links of the allow matrix by name: which pairs of roles may be linked, on which interface, who may open and who may send
 * requests. Every other link is refused. A topology may make a row narrower, never wider.
 *
 * Code names a link by this object; the number and the text of a row are written here and nowhere else.
 */
export const links: Readonly<Record<keyof typeof rows, Row>> = rows;

/** Every row of the allow matrix, by number. */
export const allowMatrix: readonly Row[] = Object.values(links);
