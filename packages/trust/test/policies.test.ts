import { type InitialPolicies, profiles } from '@entente/trust';
import { describe, expect, it } from 'vitest';
import { anchor, ask, judgeOf, outcome } from './making/asking.ts';
import { type CertificateInput, type Made, makeCa, makeLeaf, makeRoot } from './making/certificates.ts';

const any = '2.5.29.32.0';
const gold = '1.3.6.1.4.1.55738.6.1';
const silver = '1.3.6.1.4.1.55738.6.2';
const root = makeRoot('root');

function under(
  chain: readonly CertificateInput[],
  leaf: CertificateInput,
  initial: Partial<InitialPolicies> = {},
) {
  const made: Made[] = [];
  let issuer = root;
  for (const [index, input] of chain.entries()) {
    issuer = makeCa(issuer, `CA ${index}`, input);
    made.unshift(issuer);
  }
  const policies = { ...profiles.entente.policies, ...initial };
  const judge = judgeOf([anchor(root)], { policy: { ...profiles.entente, policies } });
  return outcome(ask(judge, [makeLeaf(issuer, ['a.contoso.example'], leaf), ...made]));
}

const explicit = { requireExplicit: true };

describe('certificate policies', () => {
  it('matter only where a policy is required', () => {
    expect(under([{}], {})).toBe('trusted');
    expect(under([{}], {}, explicit)).toBe('policy-required');
    expect(under([{ policyConstraints: { requireExplicit: 0 } }], {})).toBe('policy-required');
  });

  it('hold when the same policy runs along the whole path', () => {
    expect(under([{ policies: [gold] }], { policies: [gold] }, explicit)).toBe('trusted');
    expect(under([{ policies: [gold] }], { policies: [silver] }, explicit)).toBe('policy-required');
    expect(under([{ policies: [gold] }], {}, explicit)).toBe('policy-required');
  });

  it('must be acceptable', () => {
    const asked = { ...explicit, acceptable: [gold] };
    expect(under([{ policies: [gold, silver] }], { policies: [silver] }, asked)).toBe('policy-required');
    expect(under([{ policies: [gold, silver] }], { policies: [gold] }, asked)).toBe('trusted');
    expect(under([{ policies: [any] }], { policies: [any] }, asked)).toBe('trusted');
  });

  it('may be covered by anyPolicy until that is inhibited', () => {
    expect(under([{ policies: [any] }], { policies: [gold] }, explicit)).toBe('trusted');
    expect(under([{ policies: [any] }], { policies: [gold] }, { ...explicit, inhibitAny: true })).toBe(
      'policy-required',
    );
    expect(under([{ policies: [gold], inhibitAny: 0 }], { policies: [any] }, explicit)).toBe(
      'policy-required',
    );
  });

  it('are mapped from one domain to another until that is inhibited', () => {
    const mapping = { policies: [gold], mappings: [[gold, silver]] } as const;
    expect(under([mapping], { policies: [silver] }, { ...explicit, acceptable: [gold] })).toBe('trusted');
    expect(under([mapping], { policies: [gold] }, explicit)).toBe('policy-required');
    expect(under([mapping], { policies: [silver] }, { ...explicit, inhibitMapping: true })).toBe(
      'policy-required',
    );
  });

  it('are never mapped to or from anyPolicy', () => {
    expect(under([{ policies: [gold], mappings: [[gold, any]] }], { policies: [gold] })).toBe(
      'policy-required',
    );
  });
});
