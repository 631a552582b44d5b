import { allowNames, partnerRevocation } from '@entente/trust';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anchor, anyone, ask, judgeOf, limited, link, outcome } from './making/asking.ts';
import { makeCa, makeLeaf, makeRoot, now } from './making/certificates.ts';
import { makeCrl } from './making/crls.ts';
import { makeOcsp } from './making/ocsp.ts';

const root = makeRoot('root');
const ca = makeCa(root, 'issuing CA');
const leaf = makeLeaf(ca, ['fe1.contoso.example', { uri: 'sip:contoso.example' }]);
const question = { now, link, identity: { mode: 'inbound' }, authorise: anyone } as const;

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
const host = fc
  .array(label, { minLength: 2, maxLength: 4 })
  .map((labels) => labels.join('.'))
  .filter((name) => /[a-z]/.test(name.slice(name.lastIndexOf('.') + 1)));

describe('whatever a peer sends', () => {
  const judge = judgeOf([anchor(root)]);

  it('a judge gives a verdict and never throws', () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(
        fc.array(fc.oneof(bytes, fc.constantFrom(leaf.der, ca.der, root.der)), { maxLength: 5 }),
        (certificates) => {
          expect(typeof judge.judge({ certificates }, question).trusted).toBe('boolean');
        },
      ),
      { numRuns: 300 },
    );
  });

  it('one changed octet in leaf or intermediate is never believed', () => {
    const chain = [leaf.der, ca.der];
    const place = fc
      .nat(1)
      .chain((which) =>
        fc.tuple(fc.constant(which), fc.nat(chain[which]!.length - 1), fc.integer({ min: 1, max: 255 })),
      );
    fc.assert(
      fc.property(place, ([which, at, change]) => {
        const certificates = chain.map((der) => Buffer.from(der));
        certificates[which]![at]! ^= change;
        expect(judge.judge({ certificates }, question).trusted).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('one changed octet in a stapled response is never evidence', () => {
    const strict = judgeOf([anchor(root, { revocation: partnerRevocation })], {
      revocation: { crls: [makeCrl({ issuer: root })] },
    });
    const staple = makeOcsp({ issuer: ca, responses: [{ certificate: leaf }] });
    expect(outcome(ask(strict, [leaf, ca], { stapledOcsp: staple }))).toBe('trusted');
    fc.assert(
      fc.property(fc.nat(staple.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const changed = Buffer.from(staple);
        changed[at]! ^= change;
        expect(ask(strict, [leaf, ca], { stapledOcsp: changed }).trusted).toBe(false);
      }),
      { numRuns: 300 },
    );
  });
});

describe('names', () => {
  it('of a limited anchor pass exactly when they lie in its domain', () => {
    fc.assert(
      fc.property(host, host, fc.boolean(), (domain, other, below) => {
        const judge = judgeOf([limited(root, { domains: [domain] })]);
        const inside = below ? `x.${domain}` : domain;
        expect(outcome(ask(judge, [makeLeaf(root, [inside])]))).toBe('trusted');
        const lies = other === domain || other.endsWith(`.${domain}`);
        const expected = lies ? 'trusted' : 'anchor-limit-violated';
        expect(outcome(ask(judge, [makeLeaf(root, [other])]))).toBe(expected);
        expect(outcome(ask(judge, [makeLeaf(root, [inside, { uri: `sip:${other}` }])]))).toBe(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('match whatever their case, and nothing that is longer or shorter', () => {
    const judge = judgeOf([anchor(root)]);
    fc.assert(
      fc.property(host, (name) => {
        const made = makeLeaf(root, [name.toUpperCase()]);
        const is = (asked: string) => ask(judge, [made], { identity: { mode: 'host', name: asked } }).trusted;
        expect(is(name)).toBe(true);
        expect(is(`x.${name}`)).toBe(false);
        expect(is(name.slice(1))).toBe(false);
        expect(ask(judge, [made], { authorise: allowNames([name]) }).trusted).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});
