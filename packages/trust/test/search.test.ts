import { profiles } from '@entente/trust';
import { describe, expect, it } from 'vitest';
import { anchor, ask, judgeOf, outcome } from './making/asking.ts';
import {
  type CertificateInput,
  clientAuth,
  day,
  type Made,
  makeCa,
  makeLeaf,
  makeRoot,
  now,
  usage,
} from './making/certificates.ts';

const root = makeRoot('root');
const ca = makeCa(root, 'issuing CA');
const middle = makeCa(root, 'middle');
/** A later end than `ca` has: of two certificates of one key it is tried first. */
const later = now + 400 * day;
const leaf = makeLeaf(ca, ['pool1.contoso.example']);

function serials(certificates: readonly Made[]): readonly string[] {
  return certificates.map(({ certificate }) => certificate.serialHex);
}

/** Serial numbers of the path on which a fresh judge believes a chain. */
function pathOf(chain: readonly Made[]): readonly string[] {
  const verdict = ask(judgeOf([anchor(root)]), chain);
  if (!verdict.trusted) throw new Error(verdict.rejection.message);
  return verdict.path.certificates.map(({ serialHex }) => serialHex);
}

describe('a search among several issuers of one name', () => {
  /** A way up of two certificates, tried after one that is valid longer. */
  const belowMiddle = makeCa(middle, 'issuing CA', { keyOf: ca });
  const holds = serials([leaf, belowMiddle, middle]);

  it('comes back from one whose own issuer leads nowhere', () => {
    const lost = makeCa(makeRoot('root'), 'lost');
    const belowLost = makeCa(lost, 'issuing CA', { keyOf: ca, notAfter: later });
    expect(pathOf([leaf, belowLost, lost, belowMiddle, middle])).toEqual(holds);
  });

  it('comes back from one whose path breaks a rule', () => {
    const flat = makeCa(root, 'flat', { ca: { pathLength: 0 } });
    const belowFlat = makeCa(flat, 'issuing CA', { keyOf: ca, notAfter: later });
    expect(pathOf([leaf, belowFlat, flat, belowMiddle, middle])).toEqual(holds);
  });

  it('ends with the shortest path that holds, though others would too', () => {
    const longer = makeCa(middle, 'issuing CA', { keyOf: ca, notAfter: later });
    expect(pathOf([leaf, longer, middle, ca])).toEqual(serials([leaf, ca]));
  });

  it.each([
    ['constraints exclude the leaf', { permitted: [{ dns: 'fabrikam.example' }] }],
    ['purposes are others', { extKeyUsage: [clientAuth] }],
    ['time is over', { notAfter: now - day }],
  ])('verifies nothing with a CA whose %s', (_, input) => {
    const crowd = Array.from({ length: 20 }, () => makeCa(root, 'issuing CA', { keyOf: ca, ...input }));
    const verdict = ask(judgeOf([anchor(root)]), [leaf, ...crowd, ca]);
    expect(outcome(verdict)).toBe('trusted');
    expect(verdict.evidence).toContainEqual(
      expect.objectContaining({ spent: expect.objectContaining({ signatures: 2, steps: 2 }) }),
    );
  });
});

describe('a search among CAs that all certify each other', () => {
  /** Certificates of each CA by every other one and by the root; of those by the root one alone is as it should be. */
  function mesh(count: number, wrong: CertificateInput, right: number) {
    const keys = Array.from({ length: count }, (_, index) => makeRoot(`CA ${index}`));
    const offered = keys.flatMap((keyOf, index) => [
      ...keys.filter((issuer) => issuer !== keyOf).map((issuer) => makeCa(issuer, `CA ${index}`, { keyOf })),
      makeCa(root, `CA ${index}`, { keyOf, ...(index === right ? {} : wrong) }),
    ]);
    return { offered, keys, end: makeLeaf(keys[0]!, ['pool1.contoso.example']) };
  }

  it.each([
    [36, 'time', { notAfter: now - day }],
    [36, 'constraints', { permitted: [{ dns: 'fabrikam.example' }] }],
    [36, 'purposes', { extKeyUsage: [clientAuth] }],
    [36, 'key usage', { keyUsage: [usage.cRLSign] }],
    [64, 'time', { notAfter: now - day }],
    [64, 'constraints', { permitted: [{ dns: 'fabrikam.example' }] }],
    [64, 'key usage', { keyUsage: [usage.cRLSign] }],
  ])(
    'finds the one path among %i certificates, of which the others break a rule of %s',
    (count, _, wrong) => {
      const size = Math.sqrt(count);
      for (const right of [0, size - 1]) {
        const { offered, end } = mesh(size, wrong, right);
        expect(offered).toHaveLength(count);
        for (const order of [offered, [...offered].reverse()]) {
          expect(outcome(ask(judgeOf([anchor(root)]), [end, ...order]))).toBe('trusted');
        }
      }
    },
  );

  it.each([
    ['certificate-expired', { notAfter: now - day }],
    ['extended-key-usage-missing', { extKeyUsage: [clientAuth] }],
    ['key-too-small', { keys: { rsa: 1024 } }],
  ] as const)('says %s of the leaf, however many ways there are up', (reason, wrong) => {
    const { offered, keys } = mesh(8, {}, 0);
    const bad = makeLeaf(keys[0]!, ['pool1.contoso.example'], wrong);
    expect(outcome(ask(judgeOf([anchor(root)]), [bad, ...offered]))).toBe(reason);
  });

  it('says what is wrong where no path holds', () => {
    const { offered, end } = mesh(6, { notAfter: now - day }, -1);
    expect(outcome(ask(judgeOf([anchor(root)]), [end, ...offered]))).toBe('certificate-expired');
  });
});

describe('a search that finds no path', () => {
  /** One leaf that is wrong on every path, and as many ways up as asked for. */
  function refused(ways: number, more: readonly Made[] = []) {
    const bad = makeLeaf(ca, ['pool1.contoso.example'], { extKeyUsage: [clientAuth] });
    const issuers = Array.from({ length: ways }, () => makeCa(root, 'issuing CA', { keyOf: ca }));
    return ask(judgeOf([anchor(root)]), [bad, ...issuers, ...more]);
  }

  it('examines every path and names what is wrong with each', () => {
    const expired = makeCa(root, 'issuing CA', { keyOf: ca, notAfter: now - day });
    const verdict = refused(1, [expired]);
    if (verdict.trusted) throw new Error('expected a refusal');
    expect(new Set(verdict.considered.map(({ reason }) => reason))).toEqual(
      new Set(['certificate-expired', 'extended-key-usage-missing']),
    );
  });

  it('costs nothing where the names of a crowd lead to no anchor', () => {
    const outsider = makeRoot('outsider');
    const crowd = Array.from({ length: 20 }, () => makeCa(outsider, 'crowd', { keyOf: outsider }));
    const lost = makeLeaf(crowd[0]!, ['pool1.contoso.example']);
    const verdict = ask(judgeOf([anchor(root)]), [lost, ...crowd]);
    expect(outcome(verdict)).toBe('unknown-issuer');
    expect(verdict.evidence).toContainEqual(
      expect.objectContaining({ kind: 'search-ended', spent: { signatures: 0, steps: 0, comparisons: 0 } }),
    );
  });

  it.each([
    ['no more than eight of them', 9, [], 8],
    ['none over an anchor that the peer presents', 1, [root], 1],
  ])('examines %s', (_, ways, more, examined) => {
    const verdict = refused(ways, more);
    expect(outcome(verdict)).toBe('extended-key-usage-missing');
    expect(verdict.evidence.filter(({ kind }) => kind === 'path-examined')).toHaveLength(examined);
  });
});

describe('an explanation that exceeds its budget', () => {
  it('says so, and never that a known anchor is unknown', () => {
    const lapsed = makeCa(root, 'lapsed CA', { notAfter: now - day });
    const chain = [makeLeaf(lapsed, ['a.contoso.example']), lapsed];
    const reasons = [1, 2, 3, 4, 5, 6].map((steps) => {
      const budget = { ...profiles.entente.budget, steps };
      return outcome(ask(judgeOf([anchor(root)], { policy: { ...profiles.entente, budget } }), chain));
    });
    expect(reasons).not.toContain('unknown-issuer');
    expect(reasons[0]).toBe('search-budget-exceeded');
    expect(reasons.at(-1)).toBe('certificate-expired');
  });
});
