import { profiles } from '@entente/trust';
import { describe, expect, it } from 'vitest';
import { anchor, ask, judgeOf, outcome } from './making/asking.ts';
import { clientAuth, day, type Made, makeCa, makeLeaf, makeRoot, now } from './making/certificates.ts';

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
  it('comes back from one whose own issuer leads nowhere', () => {
    const lost = makeCa(makeRoot('root'), 'lost');
    const belowLost = makeCa(lost, 'issuing CA', { keyOf: ca, notAfter: later });
    expect(pathOf([leaf, belowLost, lost, ca])).toEqual(serials([leaf, ca]));
  });

  it('comes back from one whose path breaks a rule', () => {
    const narrow = makeCa(root, 'narrow', { permitted: [{ dns: 'fabrikam.example' }] });
    const belowNarrow = makeCa(narrow, 'issuing CA', { keyOf: ca, notAfter: later });
    expect(pathOf([leaf, belowNarrow, narrow, ca])).toEqual(serials([leaf, ca]));
  });

  it('ends with the first path that holds, though others would too', () => {
    const belowMiddle = makeCa(middle, 'issuing CA', { keyOf: ca, notAfter: later });
    expect(pathOf([leaf, ca, middle, belowMiddle])).toEqual(serials([leaf, belowMiddle, middle]));
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
