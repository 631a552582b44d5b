import { allowNames, reject } from '@entente/trust';
import { describe, expect, it } from 'vitest';
import { anchor, ask, judgeOf, link, outcome } from './making/asking.ts';
import { makeCa, makeLeaf, makeRoot } from './making/certificates.ts';

const root = makeRoot('root');
const ca = makeCa(root, 'issuing CA');
const leaf = makeLeaf(ca, ['fe1.contoso.example', { uri: 'sip:contoso.example' }]);
const judge = judgeOf([anchor(root)]);

describe('authorisation', () => {
  it('sees the proven peer and the link, and its answer becomes part of the peer and of the evidence', () => {
    const verdict = ask(judge, [leaf, ca], {
      authorise: (peer, on) => {
        expect(peer.anchor).toBe('root');
        expect(on).toBe(link);
        return { ok: true, server: 'fe1.contoso.example', role: 'front-end', row: 13 };
      },
    });
    expect(verdict.peer).toMatchObject({ server: 'fe1.contoso.example', role: 'front-end' });
    expect(verdict.evidence).toContainEqual({
      stage: 'authorise',
      kind: 'authorised',
      server: 'fe1.contoso.example',
      role: 'front-end',
      row: 13,
    });
  });

  it('refuses with its own reason, and the verdict still says who it was', () => {
    const rejection = reject('role-not-allowed-on-link', {
      server: 'fe1.contoso.example',
      role: 'front-end',
      link: 'row 3',
    });
    const verdict = ask(judge, [leaf, ca], { authorise: () => ({ ok: false, rejection }) });
    expect(verdict).toMatchObject({ trusted: false, rejection, peer: { dnsNames: ['fe1.contoso.example'] } });
  });

  it('is not asked about a peer whose path or name has failed', () => {
    const never = () => {
      throw new Error('asked about an unproven peer');
    };
    const outsider = makeRoot('outsider');
    expect(outcome(ask(judge, [outsider], { authorise: never }))).toBe('unknown-issuer');
    const identity = { mode: 'host', name: 'fe2.contoso.example' } as const;
    expect(outcome(ask(judge, [leaf, ca], { authorise: never, identity }))).toBe('name-mismatch');
  });
});

describe('an allow list', () => {
  it('lets exactly the named peers pass, by DNS name, sip: host or URI', () => {
    const asks = (names: readonly string[]) =>
      outcome(ask(judge, [leaf, ca], { authorise: allowNames(names) }));
    expect(asks(['fe1.contoso.example'])).toBe('trusted');
    expect(asks(['Contoso.example.'])).toBe('trusted');
    expect(asks(['sip:contoso.example'])).toBe('trusted');
    expect(asks(['fe2.contoso.example', 'example'])).toBe('not-in-topology');
    expect(asks([])).toBe('not-in-topology');
  });

  it('lets a peer pass by an IP address of its certificate, however either is spelt, and by no other', () => {
    const v4 = makeLeaf(ca, [{ ip: [192, 0, 2, 1] }]);
    const v6 = makeLeaf(ca, [{ ip: [0x20, 1, 0x0d, 0xb8, ...new Array<number>(11).fill(0), 7] }]);
    const asks = (made: typeof v4, ...names: readonly string[]) =>
      outcome(ask(judge, [made, ca], { authorise: allowNames(names) }));
    expect(asks(v4, '192.0.2.1')).toBe('trusted');
    for (const spelt of ['2001:db8::7', '[2001:DB8:0:0::7]']) expect(asks(v6, spelt)).toBe('trusted');
    expect(asks(v4, '192.0.2.10', '2001:db8::7', '::ffff:192.0.2.1')).toBe('not-in-topology');
    const named = makeLeaf(ca, [{ uri: '192.0.2.1' }, { uri: '2001:db8::7' }]);
    expect(asks(named, '192.0.2.1', '2001:db8::7')).toBe('not-in-topology');
    expect(() => allowNames(['192.0.2.256'])).toThrow('an IP address');
  });

  it('takes no wildcard from anybody', () => {
    const wild = makeLeaf(ca, ['*.contoso.example']);
    const authorise = allowNames(['fe1.contoso.example']);
    expect(outcome(ask(judge, [wild, ca], { authorise }))).toBe('not-in-topology');
    expect(() => allowNames(['*.contoso.example'])).toThrow(
      expect.objectContaining({ code: 'ENTENTE_BAD_ALLOW_LIST' }),
    );
  });
});

describe('policies', () => {
  const agreeing = { name: 'agreeing', refuse: () => undefined };
  const objecting = { name: 'office hours', refuse: () => 'nobody calls at night' };
  it('can only refuse, and are asked last', () => {
    expect(outcome(ask(judgeOf([anchor(root)], { policies: [agreeing] }), [leaf, ca]))).toBe('trusted');
    expect(ask(judgeOf([anchor(root)], { policies: [agreeing, objecting] }), [leaf, ca])).toMatchObject({
      rejection: { reason: 'refused-by-policy', policy: 'office hours', detail: 'nobody calls at night' },
    });
    const never = { name: 'never', refuse: () => expect.fail('asked about a peer that is refused already') };
    const rejection = reject('not-in-topology', {});
    const judge = judgeOf([anchor(root)], { policies: [never] });
    expect(outcome(ask(judge, [leaf, ca], { authorise: () => ({ ok: false, rejection }) }))).toBe(
      'not-in-topology',
    );
  });
});
