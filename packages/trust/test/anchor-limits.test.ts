import { anchorSet, createJudge } from '@entente/trust';
import { describe, expect, it } from 'vitest';
import { anchor, ask, inboundLink, judgeOf, limited, link, outcome } from './making/asking.ts';
import { clientAuth, makeCa, makeLeaf, makeRoot, now, serverAuth } from './making/certificates.ts';
import type { NameInput } from './making/general-names.ts';

const partner = makeRoot('Fabrikam root');
const issuing = makeCa(partner, 'Fabrikam issuing CA');
const deep = makeCa(issuing, 'Fabrikam deep CA');
const fabrikamOnly = judgeOf([limited(partner, { domains: ['fabrikam.example'] })]);
const broken = 'anchor-limit-violated';

describe('an anchor limited to fabrikam.example', () => {
  it('is believed for that domain and what lies below it', () => {
    expect(
      outcome(ask(fabrikamOnly, [makeLeaf(issuing, ['fabrikam.example', 'edge.fabrikam.example']), issuing])),
    ).toBe('trusted');
    expect(outcome(ask(fabrikamOnly, [makeLeaf(issuing, [{ uri: 'sip:fabrikam.example' }]), issuing]))).toBe(
      'trusted',
    );
    expect(outcome(ask(fabrikamOnly, [makeLeaf(issuing, ['*.fabrikam.example']), issuing]))).toBe('trusted');
  });

  const forms: readonly (readonly [string, NameInput])[] = [
    ['a DNS name', { dns: 'contoso.example' }],
    ['a DNS name below', { dns: 'sip.contoso.example' }],
    ['a DNS name that ends alike', { dns: 'notfabrikam.example' }],
    ['a DNS name in capitals with a trailing dot', { dns: 'CONTOSO.EXAMPLE.' }],
    ['a wildcard', { dns: '*.contoso.example' }],
    ['a wildcard above', { dns: '*.example' }],
    ['a malformed DNS name', { dns: 'contoso..example' }],
    ['a sip: URI', { uri: 'sip:contoso.example' }],
    ['a sip: URI with user and port', { uri: 'sip:alice@contoso.example:5061;transport=tls' }],
    ['a sips: URI', { uri: 'sips:contoso.example' }],
    ['an https URI', { uri: 'https://contoso.example/' }],
    [
      'an https URI that hides the host behind a user part',
      { uri: 'https://fabrikam.example@contoso.example/' },
    ],
    ['a SPIFFE ID', { uri: 'spiffe://contoso.example/pool1' }],
    ['a URI without host', { uri: 'urn:contoso.example' }],
    ['a mail address', { email: 'alice@contoso.example' }],
    ['an IP address', { ip: [192, 0, 2, 1] }],
    ['a directory name with a host as common name', { directory: [['CN', 'contoso.example']] }],
    [
      'a directory name of domain components',
      {
        directory: [
          ['DC', 'example'],
          ['DC', 'contoso'],
        ],
      },
    ],
    ['a user principal name', { other: '1.3.6.1.4.1.311.20.2.3', text: 'alice@contoso.example' }],
    ['a registered id', { registeredId: '1.3.6.1.4.1.55738.9' }],
  ];
  for (const [form, name] of forms) {
    it(`refuses ${form}, alone`, () => {
      expect(outcome(ask(fabrikamOnly, [makeLeaf(issuing, [name]), issuing]))).toBe(broken);
    });
    it(`refuses ${form}, as one of several`, () => {
      const leaf = makeLeaf(issuing, ['fabrikam.example', name, 'edge.fabrikam.example']);
      expect(outcome(ask(fabrikamOnly, [leaf, issuing]))).toBe(broken);
    });
    it(`refuses ${form}, at any depth`, () => {
      expect(outcome(ask(fabrikamOnly, [makeLeaf(partner, ['fabrikam.example', name])]))).toBe(broken);
      expect(outcome(ask(fabrikamOnly, [makeLeaf(deep, ['fabrikam.example', name]), deep, issuing]))).toBe(
        broken,
      );
    });
  }

  it('refuses a subject that names contoso.example beside good alternative names', () => {
    for (const subject of [
      [['CN', 'contoso.example']],
      [['CN', 'sip:contoso.example']],
      [['CN', 'alice@contoso.example']],
      [['email', 'alice@contoso.example']],
      [
        ['DC', 'example'],
        ['DC', 'contoso'],
        ['CN', 'x'],
      ],
    ] as const) {
      const leaf = makeLeaf(issuing, ['fabrikam.example'], { subject });
      expect(outcome(ask(fabrikamOnly, [leaf, issuing])), JSON.stringify(subject)).toBe(broken);
    }
    expect(
      outcome(
        ask(fabrikamOnly, [
          makeLeaf(issuing, ['fabrikam.example'], { subject: [['CN', 'Edge 1']] }),
          issuing,
        ]),
      ),
    ).toBe('trusted');
  });

  it('refuses an intermediate that carries a name of contoso.example', () => {
    const posing = makeCa(partner, 'posing', { names: [{ dns: 'contoso.example' }] });
    expect(ask(fabrikamOnly, [makeLeaf(posing, ['fabrikam.example']), posing])).toMatchObject({
      rejection: { reason: broken, depth: 1 },
    });
  });

  it('refuses although the same key has just been believed for its own domain', () => {
    expect(outcome(ask(fabrikamOnly, [makeLeaf(issuing, ['fabrikam.example']), issuing]))).toBe('trusted');
    expect(outcome(ask(fabrikamOnly, [makeLeaf(issuing, ['contoso.example']), issuing]))).toBe(broken);
  });
});

describe('other limits', () => {
  it('exclude our own domains whatever else is allowed, wildcards and unread forms included', () => {
    const judge = judgeOf([limited(partner, { excludedDomains: ['contoso.example'] })]);
    const is = (name: NameInput) =>
      outcome(ask(judge, [makeLeaf(issuing, ['fabrikam.example', name]), issuing]));
    expect(is({ dns: 'northwind.example' })).toBe('trusted');
    expect(is({ ip: [192, 0, 2, 1] })).toBe('trusted');
    expect(is({ dns: 'edge.contoso.example' })).toBe(broken);
    expect(is({ dns: '*.example' })).toBe(broken);
    expect(is({ uri: 'sip:contoso.example' })).toBe(broken);
    expect(is({ other: '1.3.6.1.4.1.311.20.2.3', text: 'alice@contoso.example' })).toBe(broken);
  });

  it('bind an anchor to interfaces', () => {
    const judge = judgeOf([limited(partner, { links: ['external'] })]);
    const chain = [makeLeaf(issuing, ['fabrikam.example']), issuing];
    expect(outcome(ask(judge, chain))).toBe(broken);
    expect(outcome(ask(judge, chain, { link: { ...link, interface: 'external' } }))).toBe('trusted');
  });

  it('bound the number of intermediates', () => {
    const judge = judgeOf([limited(partner, { maxDepth: 1 })]);
    expect(outcome(ask(judge, [makeLeaf(issuing, ['a.example']), issuing]))).toBe('trusted');
    expect(outcome(ask(judge, [makeLeaf(deep, ['a.example']), deep, issuing]))).toBe(broken);
  });

  it('bound the kinds of key below the anchor', () => {
    const judge = judgeOf([limited(partner, { keyKinds: ['ec-p256'] })]);
    expect(outcome(ask(judge, [makeLeaf(issuing, ['a.example']), issuing]))).toBe('trusted');
    expect(outcome(ask(judge, [makeLeaf(issuing, ['a.example'], { keys: 'p384' }), issuing]))).toBe(broken);
  });

  it('bound the purposes', () => {
    const judge = judgeOf([limited(partner, { extKeyUsages: [serverAuth] })]);
    const chain = [makeLeaf(issuing, ['a.example'], { extKeyUsage: [serverAuth, clientAuth] }), issuing];
    expect(outcome(ask(judge, chain))).toBe('trusted');
    expect(outcome(ask(judge, chain, { link: inboundLink }))).toBe(broken);
  });

  it('end the trust in an anchor before its certificate ends', () => {
    const judge = judgeOf([limited(partner, { notAfter: now + 1000 })]);
    const chain = [makeLeaf(issuing, ['a.example']), issuing];
    const verdict = ask(judge, chain);
    expect(verdict.trusted && verdict.path.validUntil).toBe(now + 1000);
    expect(outcome(ask(judge, chain, { now: now + 2000 }))).toBe(broken);
  });

  it('lead back to another anchor for the same key, if there is one without them', () => {
    const judge = judgeOf([
      limited(partner, { domains: ['fabrikam.example'] }),
      anchor(partner, { name: 'the same, unlimited', limits: { links: ['internal'] } }),
    ]);
    const verdict = ask(judge, [makeLeaf(issuing, ['northwind.example']), issuing]);
    expect(verdict.trusted && verdict.path.anchor.name).toBe('the same, unlimited');
  });

  it.each([
    ['a misspelt limit', { limits: { domain: ['fabrikam.example'] } }],
    ['limits that are misspelt as a whole', { limit: { domains: ['fabrikam.example'] } }],
    ['a text instead of a list', { limits: { links: 'internal' } }],
    ['a depth that is not a number', { limits: { maxDepth: Number.NaN } }],
    ['a time that is not a number', { limits: { notAfter: '2030' } }],
    ['a grace without its length', { revocation: { mode: 'grace' } }],
    ['an unknown mode of revocation', { revocation: { mode: 'soft-fail' } }],
  ])('are a fault with %s, at once and wherever the anchors come from', (_, settings) => {
    const anchors = [anchor(partner, settings as never)];
    const fault = {
      code: 'ENTENTE_BAD_ANCHOR_LIMIT',
      sentence: expect.stringMatching(/^expected .*found /),
      place: expect.stringContaining('anchor root'),
      remedy: expect.stringMatching(/leave (it out|the default)$/),
    };
    expect(() => anchorSet(anchors)).toThrow(expect.objectContaining(fault));
    expect(() => createJudge({ anchors: { anchors } })).toThrow(expect.objectContaining(fault));
    const later = createJudge({ anchors: () => ({ anchors }) });
    expect(() => ask(later, [issuing])).toThrow(expect.objectContaining(fault));
  });

  it('that name no domain are a fault at once, because an ignored limit would trust every name', () => {
    const anchors = [limited(partner, { domains: ['*.fabrikam.example'] })];
    expect(() => anchorSet(anchors)).toThrow(expect.objectContaining({ code: 'ENTENTE_BAD_ANCHOR_LIMIT' }));
    expect(() => createJudge({ anchors: { anchors } })).toThrow(/expected a domain/);
    expect(() => anchorSet([anchor(partner), anchor(issuing)])).toThrow(
      expect.objectContaining({ code: 'ENTENTE_ANCHOR_NAME_TAKEN' }),
    );
  });
});
