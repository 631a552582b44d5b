import { administrators, contoso, testAdministrator } from '@entente/testkit/topology';
import {
  buildTopology,
  encodeSignedTopology,
  refuseTrustState,
  refuseUnconfirmed,
  signTopology,
  type TopologyDocument,
  trustStateFormat,
  verifyChain,
  verifyLink,
  verifyTopology,
} from '@entente/topology';
import { describe, expect, it } from 'vitest';

const fault = expect.objectContaining({ code: 'ENTENTE_TOPOLOGY_BAD_ARGUMENT' });
const noTimes: readonly unknown[] = [undefined, null, Number.NaN, '2026-03-01T00:00:00Z', new Date(0)];
const signers = administrators.slice(0, 2).map(({ signer }) => signer);

describe('a document is not accepted', () => {
  it.each(noTimes)('at the time %o, though it may have expired', (time) => {
    const expired: TopologyDocument = { ...contoso, expires: '2026-03-01T00:00:00Z' };
    const text = encodeSignedTopology(signTopology(expired, signers));
    const knowledge = { known: { document: expired }, now: time as number };
    expect(() => verifyTopology(text, knowledge)).toThrow(fault);
    expect(() => verifyChain([text], knowledge)).toThrow(fault);
  });

  it.each([undefined, null, {}, { administratorsSetHash: 'ab' }, { administratorSetHash: undefined }])(
    'where nothing says whose it may be: %o',
    (known) => {
      const anybody = testAdministrator('one');
      const forged = { ...contoso, administrators: { required: 1, keys: [anybody.entry] } };
      const text = encodeSignedTopology(signTopology(forged, [anybody.signer]));
      const knowledge = { known: known as never, now: Date.parse(contoso.issued) };
      expect(() => verifyTopology(text, knowledge)).toThrow(fault);
      expect(() => verifyChain([text], knowledge)).toThrow(fault);
      expect(() => verifyLink(text, known as never)).toThrow(fault);
    },
  );

  it.each<object>([
    { lastest: { version: 9, hash: 'ab' } },
    { latest: { verison: 9, hash: 'ab' } },
    { latest: { version: Number.NaN, hash: 'ab' } },
    { latest: { version: 9 } },
    { latest: { version: '9', hash: 'ab' } },
    { stored: 'no' },
    { superseded: 1 },
  ])('where what is newest is not said as it is read: %o', (changes) => {
    const text = encodeSignedTopology(signTopology(contoso, signers));
    const knowledge = { known: { document: contoso }, now: Date.parse(contoso.issued), ...changes };
    expect(() => verifyTopology(text, knowledge as never)).toThrow(fault);
    expect(() => verifyChain([text], knowledge as never)).toThrow(fault);
  });
});

describe('a trust state is not accepted', () => {
  const signedAt = Date.UTC(2026, 5, 1);
  const state = {
    format: trustStateFormat,
    network: 'contoso.example',
    sequence: 5,
    topology: { version: 3, hash: 'ef'.repeat(32) },
    anchors: '01'.repeat(32),
    lists: [],
    signedAt: new Date(signedAt).toISOString(),
    expires: new Date(signedAt + 60_000).toISOString(),
  } as const;
  const known = {
    network: 'contoso.example',
    last: undefined,
    topology: state.topology,
    now: signedAt,
    clockSkewMs: 1,
  };

  it.each(noTimes)('at the time %o, though it may have expired', (time) => {
    expect(() => refuseTrustState({ state, hash: 'aa' }, { ...known, now: time as number })).toThrow(fault);
  });

  it.each<[string, object]>([
    ['a misspelt last', { lastState: { sequence: 9, hash: 'bb', signedAt } }],
    ['a misspelt sequence', { last: { seq: 9, hash: 'bb' } }],
    ['a sequence that is not a number', { last: { sequence: Number.NaN, hash: 'bb', signedAt } }],
    ['null', { last: null }],
    ['a misspelt version', { topology: { versoin: 9, hash: 'ef'.repeat(32) } }],
    ['no network', { network: undefined }],
  ])('where what was accepted before is not said as it is read: %s', (_what, changes) => {
    expect(() => refuseTrustState({ state, hash: 'aa' }, { ...known, ...changes } as never)).toThrow(fault);
  });

  it.each<object>([{ expires: undefined }, { signedAt: 'now' }, { sequence: '5' }, { topology: {} }])(
    'that is none: %o',
    (changes) => {
      const other = { ...state, ...changes } as never;
      expect(() => refuseTrustState({ state: other, hash: 'aa' }, known)).toThrow(fault);
    },
  );

  it.each(noTimes)('where clocks may differ by %o, though it may be of the future', (skew) => {
    const knowledge = { ...known, clockSkewMs: skew as number };
    expect(() => refuseTrustState({ state, hash: 'aa' }, knowledge)).toThrow(fault);
  });
});

describe('a topology does not count as confirmed', () => {
  it.each(noTimes)('at the time %o, though it may be stale', (time) => {
    const topology = buildTopology(contoso);
    expect(() => refuseUnconfirmed(topology, { confirmedAt: 0, now: time as number })).toThrow(fault);
  });
});
