import { describe, expect, it } from 'vitest';
import { anchor, ask, judgeOf, outcome } from './making/asking.ts';
import { type CertificateInput, makeCa, makeLeaf, makeRoot } from './making/certificates.ts';
import type { NameInput } from './making/general-names.ts';

const root = makeRoot('root');
const judge = judgeOf([anchor(root)]);

function under(
  constraints: Pick<CertificateInput, 'permitted' | 'excluded'>,
  names: readonly (string | NameInput)[],
  input: CertificateInput = {},
) {
  const ca = makeCa(root, 'constrained', constraints);
  return outcome(ask(judge, [makeLeaf(ca, names, input), ca]));
}

const violated = 'name-constraint-violated';

describe('constraints on DNS names', () => {
  const permitted = [{ dns: 'contoso.example' }];
  it('permit the domain and everything below it, and nothing beside it', () => {
    expect(under({ permitted }, ['contoso.example', 'a.b.contoso.example'])).toBe('trusted');
    expect(under({ permitted }, ['notcontoso.example'])).toBe(violated);
    expect(under({ permitted }, ['a.contoso.example', 'fabrikam.example'])).toBe(violated);
  });

  it('permit a wildcard that lies inside as a whole only', () => {
    expect(under({ permitted }, ['*.contoso.example'])).toBe('trusted');
    expect(under({ permitted: [{ dns: 'a.contoso.example' }] }, ['*.contoso.example'])).toBe(violated);
  });

  it('exclude a wildcard that could stand for an excluded name', () => {
    const excluded = [{ dns: 'secret.contoso.example' }];
    expect(under({ excluded }, ['*.contoso.example'])).toBe(violated);
    expect(under({ excluded }, ['open.contoso.example'])).toBe('trusted');
  });

  it('let exclusion win over permission', () => {
    expect(under({ permitted, excluded: [{ dns: 'x.contoso.example' }] }, ['x.contoso.example'])).toBe(
      violated,
    );
  });

  it('refuse names and constraints that cannot be compared', () => {
    expect(under({ permitted }, ['.contoso.example'])).toBe(violated);
    expect(under({ permitted: [{ dns: '*.contoso.example' }] }, ['a.contoso.example'])).toBe(violated);
  });

  it('hold a common name that looks like a host where there is no subjectAltName', () => {
    expect(under({ permitted }, [], { subject: [['CN', 'www.fabrikam.example']] })).toBe(violated);
    expect(under({ permitted }, [], { subject: [['CN', 'some person']] })).toBe('trusted');
  });

  it('take the common name of a CA for a label: nobody asks a CA for a host', () => {
    const narrow = makeCa(root, 'narrow', { permitted });
    const below = makeCa(narrow, 'issuing.fabrikam.example');
    expect(outcome(ask(judge, [makeLeaf(below, ['a.contoso.example']), below, narrow]))).toBe('trusted');
    const named = makeCa(narrow, 'issuing', { names: [{ dns: 'issuing.fabrikam.example' }] });
    expect(outcome(ask(judge, [makeLeaf(named, ['a.contoso.example']), named, narrow]))).toBe(violated);
  });
});

describe('constraints on other forms', () => {
  it('compare mailboxes exactly, hosts exactly and subdomains with a leading dot', () => {
    expect(
      under({ permitted: [{ email: 'alice@contoso.example' }] }, [{ email: 'alice@contoso.example' }]),
    ).toBe('trusted');
    expect(
      under({ permitted: [{ email: 'alice@contoso.example' }] }, [{ email: 'bob@contoso.example' }]),
    ).toBe(violated);
    expect(under({ permitted: [{ email: 'contoso.example' }] }, [{ email: 'bob@contoso.example' }])).toBe(
      'trusted',
    );
    expect(under({ permitted: [{ email: 'contoso.example' }] }, [{ email: 'bob@a.contoso.example' }])).toBe(
      violated,
    );
    expect(under({ permitted: [{ email: '.contoso.example' }] }, [{ email: 'bob@a.contoso.example' }])).toBe(
      'trusted',
    );
    expect(under({ permitted: [{ email: 'contoso.example' }] }, [{ email: 'a@b@contoso.example' }])).toBe(
      violated,
    );
  });

  it('hold mail addresses in the subject too', () => {
    expect(
      under({ permitted: [{ email: 'contoso.example' }] }, [], {
        subject: [['email', 'bob@fabrikam.example']],
      }),
    ).toBe(violated);
  });

  it('compare the host of URIs, sip: URIs included, and refuse URIs without one', () => {
    const permitted = [{ uri: 'contoso.example' }];
    expect(under({ permitted }, [{ uri: 'https://contoso.example/x' }])).toBe('trusted');
    expect(under({ permitted }, [{ uri: 'sip:contoso.example' }])).toBe('trusted');
    expect(under({ permitted }, [{ uri: 'sip:fabrikam.example' }])).toBe(violated);
    expect(under({ permitted }, [{ uri: 'https://10.0.0.1/' }])).toBe(violated);
    expect(under({ permitted }, [{ uri: 'urn:uuid:0' }])).toBe(violated);
    expect(under({ excluded: [{ uri: '.contoso.example' }] }, [{ uri: 'https://a.contoso.example/' }])).toBe(
      violated,
    );
  });

  it('compare addresses under a mask, and refuse masks with holes', () => {
    const permitted = [{ ip: [192, 0, 2, 0, 255, 255, 255, 0] }];
    expect(under({ permitted }, [{ ip: [192, 0, 2, 7] }])).toBe('trusted');
    expect(under({ permitted }, [{ ip: [192, 0, 3, 7] }])).toBe(violated);
    expect(under({ permitted: [{ ip: [192, 0, 2, 0, 255, 0, 255, 0] }] }, [{ ip: [192, 0, 2, 7] }])).toBe(
      violated,
    );
  });

  it('compare directory names as subtrees, the subject included', () => {
    const permitted: NameInput[] = [{ directory: [['O', 'Contoso']] }];
    expect(
      under({ permitted }, [], {
        subject: [
          ['O', 'contoso'],
          ['CN', 'x'],
        ],
      }),
    ).toBe('trusted');
    expect(
      under({ permitted }, [], {
        subject: [
          ['O', 'Fabrikam'],
          ['CN', 'x'],
        ],
      }),
    ).toBe(violated);
  });

  it('refuse forms that nobody can compare, where a constraint names the form', () => {
    const excluded: NameInput[] = [{ other: '1.3.6.1.4.1.311.20.2.3', text: 'x' }];
    expect(under({ excluded }, [{ other: '1.3.6.1.4.1.311.20.2.3', text: 'alice' }])).toBe(violated);
    expect(under({ excluded }, ['a.contoso.example'])).toBe('trusted');
  });
});

describe('constraints along a path', () => {
  it('of several CAs all hold: a lower CA cannot widen', () => {
    const narrow = makeCa(root, 'narrow', { permitted: [{ dns: 'a.example' }] });
    const wide = makeCa(narrow, 'wide', { permitted: [{ dns: 'a.example' }, { dns: 'b.example' }] });
    expect(outcome(ask(judge, [makeLeaf(wide, ['x.b.example']), wide, narrow]))).toBe(violated);
  });

  it('spare self-issued intermediates, never the leaf', () => {
    const narrow = makeCa(root, 'narrow', { permitted: [{ dns: 'a.example' }] });
    const again = makeCa(narrow, 'narrow', { names: [{ dns: 'b.example' }] });
    expect(outcome(ask(judge, [makeLeaf(again, ['x.a.example']), again, narrow]))).toBe('trusted');
    const selfIssuedLeaf = makeLeaf(narrow, ['b.example'], { subject: [['CN', 'narrow']] });
    expect(outcome(ask(judge, [selfIssuedLeaf, narrow]))).toBe(violated);
  });

  it('in the certificate of the anchor hold too', () => {
    const own = makeRoot('own', { permitted: [{ dns: 'contoso.example' }] });
    expect(outcome(ask(judgeOf([anchor(own)]), [makeLeaf(own, ['fabrikam.example'])]))).toBe(violated);
  });
});
