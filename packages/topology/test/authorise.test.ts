import { contoso } from '@entente/testkit/topology';
import { authorise, buildTopology, type LinkNarrowing, mayRequest, type PeerNames } from '@entente/topology';
import { describe, expect, it } from 'vitest';

const topology = buildTopology(contoso);
const local = { fqdn: 'fe1.contoso.example', interface: 'internal' } as const;
const inbound = { direction: 'inbound' } as const;
const outbound = { direction: 'outbound' } as const;

function peer(dnsNames: readonly string[], more: Partial<PeerNames> = {}): PeerNames {
  return { dnsNames, sipDomains: [], ...more };
}

describe('authorise', () => {
  it('finds a server by its own FQDN among the names of its pool and domain', () => {
    const names = ['pool1.contoso.example', 'sip.contoso.example', 'contoso.example', 'FE2.contoso.example'];
    expect(authorise(topology, local)(peer(names), inbound)).toEqual({
      ok: true,
      server: 'fe2.contoso.example',
      role: 'front-end',
      row: 13,
    });
  });

  it.each(['inbond', 'Inbound', '', undefined])(
    'allows nobody in the direction %s, which is none',
    (direction) => {
      const decide = authorise(topology, local);
      expect(() => decide(peer(['fe2.contoso.example']), { direction } as never)).toThrow(
        expect.objectContaining({ name: 'TopologyFault', code: 'ENTENTE_BAD_DIRECTION' }),
      );
    },
  );

  it('finds a server by a sip: URI alone', () => {
    const answer = authorise(topology, local)(peer([], { sipDomains: ['fe2.contoso.example'] }), inbound);
    expect(answer).toMatchObject({ ok: true, server: 'fe2.contoso.example' });
  });

  it('refuses a valid certificate that is not in the topology', () => {
    const answer = authorise(topology, local)(peer(['unlisted.contoso.example']), inbound);
    expect(answer).toMatchObject({
      ok: false,
      rejection: { reason: 'not-in-topology', names: ['unlisted.contoso.example'] },
    });
  });

  it('refuses a certificate without names', () => {
    expect(authorise(topology, local)(peer([]), inbound)).toMatchObject({
      rejection: { reason: 'not-in-topology' },
    });
  });

  it('refuses a certificate with a pool name only, and says so', () => {
    const answer = authorise(topology, local)(peer(['pool2.contoso.example', 'contoso.example']), inbound);
    if (answer.ok) throw new Error('was accepted');
    expect(answer.rejection.reason).toBe('not-in-topology');
    expect(answer.rejection.message).toContain('pool2.contoso.example');
  });

  it('refuses a certificate that names two servers', () => {
    const names = peer(['fe2.contoso.example'], { sipDomains: ['med1.contoso.example'] });
    expect(authorise(topology, local)(names, inbound)).toMatchObject({
      rejection: {
        reason: 'identity-ambiguous',
        servers: ['fe2.contoso.example', 'med1.contoso.example'],
      },
    });
  });

  it('refuses another server than the one that was dialled, even with both names in its certificate', () => {
    const names = peer(['fe2.contoso.example', 'fe3.contoso.example'], { matched: 'fe2.contoso.example' });
    expect(authorise(topology, local)(names, outbound)).toMatchObject({
      rejection: { reason: 'identity-ambiguous' },
    });
  });

  it('refuses a server that answers for a pool it is not in', () => {
    const names = peer(['fe3.contoso.example', 'pool1.contoso.example'], {
      matched: 'pool1.contoso.example',
    });
    expect(authorise(topology, local)(names, outbound)).toMatchObject({
      rejection: { reason: 'not-in-topology', server: 'fe3.contoso.example' },
    });
  });

  it('refuses the external certificate of an edge on an internal link', () => {
    const answer = authorise(topology, local)(peer(['access1.contoso.example']), inbound);
    expect(answer).toMatchObject({
      rejection: { reason: 'role-not-allowed-on-link', server: 'edge1.contoso.example' },
    });
  });

  it('refuses everybody where we ourselves are not in the topology', () => {
    const gone = authorise(topology, { fqdn: 'gone.contoso.example', interface: 'internal' });
    expect(gone(peer(['fe2.contoso.example']), inbound)).toMatchObject({
      rejection: { reason: 'not-in-topology', server: 'gone.contoso.example' },
    });
  });

  it('gives every refusal a sentence and a remedy', () => {
    for (const names of [
      [],
      ['x.contoso.example'],
      ['fe2.contoso.example', 'fe3.contoso.example'],
      ['rp1.contoso.example'],
    ]) {
      const answer = authorise(topology, local)(peer(names), inbound);
      if (answer.ok) throw new Error('was accepted');
      expect(answer.rejection.message.length).toBeGreaterThan(20);
      expect(answer.rejection.remedy.length).toBeGreaterThan(20);
    }
  });
});

function narrowed(...links: LinkNarrowing[]) {
  return buildTopology({ ...contoso, links });
}

describe('a narrowed row', () => {
  it('closes a link for everybody', () => {
    const closed = narrowed({ row: 13, closed: true });
    expect(authorise(closed, local)(peer(['fe2.contoso.example']), inbound)).toMatchObject({
      rejection: { reason: 'role-not-allowed-on-link' },
    });
    expect(mayRequest(closed, { fqdn: 'fe2.contoso.example' }, { fqdn: 'fe1.contoso.example' }).ok).toBe(
      false,
    );
  });

  it('closes a link between named pools, whichever of them is written first, and no other', () => {
    const closed = narrowed({
      row: 13,
      a: ['pool2.contoso.example'],
      b: ['fe1.contoso.example'],
      closed: true,
    });
    const between = (one: string, other: string) =>
      authorise(closed, { fqdn: one, interface: 'internal' })(peer([other]), inbound).ok;
    expect(between('fe1.contoso.example', 'fe3.contoso.example')).toBe(false);
    expect(between('fe3.contoso.example', 'fe1.contoso.example')).toBe(false);
    expect(between('fe2.contoso.example', 'fe3.contoso.example')).toBe(true);
    expect(between('fe1.contoso.example', 'fe2.contoso.example')).toBe(true);
  });

  it('limits who opens and who sends requests', () => {
    const limited = narrowed({ row: 7, mayOpen: 'a', maySend: 'b' });
    const mediation = { fqdn: 'med1.contoso.example', interface: 'internal' } as const;
    expect(authorise(limited, local)(peer([mediation.fqdn]), inbound)).toMatchObject({
      rejection: { reason: 'direction-not-allowed', row: 7 },
    });
    expect(authorise(limited, local)(peer([mediation.fqdn]), outbound)).toMatchObject({ ok: true, row: 7 });
    expect(authorise(limited, mediation)(peer([local.fqdn]), inbound)).toMatchObject({ ok: true, row: 7 });
    expect(mayRequest(limited, local, mediation).ok).toBe(false);
    expect(mayRequest(limited, mediation, local).ok).toBe(true);
  });

  it('limits who opens between equals', () => {
    const limited = narrowed({
      row: 13,
      a: ['fe1.contoso.example'],
      b: ['fe2.contoso.example'],
      mayOpen: 'a',
    });
    const other = { fqdn: 'fe2.contoso.example', interface: 'internal' } as const;
    expect(authorise(limited, other)(peer([local.fqdn]), inbound).ok).toBe(true);
    expect(authorise(limited, local)(peer([other.fqdn]), inbound).ok).toBe(false);
    expect(authorise(limited, other)(peer([local.fqdn]), outbound).ok).toBe(false);
  });
});

describe('a topology that nobody confirms any more', () => {
  const hour = 3_600_000;
  const confirmedAt = Date.UTC(2026, 5, 1);
  const answer = (ageMs: number, confirmed: number | 'never' = confirmedAt, settings = {}) => {
    const document = { ...contoso, policies: { trustState: settings } };
    const at = confirmed === 'never' ? undefined : confirmed;
    const now = (at ?? Date.parse(contoso.issued)) + ageMs;
    const decide = authorise(buildTopology(document), local, () => ({ confirmedAt: at, now }));
    return decide(peer(['fe2.contoso.example']), inbound);
  };

  it('lets nobody pass after 96 hours, and says since when', () => {
    expect(answer(96 * hour - 1)).toMatchObject({ ok: true });
    expect(answer(96 * hour)).toMatchObject({
      ok: false,
      rejection: { reason: 'topology-stale', issuedAt: confirmedAt, now: confirmedAt + 96 * hour },
    });
  });

  it('goes by its own setting', () => {
    expect(answer(2 * hour, confirmedAt, { refuseAfterSeconds: 3600 })).toMatchObject({
      rejection: { reason: 'topology-stale' },
    });
  });

  it('counts from its signatures where it never was confirmed', () => {
    expect(answer(95 * hour, 'never')).toMatchObject({ ok: true });
    expect(answer(96 * hour, 'never')).toMatchObject({
      rejection: { reason: 'topology-stale', issuedAt: Date.parse(contoso.issued) },
    });
  });

  it('is asked at every decision', () => {
    let now = confirmedAt;
    const decide = authorise(topology, local, () => ({ confirmedAt, now }));
    expect(decide(peer(['fe2.contoso.example']), inbound)).toMatchObject({ ok: true });
    now += 97 * hour;
    expect(decide(peer(['fe2.contoso.example']), inbound)).toMatchObject({ ok: false });
  });
});
