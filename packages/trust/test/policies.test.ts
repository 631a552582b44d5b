import { type InitialPolicies, profiles } from '@entente/trust';
import { describe, expect, it } from 'vitest';
import { anchor, ask, judgeOf, outcome } from './making/asking.ts';
import {
  type CertificateInput,
  extension,
  type Made,
  makeCa,
  makeLeaf,
  makeRoot,
} from './making/certificates.ts';
import { ia5, oid, sequence } from './making/der.ts';

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

describe('an anchor given as a certificate', () => {
  function below(
    anchorInput: CertificateInput,
    leafInput: CertificateInput,
    { caInput = {}, ...initial }: Partial<InitialPolicies> & { readonly caInput?: CertificateInput } = {},
    anchorIs: 'certificate' | 'key' = 'certificate',
  ) {
    const own = makeRoot('root with policies', anchorInput);
    const ca = makeCa(own, 'CA', caInput);
    const policies = { ...profiles.entente.policies, ...initial };
    const judge = judgeOf([anchor(own)], { policy: { ...profiles.entente, anchorIs, policies } });
    const chain = [makeLeaf(ca, ['a.contoso.example'], leafInput), ca];
    const first = outcome(ask(judge, chain));
    // A judge that knows the issuer already answers alike.
    expect(outcome(ask(judge, chain))).toBe(first);
    return first;
  }
  const goldCa = { policies: [gold] };

  it('requires a policy of the paths below it', () => {
    const requires = { policyConstraints: { requireExplicit: 0 } };
    expect(below(requires, {})).toBe('policy-required');
    expect(below(requires, { policies: [gold] }, { caInput: goldCa })).toBe('trusted');
    expect(below({ policyConstraints: { requireExplicit: 1 } }, {})).toBe('policy-required');
    expect(below({ policyConstraints: { requireExplicit: 3 } }, {})).toBe('trusted');
  });

  it('limits the policies of the paths below it to its own', () => {
    const requires = { policyConstraints: { requireExplicit: 0 } };
    const only = (policy: string) => ({ ...requires, policies: [policy] });
    expect(below(only(gold), { policies: [gold] }, { caInput: goldCa })).toBe('trusted');
    expect(below(only(silver), { policies: [gold] }, { caInput: goldCa })).toBe('policy-required');
    expect(below(only(any), { policies: [gold] }, { caInput: goldCa })).toBe('trusted');
    expect(below(only(gold), { policies: [gold] }, { caInput: goldCa, acceptable: [silver] })).toBe(
      'policy-required',
    );
    expect(below({ policies: [silver] }, { policies: [gold] }, { caInput: goldCa, ...explicit })).toBe(
      'policy-required',
    );
  });

  it('inhibits mappings below it', () => {
    const caInput = { policies: [gold], mappings: [[gold, silver]] } as const;
    const inhibits = { policyConstraints: { requireExplicit: 0, inhibitMapping: 0 } };
    expect(below({}, { policies: [silver] }, { caInput, ...explicit })).toBe('trusted');
    expect(below(inhibits, { policies: [silver] }, { caInput })).toBe('policy-required');
    const later = { policyConstraints: { requireExplicit: 0, inhibitMapping: 1 } };
    expect(below(later, { policies: [silver] }, { caInput })).toBe('trusted');
  });

  it('inhibits anyPolicy below it', () => {
    const caInput = { policies: [any] };
    expect(below({}, { policies: [gold] }, { caInput, ...explicit })).toBe('trusted');
    expect(below({ inhibitAny: 0 }, { policies: [gold] }, { caInput, ...explicit })).toBe('policy-required');
    expect(below({ inhibitAny: 1 }, { policies: [gold] }, { caInput, ...explicit })).toBe('trusted');
  });

  it('asks for nothing where only its name and key count', () => {
    const requires = { policyConstraints: { requireExplicit: 0 }, inhibitAny: 0, policies: [silver] };
    expect(below(requires, {}, {}, 'key')).toBe('trusted');
    expect(below(requires, { policies: [gold] }, { caInput: goldCa, ...explicit }, 'key')).toBe('trusted');
  });
});

describe('critical certificate policies', () => {
  const cps = '1.3.6.1.5.5.7.2.1';
  const unknown = '1.3.6.1.4.1.55738.6.9';
  const qualified = (critical: boolean, qualifier: string): CertificateInput => {
    const info = sequence(oid(qualifier), ia5('http://contoso.example/cps'));
    return {
      extensions: [extension('2.5.29.32', critical, sequence(sequence(oid(gold), sequence(info))))],
    };
  };

  it('refuse a certificate with a qualifier that is not understood, at every depth', () => {
    expect(under([{}], qualified(true, unknown))).toBe('unknown-critical-extension');
    expect(under([qualified(true, unknown)], {})).toBe('unknown-critical-extension');
    const own = makeRoot('root with a qualifier', qualified(true, unknown));
    const leaf = makeLeaf(own, ['a.contoso.example']);
    expect(ask(judgeOf([anchor(own)]), [leaf])).toMatchObject({
      rejection: { reason: 'unknown-critical-extension', depth: 1, oid: '2.5.29.32' },
    });
    const byKey = judgeOf([anchor(own)], { policy: { ...profiles.entente, anchorIs: 'key' } });
    expect(outcome(ask(byKey, [leaf]))).toBe('trusted');
  });

  it('may have qualifiers that are understood, or any where they are not critical', () => {
    expect(under([{}], qualified(true, cps))).toBe('trusted');
    expect(under([{}], qualified(false, unknown))).toBe('trusted');
  });
});
