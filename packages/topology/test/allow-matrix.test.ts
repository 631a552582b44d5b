import { contoso } from '@entente/testkit/topology';
import {
  allowMatrix,
  authorise,
  buildTopology,
  type InterfaceName,
  mayRequest,
  type Role,
} from '@entente/topology';
import { describe, expect, it } from 'vitest';

const topology = buildTopology(contoso);

/** The design's table between servers, typed in: A, B, who may open, who may send requests. Both ends inside. */
const table = [
  [3, 'edge', 'director', 'both', 'both'],
  [4, 'edge', 'front-end', 'both', 'both'],
  [5, 'edge', 'mediation', 'both', 'both'],
  [6, 'director', 'front-end', 'both', 'both'],
  [7, 'front-end', 'mediation', 'both', 'both'],
  [8, 'front-end', 'trusted-application', 'both', 'both'],
  [9, 'mediation', 'gateway', 'both', 'both'],
  [10, 'reverse-proxy', 'web-services', 'a', 'a'],
  [11, 'web-services', 'front-end', 'a', 'a'],
  [13, 'front-end', 'front-end', 'both', 'both'],
  [14, 'edge', 'edge', 'both', 'both'],
  [15, 'front-end', 'authority', 'a', 'a'],
  [15, 'director', 'authority', 'a', 'a'],
  [15, 'edge', 'authority', 'a', 'a'],
  [15, 'mediation', 'authority', 'a', 'a'],
  [15, 'gateway', 'authority', 'a', 'a'],
  [15, 'trusted-application', 'authority', 'a', 'a'],
  [15, 'web-services', 'authority', 'a', 'a'],
  [15, 'reverse-proxy', 'authority', 'a', 'a'],
  [16, 'authority', 'edge', 'a', 'a'],
  [20, 'authority', 'front-end', 'a', 'a'],
  [20, 'authority', 'director', 'a', 'a'],
  [20, 'authority', 'mediation', 'a', 'a'],
  [20, 'authority', 'gateway', 'a', 'a'],
  [20, 'authority', 'trusted-application', 'a', 'a'],
  [20, 'authority', 'web-services', 'a', 'a'],
  [20, 'authority', 'reverse-proxy', 'a', 'a'],
] as const satisfies readonly (readonly [number, Role, Role, 'a' | 'both', 'a' | 'both'])[];

const everyRole: readonly Role[] = [
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

/** Two different servers of each role; where a role has one server only, no row links it with itself. */
const first: Readonly<Record<Role, string>> = {
  'front-end': 'fe1.contoso.example',
  director: 'dir1.contoso.example',
  edge: 'edge1.contoso.example',
  mediation: 'med1.contoso.example',
  gateway: 'gw1.contoso.example',
  'trusted-application': 'chat1.contoso.example',
  'web-services': 'web1.contoso.example',
  'reverse-proxy': 'rp1.contoso.example',
  authority: 'ca1.contoso.example',
};
const second: Readonly<Record<Role, string>> = {
  ...first,
  'front-end': 'fe3.contoso.example',
  edge: 'edge2.contoso.example',
  authority: 'ca2.contoso.example',
};

/** What the table says of one ordered pair: on which row `from` may open to, or send requests to, `to`. */
function expected(from: Role, to: Role, what: 3 | 4): number | undefined {
  for (const row of table) {
    if (row[1] === from && row[2] === to) return row[0];
    if (row[2] === from && row[1] === to && row[what] === 'both') return row[0];
  }
  return undefined;
}

function linked(from: Role, to: Role): boolean {
  return table.some((row) => (row[1] === from && row[2] === to) || (row[1] === to && row[2] === from));
}

function certificateOf(fqdn: string, side: InterfaceName) {
  const name = topology.servers.get(fqdn)?.interfaces[side]?.fqdn ?? fqdn;
  return { dnsNames: [name], sipDomains: [] };
}

describe.each(everyRole)('from a %s', (from) => {
  it.each(everyRole)('a link to a %s is opened as the table says, judged at either end', (to) => {
    const opener = first[from];
    const receiver = second[to];
    const row = expected(from, to, 3);
    const atReceiver = authorise(topology, { fqdn: receiver, interface: 'internal' })(
      certificateOf(opener, 'internal'),
      { direction: 'inbound' },
    );
    const atOpener = authorise(topology, { fqdn: opener, interface: 'internal' })(
      { ...certificateOf(receiver, 'internal'), matched: receiver },
      { direction: 'outbound' },
    );
    if (row !== undefined) {
      expect(atReceiver).toEqual({ ok: true, server: opener, role: from, row });
      expect(atOpener).toEqual({ ok: true, server: receiver, role: to, row });
      return;
    }
    const reason = linked(from, to) ? 'direction-not-allowed' : 'role-not-allowed-on-link';
    expect(atReceiver).toMatchObject({ ok: false, rejection: { reason, server: opener } });
    expect(atOpener).toMatchObject({ ok: false, rejection: { reason, server: receiver } });
  });

  it.each(everyRole)('requests to a %s pass as the table says', (to) => {
    const result = mayRequest(topology, { fqdn: first[from] }, { fqdn: second[to] });
    const row = expected(from, to, 4);
    if (row !== undefined) expect(result).toEqual({ ok: true, row });
    else {
      const reason = linked(from, to) ? 'direction-not-allowed' : 'role-not-allowed-on-link';
      expect(result).toMatchObject({ ok: false, rejection: { reason } });
    }
  });

  it.each(everyRole)('no server link to a %s exists where either end is external', (to) => {
    for (const [ours, theirs] of [
      ['external', 'internal'],
      ['internal', 'external'],
      ['external', 'external'],
    ] as const) {
      for (const direction of ['inbound', 'outbound'] as const) {
        const answer = authorise(topology, { fqdn: second[to], interface: ours })(
          certificateOf(first[from], theirs),
          { direction },
        );
        const hasExternal = topology.servers.get(first[from])?.interfaces.external !== undefined;
        // Where the peer has no external side its one certificate stands for the inside.
        if (ours === 'internal' && !hasExternal) continue;
        expect(answer).toMatchObject({ ok: false, rejection: { reason: 'role-not-allowed-on-link' } });
      }
      const request = mayRequest(
        topology,
        { fqdn: first[from], interface: ours },
        { fqdn: second[to], interface: theirs },
      );
      expect(request.ok).toBe(false);
    }
  });
});

/** The rows with somebody who is not a server: the party, the server, its side, who may open, who may send. */
const outsiders = [
  [1, 'external-client', 'edge', 'external', 'a', 'both'],
  [2, 'internal-client', 'front-end', 'internal', 'a', 'both'],
  [12, 'partner', 'edge', 'external', 'both', 'both'],
  [17, 'administrator', 'authority', 'internal', 'a', 'a'],
] as const;
const parties = ['external-client', 'internal-client', 'partner', 'administrator'] as const;

describe.each(parties)('a party that is no server: %s', (party) => {
  it.each(everyRole)('reaches a %s as the table says, on each interface', (role) => {
    for (const side of ['internal', 'external'] as const) {
      const fqdn = first[role];
      const row = outsiders.find((entry) => entry[1] === party && entry[2] === role && entry[3] === side);
      // Row 19 lets outsiders read signed objects at an edge, and nothing more.
      const objects =
        role === 'edge' && side === 'external' && (party === 'partner' || party === 'external-client');
      const toServer = mayRequest(topology, { party }, { fqdn, interface: side });
      const toParty = mayRequest(topology, { fqdn, interface: side }, { party });
      if (row === undefined) {
        expect(toServer.ok).toBe(objects);
        expect(toParty.ok).toBe(false);
        continue;
      }
      expect(toServer).toEqual({ ok: true, row: row[0] });
      expect(toParty.ok).toBe(row[5] === 'both');
      if (topology.servers.get(fqdn)?.interfaces[side] === undefined) continue;
      const names = { ...certificateOf(fqdn, side), matched: certificateOf(fqdn, side).dnsNames[0]! };
      const dialling = authorise(topology, { party })(names, { direction: 'outbound' });
      expect(dialling).toMatchObject({ ok: true, server: fqdn, row: row[0] });
      const dialled = authorise(topology, { party })(names, { direction: 'inbound' });
      expect(dialled.ok).toBe(row[4] === 'both');
    }
  });
});

describe('the rest of the table', () => {
  it('has the rows 1 to 20, each once, with the protection of the design', () => {
    expect(allowMatrix.map((row) => [row.row, row.protection])).toEqual([
      [1, 'TLS'],
      [2, 'TLS'],
      ...[3, 4, 5, 6, 7, 8, 9].map((row) => [row, 'MTLS']),
      [10, 'HTTPS'],
      [11, 'HTTPS'],
      [12, 'MTLS'],
      [13, 'MTLS'],
      [14, 'MTLS'],
      [15, 'mutual HTTPS'],
      [16, 'mutual HTTPS'],
      [17, 'mutual HTTPS'],
      [18, 'TLS'],
      [19, 'HTTP'],
      [20, 'HTTP'],
    ]);
  });

  it('refuses a link between edges of different pools, and with oneself', () => {
    const at = (fqdn: string, peer: string) =>
      authorise(topology, { fqdn, interface: 'internal' })(certificateOf(peer, 'internal'), {
        direction: 'inbound',
      });
    const reason = 'role-not-allowed-on-link';
    expect(at('edge1.contoso.example', 'edge9.contoso.example')).toMatchObject({ rejection: { reason } });
    expect(at('edge9.contoso.example', 'edge1.contoso.example')).toMatchObject({ rejection: { reason } });
    expect(at('fe1.contoso.example', 'fe1.contoso.example')).toMatchObject({ rejection: { reason } });
    expect(at('fe1.contoso.example', 'fe2.contoso.example')).toMatchObject({ ok: true, row: 13 });
  });

  it('lets an outbound-only application be dialled and answer with requests, but open nothing', () => {
    const bot = 'bot1.contoso.example';
    const inbound = authorise(topology, { fqdn: 'fe1.contoso.example', interface: 'internal' })(
      certificateOf(bot, 'internal'),
      { direction: 'inbound' },
    );
    expect(inbound).toMatchObject({ rejection: { reason: 'direction-not-allowed', row: 8, server: bot } });
    const outbound = authorise(topology, { fqdn: 'fe1.contoso.example', interface: 'internal' })(
      certificateOf(bot, 'internal'),
      { direction: 'outbound' },
    );
    expect(outbound).toMatchObject({ ok: true, row: 8 });
    expect(mayRequest(topology, { fqdn: bot }, { fqdn: 'fe1.contoso.example' })).toEqual({
      ok: true,
      row: 8,
    });
    const joining = authorise(topology, { fqdn: 'ca1.contoso.example', interface: 'internal' })(
      certificateOf(bot, 'internal'),
      { direction: 'inbound' },
    );
    expect(joining).toMatchObject({ ok: true, row: 15 });
  });

  it('distinguishes rows by the port that is dialled', () => {
    const authority = certificateOf('ca1.contoso.example', 'internal');
    const at = (service: 'push' | 'validation' | 'sip') =>
      authorise(topology, { fqdn: 'edge1.contoso.example', interface: 'internal', service })(authority, {
        direction: 'inbound',
      });
    expect(at('push')).toMatchObject({ ok: true, row: 16 });
    expect(at('validation')).toMatchObject({ ok: true, row: 20 });
    expect(at('sip')).toMatchObject({ rejection: { reason: 'role-not-allowed-on-link' } });
    const gateway = certificateOf('gw1.contoso.example', 'internal');
    const mediation = (service: 'sip' | 'gateway') =>
      authorise(topology, { fqdn: 'med1.contoso.example', interface: 'internal', service })(gateway, {
        direction: 'inbound',
      });
    expect(mediation('gateway')).toMatchObject({ ok: true, row: 9 });
    expect(mediation('sip')).toMatchObject({ rejection: { reason: 'role-not-allowed-on-link' } });
  });
});
