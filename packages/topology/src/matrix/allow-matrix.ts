import { type Role, roles } from '../roles.ts';
import type { Row } from './row.ts';

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

/**
 * The allow matrix: which pairs of roles may be linked, on which interface, who may open and who may send requests. What is not
 * here is refused. A topology may make a row narrower, never wider.
 */
export const allowMatrix: readonly Row[] = [
  {
    row: 1,
    name: '1 external-client–edge',
    a: { parties: ['external-client'], services: [] },
    b: { parties: ['edge'], interface: 'external', services: ['clients'] },
    protection: 'TLS',
    ...clientDirections,
  },
  {
    row: 2,
    name: '2 internal-client–front-end',
    a: { parties: ['internal-client'], services: [] },
    b: { parties: ['front-end'], interface: 'internal', services: ['sip'] },
    protection: 'TLS',
    ...clientDirections,
  },
  inside(3, 'edge', 'director'),
  inside(4, 'edge', 'front-end'),
  inside(5, 'edge', 'mediation'),
  inside(6, 'director', 'front-end'),
  inside(7, 'front-end', 'mediation'),
  inside(8, 'front-end', 'trusted-application'),
  {
    ...inside(9, 'mediation', 'gateway'),
    a: { parties: ['mediation'], interface: 'internal', services: ['gateway'] },
  },
  {
    row: 10,
    name: '10 reverse-proxy–web-services',
    a: { parties: ['reverse-proxy'], interface: 'internal', services: [] },
    b: { parties: ['web-services'], interface: 'internal', services: ['proxied'] },
    protection: 'HTTPS',
    ...oneWay,
  },
  {
    row: 11,
    name: '11 web-services–front-end',
    a: { parties: ['web-services'], interface: 'internal', services: [] },
    b: { parties: ['front-end'], interface: 'internal', services: ['web'] },
    protection: 'HTTPS',
    ...oneWay,
  },
  {
    row: 12,
    name: '12 edge–partner',
    a: { parties: ['edge'], interface: 'external', services: ['federation'] },
    b: { parties: ['partner'], services: ['federation'] },
    protection: 'MTLS',
    ...peerDirections,
  },
  { ...inside(13, 'front-end', 'front-end'), condition: 'different-servers' },
  { ...inside(14, 'edge', 'edge'), condition: 'same-pool' },
  {
    row: 15,
    name: '15 member–authority',
    a: { parties: members, interface: 'internal', services: [] },
    b: { parties: ['authority'], interface: 'internal', services: ['https', 'objects'] },
    protection: 'mutual HTTPS',
    ...oneWay,
  },
  {
    row: 16,
    name: '16 authority–edge',
    a: { parties: ['authority'], interface: 'internal', services: [] },
    b: { parties: ['edge'], interface: 'internal', services: ['push'] },
    protection: 'mutual HTTPS',
    ...oneWay,
  },
  {
    row: 17,
    name: '17 administrator–authority',
    a: { parties: ['administrator'], services: [] },
    b: { parties: ['authority'], interface: 'internal', services: ['https'] },
    protection: 'mutual HTTPS',
    ...oneWay,
  },
  {
    row: 18,
    name: '18 server–store',
    a: { parties: roles, interface: 'internal', services: [] },
    b: { parties: ['store'], services: [] },
    protection: 'TLS',
    ...oneWay,
  },
  {
    row: 19,
    name: '19 outsider–edge',
    a: { parties: ['partner', 'external-client'], services: [] },
    b: { parties: ['edge'], interface: 'external', services: ['objects', 'bundle'] },
    protection: 'HTTP',
    ...oneWay,
  },
  {
    row: 20,
    name: '20 authority–member',
    a: { parties: ['authority'], interface: 'internal', services: [] },
    b: { parties: members, interface: 'internal', services: ['validation'] },
    protection: 'HTTP',
    ...oneWay,
  },
];
