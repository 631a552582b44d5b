import { allowMatrix, type Party, type Row, type Service } from '@entente/topology';
import { domain } from '../harness/authority-place.ts';

/** Servers of ours that run as processes, by role. None of our programs is a gateway. */
export const running: Readonly<Partial<Record<Party, string>>> = {
  'front-end': `fe1.${domain}`,
  director: `dir1.${domain}`,
  edge: `edge1.${domain}`,
  mediation: `med1.${domain}`,
  'trusted-application': `chat1.${domain}`,
};

/** Servers that the topology lists and that do not run: a test takes their place. */
export const absent: Readonly<Partial<Record<Party, string>>> = {
  'front-end': `fe2.${domain}`,
  director: `dir2.${domain}`,
  edge: `edge2.${domain}`,
  mediation: `med2.${domain}`,
  'trusted-application': `chat2.${domain}`,
  gateway: `gw1.${domain}`,
};

/** One end of a link, with the server of ours that stands there and the peer that it must refuse. */
export interface SipLinkEnd {
  readonly row: Row;
  /** Whether our server is dialled by the peer, or dials it. */
  readonly end: 'dialled' | 'dialling';
  /** On which side of the row our server stands. */
  readonly side: 'a' | 'b';
  /** FQDN of the server that refuses. */
  readonly server: string;
  /** FQDN of the server that the peer claims to be. */
  readonly peer: string;
  /** The port that is dialled, of our server or of the peer. */
  readonly service: Service;
}

/** The rows on which servers of ours speak SIP with each other. */
export const sipRows: readonly Row[] = allowMatrix.filter(
  ({ a, b, protection }) => protection === 'MTLS' && a.interface === 'internal' && b.interface === 'internal',
);

/** Sides that dial only when a user sends something, with the reason: nothing but a request makes them dial. */
export const unasked: readonly (readonly [row: number, side: 'a' | 'b', why: string])[] = [
  [5, 'a', 'an edge dials a mediation server within a call alone: edge-dials-mediation.test.ts'],
];

/** Both ends of every row, on each side where a server of ours stands. */
export const sipLinkEnds: readonly SipLinkEnd[] = sipRows.flatMap((row) =>
  sidesOf(row).flatMap((side) => {
    const [own] = row[side].parties as readonly [Party];
    const other = side === 'a' ? row.b : row.a;
    const server = running[own];
    const peer = absent[other.parties[0] as Party];
    const [dialled] = row[side].services;
    const [dialling] = other.services;
    if (server === undefined || peer === undefined) return [];
    const end = { row, side, server, peer };
    return [
      { ...end, end: 'dialled' as const, service: dialled as Service },
      ...(dials(row, side) ? [{ ...end, end: 'dialling' as const, service: dialling as Service }] : []),
    ];
  }),
);

/** A row between equals has one side. */
export function sidesOf({ condition }: Row): readonly ('a' | 'b')[] {
  return condition === undefined ? ['a', 'b'] : ['a'];
}

function dials(row: Row, side: 'a' | 'b'): boolean {
  return !unasked.some(([number, other]) => number === row.row && other === side);
}
