import { profiles } from '@entente/trust';
import { describe, expect, it } from 'vitest';
import { anchor, ask, judgeOf, outcome } from './making/asking.ts';
import { day, type Made, makeCa, makeLeaf, makeRoot, now } from './making/certificates.ts';
import type { NameInput } from './making/general-names.ts';
import { makeOcsp } from './making/ocsp.ts';

const root = makeRoot('root');
const { budget } = profiles.entente;

/** What the search has cost, as the verdict's evidence says. */
function spent(verdict: ReturnType<typeof ask>) {
  const entry = verdict.evidence.find(({ kind }) => kind === 'search-ended' || kind === 'path-found');
  if (entry === undefined || !('spent' in entry))
    throw new Error('expected a verdict that says what it cost');
  return entry.spent;
}

describe('a hostile chain', () => {
  it('of a thousand intermediates is refused by size', () => {
    const ca = makeCa(root, 'CA');
    const chain = [makeLeaf(ca, ['a.contoso.example']), ...new Array<Made>(1000).fill(ca)];
    expect(ask(judgeOf([anchor(root)]), chain)).toMatchObject({
      rejection: { reason: 'chain-too-long', unit: 'bytes', max: budget.maxBytes },
    });
  });

  it('of hundreds of copies of an intermediate costs what one costs', () => {
    const ca = makeCa(root, 'CA');
    const expired = makeLeaf(ca, ['a.contoso.example'], { notAfter: now - day });
    const verdict = ask(judgeOf([anchor(root)]), [expired, ...new Array<Made>(400).fill(ca)]);
    expect(outcome(verdict)).toBe('certificate-expired');
    expect(spent(verdict).signatures).toBe(2);
  });

  it('of hundreds of keys under one name pays for their order', () => {
    const crowd = Array.from({ length: 30 }, () => makeCa(root, 'CA'));
    const policy = { ...profiles.entente, budget: { ...budget, comparisons: 20 } };
    const verdict = ask(judgeOf([anchor(root)], { policy }), [
      makeLeaf(crowd[0]!, ['a.contoso.example']),
      ...crowd,
    ]);
    expect(verdict).toMatchObject({ rejection: { reason: 'search-budget-exceeded', what: 'comparisons' } });
  });

  it('of megabytes is refused by size', () => {
    const big = makeLeaf(root, [{ other: '1.3.6.1.4.1.55738.2', text: 'x'.repeat(300_000) }]);
    expect(outcome(ask(judgeOf([anchor(root)]), [big]))).toBe('chain-too-long');
  });

  it('of a leaf with more bytes or names than its limit is refused before anything about it is checked, and one with as many is not', () => {
    const named = (count: number) =>
      makeLeaf(
        root,
        Array.from({ length: count }, (_, index) => `n${index}.contoso.example`),
        { spoilSignature: true },
      );
    const leaf = named(4);
    const limitedBy = (more: object) =>
      judgeOf([anchor(root)], { policy: { ...profiles.entente, budget: { ...budget, ...more } } });
    const byNames = limitedBy({ maxLeafNames: 4 });
    const byBytes = limitedBy({ maxLeafBytes: leaf.der.length });
    for (const judge of [byNames, byBytes]) expect(outcome(ask(judge, [leaf]))).toBe('signature-invalid');
    expect(ask(byNames, [named(5)])).toMatchObject({
      rejection: { reason: 'certificate-too-large', found: 5, max: 4, unit: 'names' },
    });
    const larger = named(5);
    const [most, found] = [leaf.der.length, larger.der.length];
    expect(ask(byBytes, [larger])).toMatchObject({
      rejection: { reason: 'certificate-too-large', found, max: most, unit: 'bytes' },
    });
    const unread = { ...larger, der: Buffer.from(larger.der.map((byte) => byte ^ 0xff)) };
    expect(outcome(ask(byBytes, [unread]))).toBe('certificate-too-large');
  });

  it('of CAs that all sign each other ends within the budget', () => {
    // Two CAs a layer, each certified by both above: the number of paths doubles with every layer.
    let above: readonly Made[] = [root];
    const presented: Made[] = [];
    for (let layer = 0; layer < 8; layer++) {
      const keys = [makeRoot(`layer ${layer}`), makeRoot(`layer ${layer}`)];
      for (const keyOf of keys)
        for (const issuer of above) presented.push(makeCa(issuer, `layer ${layer}`, { keyOf }));
      above = keys;
    }
    // The leaf breaks a rule on every path, so no path ends the search.
    const leaf = makeLeaf(above[0]!, ['a.contoso.example'], { extKeyUsage: ['1.3.6.1.5.5.7.3.3'] });
    const verdict = ask(judgeOf([anchor(root)]), [leaf, ...presented]);
    expect(verdict.trusted).toBe(false);
    const { signatures, steps } = spent(verdict);
    expect(signatures).toBeLessThanOrEqual(budget.signatures + 1);
    expect(steps).toBeLessThanOrEqual(budget.steps + 1);
  });

  it('with a staple of a thousand answers has only the first few read', () => {
    const ca = makeCa(root, 'CA');
    const leaf = makeLeaf(ca, ['a.contoso.example']);
    const strict = judgeOf([anchor(root, { revocation: { mode: 'hard-fail' } })]);
    const stapledOcsp = makeOcsp({
      issuer: ca,
      signer: makeRoot('outsider'),
      responses: new Array(1_000).fill({ certificate: leaf }),
    });
    const verdict = ask(strict, [leaf, ca], { stapledOcsp });
    expect(outcome(verdict)).toBe('revocation-unknown');
    expect(spent(verdict).signatures).toBeLessThan(20);
  });

  it('of many keys under one name ends within the budget', () => {
    const real = makeCa(root, 'CA');
    const crowd = Array.from({ length: 30 }, () => makeCa(root, 'CA'));
    const forged = makeLeaf(real, ['a.contoso.example'], { spoilSignature: true });
    const verdict = ask(judgeOf([anchor(root)]), [forged, ...crowd]);
    expect(verdict.trusted).toBe(false);
    expect(spent(verdict).signatures).toBeLessThanOrEqual(budget.signatures + 1);
  });

  it('with huge constraint lists against many names ends in search-budget-exceeded', () => {
    const constraints: NameInput[] = Array.from({ length: 1500 }, (_, index) => ({ dns: `c${index}.test` }));
    const names: NameInput[] = Array.from({ length: 1500 }, (_, index) => ({ dns: `n${index}.test` }));
    const narrow = makeCa(root, 'narrow', { excluded: constraints });
    const verdict = ask(judgeOf([anchor(root)]), [makeLeaf(narrow, names), narrow]);
    expect(verdict).toMatchObject({ rejection: { reason: 'search-budget-exceeded', what: 'comparisons' } });
  });

  it('with policies that map onto each other does not grow a tree', () => {
    const policies = Array.from({ length: 40 }, (_, index) => `1.3.6.1.4.1.55738.3.${index}`);
    const mappings = policies.flatMap((from) => policies.map((to): readonly [string, string] => [from, to]));
    let issuer = makeCa(root, 'CA 0', { policies, policyConstraints: { requireExplicit: 0 }, mappings });
    const chain = [issuer];
    for (let depth = 1; depth < 6; depth++) {
      issuer = makeCa(issuer, `CA ${depth}`, { policies, mappings });
      chain.unshift(issuer);
    }
    const leaf = makeLeaf(issuer, ['a.contoso.example'], { policies });
    const verdict = ask(judgeOf([anchor(root)]), [leaf, ...chain]);
    expect(outcome(verdict)).toBe('trusted');
    expect(spent(verdict).comparisons).toBeLessThan(budget.comparisons / 4);
  });
});
