import { partnerRevocation } from '@entente/trust';
import type { CertificateList } from '@entente/x509';
import { describe, expect, it } from 'vitest';
import { anchor, ask, judgeOf, outcome } from './making/asking.ts';
import { extension, type Made, makeCa, makeLeaf, makeRoot } from './making/certificates.ts';
import { distributionPoints, makeCrl, type PointInput } from './making/crls.ts';
import { sequence, tlv } from './making/der.ts';
import type { NameInput } from './making/general-names.ts';

// RFC 5280 §6.3.3, clause by clause. What a CRL says when it covers a certificate is tested in crl.test.ts.

const root = makeRoot('root');
const ca = makeCa(root, 'issuing CA');
const lister = makeCa(root, 'lister');
const rootCrl = makeCrl({ issuer: root });
const uri = (name: string) => ({ uri: `http://crl.contoso.example/${name}.crl` });

function judged(certificate: Made, crls: readonly CertificateList[], more: readonly Made[] = []) {
  const judge = judgeOf([anchor(root, { revocation: partnerRevocation })], {
    revocation: { crls: [rootCrl, ...crls] },
  });
  return outcome(ask(judge, [certificate, ca, ...more]));
}

function pointing(...points: readonly PointInput[]): Made {
  return makeLeaf(ca, ['a.contoso.example'], { extensions: [distributionPoints(...points)] });
}

describe('(b) (1): the issuer of the CRL', () => {
  const shard = makeCrl({ issuer: ca, scope: { names: [uri('1')] } });

  it('is the issuer of the certificate where the distribution point names no CRL issuer', () => {
    expect(judged(pointing({ names: [uri('1')] }), [shard])).toBe('trusted');
    const ofAnother = makeCrl({ issuer: lister, scope: { names: [uri('1')], indirect: true } });
    expect(judged(pointing({ names: [uri('1')] }), [ofAnother], [lister])).toBe('revocation-unknown');
  });

  it('is the CRL issuer that the distribution point names, and nobody else', () => {
    const point = { names: [uri('1')], issuer: lister };
    expect(judged(pointing(point), [shard], [lister])).toBe('revocation-unknown');
    const ofLister = makeCrl({ issuer: lister, scope: { names: [uri('1')], indirect: true } });
    expect(judged(pointing(point), [ofLister], [lister])).toBe('trusted');
  });

  it('cannot match a CRL issuer that is named without a directory name', () => {
    const nameless = [{ dns: 'crl.contoso.example' }];
    expect(judged(pointing({ names: [uri('1')], issuers: nameless }), [shard])).toBe('revocation-unknown');
    const indirect = makeCrl({ issuer: ca, scope: { names: [uri('1')], indirect: true } });
    expect(judged(pointing({ names: [uri('1')], issuers: nameless }), [indirect])).toBe('revocation-unknown');
  });

  it('must say that it is indirect wherever the distribution point names a CRL issuer', () => {
    const own = pointing({ names: [uri('1')], issuer: ca });
    expect(judged(own, [shard])).toBe('revocation-unknown');
    expect(judged(own, [makeCrl({ issuer: ca, scope: { names: [uri('1')], indirect: true } })])).toBe(
      'trusted',
    );
  });
});

describe('(b) (2) (i): the name of the distribution point', () => {
  it('needs one name in common', () => {
    const crl = makeCrl({ issuer: ca, scope: { names: [uri('1'), uri('2')] } });
    expect(judged(pointing({ names: [uri('0'), uri('2')] }), [crl])).toBe('trusted');
    expect(judged(pointing({ names: [uri('0'), uri('3')] }), [crl])).toBe('revocation-unknown');
  });

  it('is that of the CRL issuer where the certificate leaves it out', () => {
    const named = (name: NameInput) => makeCrl({ issuer: lister, scope: { names: [name], indirect: true } });
    const point = { issuer: lister };
    expect(judged(pointing(point), [named({ directory: lister.subject })], [lister])).toBe('trusted');
    expect(judged(pointing(point), [named({ directory: ca.subject })], [lister])).toBe('revocation-unknown');
  });

  it('may be relative to the CRL issuer, as long as there is one', () => {
    const relative = makeCrl({ issuer: lister, scope: { relative: 'shard 1', indirect: true } });
    const at = (...issuers: readonly Made[]) =>
      pointing({ relative: 'shard 1', issuers: issuers.map(({ subject }) => ({ directory: subject })) });
    expect(judged(at(lister), [relative], [lister])).toBe('trusted');
    expect(judged(at(lister, root), [relative], [lister])).toBe('revocation-unknown');
    const full = pointing({
      names: [{ directory: [...lister.subject, ['CN', 'shard 1']] }],
      issuer: lister,
    });
    expect(judged(full, [relative], [lister])).toBe('trusted');
    const other = makeCrl({ issuer: lister, scope: { relative: 'shard 2', indirect: true } });
    expect(judged(at(lister), [other], [lister])).toBe('revocation-unknown');
  });
});

describe('(b) (2) (ii) to (iv): the kinds of certificates', () => {
  it('do not include ours where the CRL lists attribute certificates', () => {
    const leaf = makeLeaf(ca, ['a.contoso.example']);
    expect(judged(leaf, [makeCrl({ issuer: ca, scope: { attributes: true } })])).toBe('revocation-unknown');
  });
});

describe('(c): a delta', () => {
  const leaf = makeLeaf(ca, ['a.contoso.example']);
  const revoked = [{ certificate: leaf }];
  const delta = { issuer: ca, number: 6, base: 5, revoked };
  const plain = makeCrl({ issuer: ca, number: 5 });
  const scoped = makeCrl({ issuer: ca, number: 5, scope: { users: true } });

  it('has the issuer of its base', () => {
    expect(judged(leaf, [plain, makeCrl(delta)])).toBe('revoked');
    expect(judged(leaf, [plain, makeCrl({ ...delta, issuer: lister })], [lister])).toBe('trusted');
  });

  it('has the scope of its base', () => {
    expect(judged(leaf, [scoped, makeCrl({ ...delta, scope: { users: true } })])).toBe('revoked');
    expect(judged(leaf, [scoped, makeCrl(delta)])).toBe('trusted');
    expect(judged(leaf, [plain, makeCrl({ ...delta, scope: { users: true } })])).toBe('trusted');
  });

  it('names the key that its base names', () => {
    const another = extension('2.5.29.35', false, sequence(tlv(0x80, Buffer.alloc(20))));
    expect(judged(leaf, [plain, makeCrl({ ...delta, instead: { '2.5.29.35': another } })])).toBe('trusted');
    expect(judged(leaf, [plain, makeCrl({ ...delta, instead: { '2.5.29.35': false } })])).toBe('trusted');
  });
});

describe('(d), (e) and (l): the reasons', () => {
  const low = [1, 2, 3, 4];
  const high = [5, 6, 7, 8];
  const crl = (name: string, reasons?: readonly number[]) =>
    makeCrl({
      issuer: ca,
      scope: { names: [uri(name)], ...(reasons === undefined ? {} : { reasons }) },
    });

  it('are those of the distribution point where the CRL names none', () => {
    expect(judged(pointing({ names: [uri('1')], reasons: low }), [crl('1')])).toBe('revocation-unknown');
  });

  it('are those of the CRL where the distribution point names none', () => {
    expect(judged(pointing({ names: [uri('1')] }), [crl('1', low)])).toBe('revocation-unknown');
  });

  it('are those that both name, where both do', () => {
    const both = pointing({ names: [uri('1')], reasons: low }, { names: [uri('2')], reasons: high });
    expect(judged(both, [crl('1', low), crl('2', high)])).toBe('trusted');
    expect(judged(both, [crl('1', high), crl('2', low)])).toBe('revocation-unknown');
  });

  it('add up over the distribution points of one CRL', () => {
    const both = pointing({ names: [uri('1')], reasons: low }, { names: [uri('1')], reasons: high });
    expect(judged(both, [crl('1')])).toBe('trusted');
  });
});

describe('the last paragraph: CRLs that no distribution point mentions', () => {
  const elsewhere = pointing({ names: [uri('1')] });

  it('count when the issuer of the certificate issued them', () => {
    expect(judged(elsewhere, [makeCrl({ issuer: ca })])).toBe('trusted');
    expect(judged(elsewhere, [makeCrl({ issuer: ca, revoked: [{ certificate: elsewhere }] })])).toBe(
      'revoked',
    );
    expect(judged(elsewhere, [makeCrl({ issuer: lister, scope: { indirect: true } })], [lister])).toBe(
      'revocation-unknown',
    );
  });

  it('may be named after the issuer', () => {
    const named = (name: NameInput) => makeCrl({ issuer: ca, scope: { names: [name] } });
    expect(judged(elsewhere, [named({ directory: ca.subject })])).toBe('trusted');
    expect(judged(elsewhere, [named({ directory: root.subject })])).toBe('revocation-unknown');
  });
});
