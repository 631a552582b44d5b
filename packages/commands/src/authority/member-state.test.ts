import {
  buildTopology,
  type MemberStanding,
  memberStandingFormat,
  type ReportedMemberProblem,
  type TopologyDocument,
  type TrustState,
  topologyFormat,
  trustStateFormat,
} from '@entente/topology';
import { describe, expect, it } from 'vitest';
import type { ListedCertificate } from './certificates.ts';
import { type InForce, type MemberState, memberStates, silentAfterMs } from './member-state.ts';

const at = Date.parse('2026-06-01T00:00:00.000Z');
const dayMs = 86_400_000;
const fe1 = 'fe1.contoso.example';
const issuer = '0123456789abcdef';

const document: TopologyDocument = {
  format: topologyFormat,
  network: 'contoso.example',
  version: 4,
  previous: '00'.repeat(32),
  issued: '2026-05-01T00:00:00Z',
  administrators: { required: 1, keys: [{ id: 'alice', algorithm: 'ES256', publicKey: '' }] },
  domains: [{ name: 'contoso.example', pool: 'pool1.contoso.example' }],
  pools: [{ fqdn: 'pool1.contoso.example', role: 'front-end' }],
  servers: [
    { fqdn: 'ca.contoso.example', role: 'authority' },
    { fqdn: fe1, role: 'front-end', pool: 'pool1.contoso.example' },
  ],
};
const list = { issuer, shard: 0, number: 41, sha256: '00'.repeat(32), bytes: 400 };
const state: TrustState = {
  format: trustStateFormat,
  network: 'contoso.example',
  sequence: 90,
  topology: { version: 4, hash: '00'.repeat(32) },
  anchors: '00'.repeat(32),
  lists: [list],
  signedAt: '2026-06-01T00:00:00.000Z',
  expires: '2026-06-01T00:10:00.000Z',
};
const certificate = (subject: string, leftMs: number, requester = 'join-token:1f'): ListedCertificate => ({
  serial: '0a',
  profile: 'server',
  subject,
  commonName: subject,
  notBefore: at + leftMs - 6 * dayMs,
  notAfter: at + leftMs,
  issuedAt: at + leftMs - 6 * dayMs,
  requester,
});
const standing: MemberStanding = {
  format: memberStandingFormat,
  topology: 4,
  state: 90,
  lists: [{ issuer, shard: 0, number: 41 }],
  certificateEnd: new Date(at + 4 * dayMs).toISOString(),
  formats: [topologyFormat],
};

interface Case {
  readonly certificates?: readonly ListedCertificate[];
  readonly said?: Partial<MemberStanding> | null;
  readonly silentMs?: number;
  readonly runsMs?: number;
  readonly state?: TrustState | undefined;
  readonly problems?: readonly ReportedMemberProblem[];
}

/** What is wrong with fe1. */
function attention(one: Case): readonly string[] {
  return stateOfFe1(one)?.attention ?? ['it is not listed'];
}

function stateOfFe1({
  said = {},
  silentMs = 0,
  runsMs = dayMs,
  problems = [],
  ...more
}: Case): MemberState | undefined {
  const reports = new Map(
    said === null ? [] : [[fe1, { lastSeen: at - silentMs, standing: { ...standing, ...said }, problems }]],
  );
  const inForce: InForce = {
    topology: buildTopology(document),
    state: 'state' in more ? more.state : state,
    certificates: more.certificates ?? [certificate(fe1, 4 * dayMs)],
    members: { at, since: at - runsMs, reports },
  };
  return memberStates(inForce).find(({ server }) => server === fe1);
}

describe('a server', () => {
  it('has its own problems beside what the authority knows of it', () => {
    const problems = [{ part: 'external-certificate', message: 'it ends soon', remedy: 'replace it' }];
    expect(stateOfFe1({ problems })).toMatchObject({ problems, attention: [] });
    expect(stateOfFe1({})?.problems).toEqual([]);
    expect(stateOfFe1({ said: null })?.problems).toEqual([]);
  });

  it('whose certificate is below a revoked issuing authority has none that is valid, and must join again', () => {
    const below = { ...certificate(fe1, 4 * dayMs), issuerRevoked: true };
    expect(attention({ certificates: [below] })).toEqual([
      `${fe1} has no valid certificate: the issuing authority of the last one is revoked; it must join again`,
    ]);
  });

  it('needs nothing that reports what is in force, or a newer list of a newer state', () => {
    expect(attention({})).toEqual([]);
    const newer = { topology: 4, state: 91, lists: [{ issuer, shard: 0, number: 42 }] };
    expect(attention({ said: newer })).toEqual([]);
    expect(attention({ said: { topology: 1, lists: [] }, state: undefined })).toEqual([]);
  });

  it('is ahead with a newer topology, which the authority has lost', () => {
    expect(attention({ said: { topology: 5 } })).toEqual([
      `${fe1} acts on version 5 of the topology, which is newer than version 4 of the authority: publish it again with entente topology publish`,
    ]);
  });

  it('is ahead with a newer list, which the authority has lost with what it revoked', () => {
    for (const sequence of [89, 90]) {
      const said = { state: sequence, lists: [{ issuer, shard: 0, number: 42 }] };
      expect(attention({ said })).toEqual([
        `${fe1} has revocation list 42 of ${issuer}, shard 0, and the authority knows list 41: it went back, and may have lost revocations; stop it, and restore the newest backup with entente ca restore --replace --lists and the file revocation.crl of ${fe1}`,
      ]);
    }
  });

  it('is to be looked at that refuses the trust state, which nothing else of its report shows', () => {
    expect(attention({ said: { refused: 'list-refused' } })).toEqual([
      `${fe1} refuses the trust state of the authority (list-refused), and goes on with what it has: see its health or its log for the reason and the remedy`,
    ]);
  });

  it.each([
    ['not-yet-signed', `compare the clocks of ${fe1} and of the authority`],
    ['stale', `compare the clocks of ${fe1} and of the authority`],
    ['lower-version', 'publish the newest topology again'],
    ['wrong-network', `check which host ${fe1} reaches`],
  ])('that refuses the trust state with %s is told with what to do', (refused, remedy) => {
    expect(attention({ said: { refused } })).toEqual([expect.stringContaining(`(${refused})`)]);
    expect(attention({ said: { refused } })).toEqual([expect.stringContaining(remedy)]);
  });

  it('is behind with an older topology, an older list, or without the list', () => {
    expect(attention({ said: { topology: 3 } })).toEqual([
      `${fe1} acts on version 3 of the topology: version 4 is in force`,
    ]);
    expect(attention({ said: { lists: [{ issuer, shard: 0, number: 40 }] } })).toEqual([
      `${fe1} has revocation list 40 of ${issuer}, shard 0: list 41 is in force`,
    ]);
    const others = [
      { issuer: 'fedcba9876543210', shard: 0, number: 50 },
      { issuer, shard: 1, number: 50 },
    ];
    expect(attention({ said: { lists: others } })).toEqual([
      `${fe1} has no revocation list of ${issuer}, shard 0: list 41 is in force`,
    ]);
  });

  it('is silent after more than three minutes without a report', () => {
    expect(attention({ silentMs: silentAfterMs })).toEqual([]);
    expect(attention({ silentMs: silentAfterMs + 1 })).toEqual([
      `${fe1} has reported nothing since 2026-05-31T23:56:59Z`,
    ]);
  });

  it('that has a certificate and has not reported is silent once the authority has run for three minutes', () => {
    expect(attention({ said: null, runsMs: silentAfterMs })).toEqual([]);
    expect(attention({ said: null, runsMs: silentAfterMs + 1 })).toEqual([
      `${fe1} has reported nothing since the authority started at 2026-05-31T23:56:59Z`,
    ]);
  });

  it('is awaited, and not silent, while the authority has not run for three minutes', () => {
    const isAwaited = (one: Case) => stateOfFe1(one)?.isAwaited;
    expect(isAwaited({ said: null, runsMs: silentAfterMs })).toBe(true);
    expect(isAwaited({ said: null, runsMs: silentAfterMs + 1 })).toBe(false);
    expect(isAwaited({ runsMs: 0 })).toBe(false);
    expect(isAwaited({ said: null, runsMs: 0, certificates: [] })).toBe(false);
    const ordered = [certificate(fe1, 4 * dayMs, 'administrator:alice')];
    expect(isAwaited({ said: null, runsMs: 0, certificates: ordered })).toBe(false);
  });

  it('whose certificate an administrator ordered may report nothing, and must not stop once it has', () => {
    const certificates = [certificate(fe1, 4 * dayMs, 'administrator:alice')];
    expect(attention({ said: null, certificates })).toEqual([]);
    expect(attention({ silentMs: silentAfterMs + 1, certificates })).toHaveLength(1);
  });

  it('has a certificate about to end in the last third of its life', () => {
    const left = (ms: number) => attention({ said: null, runsMs: 0, certificates: [certificate(fe1, ms)] });
    expect(left(2 * dayMs)).toEqual([]);
    expect(left(2 * dayMs - 1)).toEqual([
      `the certificate of ${fe1} expires at 2026-06-02T23:59:59Z: it should have been renewed`,
    ]);
  });

  it('is judged by the certificate that it uses, although a newer one was issued', () => {
    const said = { certificateEnd: new Date(at + dayMs).toISOString() };
    expect(attention({ said })).toEqual([
      `the certificate of ${fe1} expires at 2026-06-02T00:00:00Z: it should have been renewed`,
    ]);
  });

  it('is judged by the certificate that was issued last, although a clock that was ahead once gave it one that ends later', () => {
    const leap = { ...certificate(fe1, 300 * dayMs), serial: '0b' };
    const certificates = [leap, certificate(fe1, 4 * dayMs)];
    expect(stateOfFe1({ said: null, runsMs: 0, certificates })?.certificateUntil).toBe(at + 4 * dayMs);
    const renewed = { ...certificate(fe1, dayMs), notBefore: at - dayMs };
    expect(attention({ certificates: [renewed, certificate(fe1, 4 * dayMs)] })).toEqual([]);
    const said = { certificateEnd: new Date(at + dayMs).toISOString() };
    expect(
      attention({ said, certificates: [renewed, certificate(fe1, 4 * dayMs)] }),
      'by the life of the one in use',
    ).toEqual([]);
  });

  it('has none where the only one begins later, because a clock was ahead', () => {
    const certificates = [certificate(fe1, 300 * dayMs)];
    expect(attention({ said: null, runsMs: 0, certificates })).toEqual([
      `${fe1} has no valid certificate: the last one counts from 2027-03-22T00:00:00Z on; a clock was ahead when it was issued`,
    ]);
  });

  it('has none where all are revoked, expired, or of others', () => {
    const none = `${fe1} has no valid certificate: it has not joined, was revoked, or has expired`;
    const revoked = { ...certificate(fe1, dayMs * 4), revocation: { at, reason: 'superseded' } };
    const heldAndOver = { ...certificate(fe1, 0), revocation: { at, reason: 'certificateHold' } };
    const others = [certificate(fe1, 0), certificate('fe2.contoso.example', 4 * dayMs)];
    const certificates = [revoked, heldAndOver, ...others];
    expect(attention({ said: null, certificates })).toEqual([none]);
    expect(attention({ certificates })).toEqual([none]);
    const isBelow = {
      ...certificate(fe1, dayMs * 4),
      revocation: heldAndOver.revocation,
      issuerRevoked: true,
    };
    expect(attention({ certificates: [isBelow] })).toEqual([none]);
  });

  it('has none where the last one is on hold, and need not join again', () => {
    const held = { ...certificate(fe1, dayMs * 4), revocation: { at, reason: 'certificateHold' } };
    const certificates = [held, certificate(fe1, 0)];
    const sentence = `${fe1} has no valid certificate: the last one, 0a, is on hold since 2026-06-01T00:00:00Z`;
    expect(attention({ said: null, certificates })).toEqual([sentence]);
    expect(attention({ certificates })).toEqual([sentence]);
    expect(stateOfFe1({ certificates })?.onHold?.serial).toBe('0a');
    expect(attention({ certificates: [held, certificate(fe1, 4 * dayMs)] })).toEqual([]);
  });
});

it('an authority reports nothing to itself', () => {
  const [ranLong, started] = [0, at].map((since) =>
    memberStates({
      topology: buildTopology(document),
      state,
      certificates: [certificate('ca.contoso.example', 4 * dayMs, 'server:ca.contoso.example')],
      members: { at, since, reports: new Map() },
    }).find(({ role }) => role === 'authority'),
  );
  expect(ranLong?.attention).toEqual([]);
  expect(started?.isAwaited).toBe(false);
});
