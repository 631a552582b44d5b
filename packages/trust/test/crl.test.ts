import { enterpriseRevocation, partnerRevocation, profiles, type RevocationPolicy } from '@entente/trust';
import type { CertificateList } from '@entente/x509';
import { describe, expect, it } from 'vitest';
import { anchor, ask, judgeOf, outcome } from './making/asking.ts';
import { day, extension, type Made, makeCa, makeLeaf, makeRoot, now, usage } from './making/certificates.ts';
import { distributionPoints, makeCrl } from './making/crls.ts';
import { nothing } from './making/der.ts';

const root = makeRoot('root');
const ca = makeCa(root, 'issuing CA');
const leaf = makeLeaf(ca, ['pool1.contoso.example']);
const rootCrl = makeCrl({ issuer: root });

function verdict(
  crls: readonly CertificateList[],
  chain: readonly Made[] = [leaf, ca],
  revocation: RevocationPolicy = partnerRevocation,
) {
  return ask(judgeOf([anchor(root, { revocation })], { revocation: { crls } }), chain);
}

describe('a complete CRL', () => {
  it('that does not list the certificate lets it pass, with evidence for every certificate of the path', () => {
    const { evidence, ...result } = verdict([rootCrl, makeCrl({ issuer: ca })]);
    expect(outcome({ evidence, ...result } as never)).toBe('trusted');
    expect(evidence.filter(({ kind }) => kind === 'not-revoked')).toMatchObject([
      { depth: 0, source: 'crl', signer: 'CN=issuing CA', ageMs: day },
      { depth: 1, source: 'crl', signer: 'CN=root' },
    ]);
  });

  it('that lists leaf or intermediate refuses, with time and reason code', () => {
    const since = now - 2 * day;
    const listsLeaf = makeCrl({ issuer: ca, revoked: [{ certificate: leaf, at: since, reason: 1 }] });
    expect(verdict([rootCrl, listsLeaf])).toMatchObject({
      rejection: { reason: 'revoked', depth: 0, since, code: 'keyCompromise', source: 'crl' },
    });
    const listsCa = makeCrl({ issuer: root, revoked: [{ certificate: ca }] });
    expect(verdict([listsCa, makeCrl({ issuer: ca })])).toMatchObject({
      rejection: { reason: 'revoked', depth: 1 },
    });
  });

  it('revokes although an entry has an empty list of extensions; the strict profile does not use such a CRL', () => {
    const crls = [rootCrl, makeCrl({ issuer: ca, revoked: [{ certificate: leaf, emptyList: true }] })];
    expect(verdict(crls)).toMatchObject({ rejection: { reason: 'revoked', code: 'unspecified' } });
    const policy = profiles['rfc5280-strict'];
    const strict = judgeOf([anchor(root, { revocation: partnerRevocation })], {
      revocation: { crls },
      policy,
    });
    expect(ask(strict, [leaf, ca])).toMatchObject({
      rejection: {
        reason: 'revocation-unknown',
        why: 'a CRL with an entry whose list of extensions is empty',
      },
    });
  });

  it('of somebody else, altered, from the future or with an unknown critical extension is no knowledge', () => {
    const useless = [
      makeCrl({ issuer: makeCa(root, 'issuing CA') }),
      makeCrl({ issuer: ca, spoilSignature: true }),
      makeCrl({ issuer: ca, thisUpdate: now + day, nextUpdate: now + 2 * day }),
      makeCrl({ issuer: ca, extensions: [extension('1.3.6.1.4.1.55738.4', true, nothing)] }),
    ];
    for (const crl of useless) expect(outcome(verdict([rootCrl, crl]))).toBe('revocation-unknown');
    expect(outcome(verdict([rootCrl]))).toBe('revocation-unknown');
  });

  it('from the future says of when it is, and asks for the clock and not for an address', () => {
    const early = makeCrl({ issuer: ca, thisUpdate: now + day, nextUpdate: now + 2 * day });
    const iso = (time: number) => new Date(time).toISOString().replace('.000Z', 'Z');
    expect(verdict([rootCrl, early])).toMatchObject({
      rejection: {
        reason: 'revocation-unknown',
        why: `a CRL from the future: of ${iso(now + day)}, and the clock here says ${iso(now)}`,
        remedy: expect.stringContaining('set the clock of this machine, if it is behind'),
      },
    });
  });

  it('of a CA without cRLSign is no knowledge', () => {
    const noCrls = makeCa(root, 'no CRLs', { keyUsage: [usage.keyCertSign] });
    const below = makeLeaf(noCrls, ['a.contoso.example']);
    expect(verdict([rootCrl, makeCrl({ issuer: noCrls })], [below, noCrls])).toMatchObject({
      rejection: { reason: 'revocation-unknown', why: expect.stringContaining('cRLSign') },
    });
  });

  it('that is new overrides nothing that another valid source revokes', () => {
    const old = makeCrl({ issuer: ca, thisUpdate: now - 3 * day, revoked: [{ certificate: leaf }] });
    expect(outcome(verdict([rootCrl, makeCrl({ issuer: ca, number: 9 }), old]))).toBe('revoked');
  });
});

describe('freshness', () => {
  const lapsed = makeCrl({ issuer: ca, thisUpdate: now - 3 * day, nextUpdate: now - day });
  it('under hard-fail ends with nextUpdate', () => {
    expect(verdict([rootCrl, lapsed])).toMatchObject({
      rejection: { reason: 'revocation-stale', source: 'crl', nextUpdate: now - day },
    });
  });

  it('under grace lasts so much longer, on record, and then ends', () => {
    const within = verdict([rootCrl, lapsed], [leaf, ca], enterpriseRevocation);
    expect(outcome(within)).toBe('trusted');
    expect(within.evidence).toContainEqual(expect.objectContaining({ kind: 'within-grace', depth: 0 }));
    const judge = judgeOf([anchor(root, { revocation: enterpriseRevocation })], {
      revocation: { crls: [makeCrl({ issuer: root, nextUpdate: now + 20 * day }), lapsed] },
    });
    expect(outcome(ask(judge, [leaf, ca], { now: now - day + 72 * 3_600_000 }))).toBe('trusted');
    expect(outcome(ask(judge, [leaf, ca], { now: now - day + 72 * 3_600_000 + 1000 }))).toBe(
      'revocation-stale',
    );
  });

  it('ends the validity of the path when it comes before the certificates end', () => {
    const result = verdict([rootCrl, makeCrl({ issuer: ca, nextUpdate: now + 1000 })]);
    expect(result.trusted && result.path.validUntil).toBe(now + 1000);
  });

  it('does not help a CRL that revokes: stale or not, it counts', () => {
    const stale = makeCrl({
      issuer: ca,
      thisUpdate: now - 3 * day,
      nextUpdate: now - day,
      revoked: [{ certificate: leaf }],
    });
    expect(outcome(verdict([rootCrl, stale]))).toBe('revoked');
  });

  it('without nextUpdate is none', () => {
    expect(outcome(verdict([rootCrl, makeCrl({ issuer: ca, nextUpdate: false })]))).toBe('revocation-stale');
  });

  it('is not asked for only where a signed policy says so, and that is evidence', () => {
    const result = verdict([], [leaf, ca], { mode: 'off', signedBy: 'topology 7' });
    expect(outcome(result)).toBe('trusted');
    expect(result.evidence).toContainEqual(
      expect.objectContaining({ kind: 'not-asked', because: 'topology 7' }),
    );
  });

  it('unasked-for by the anchor falls back to the grace of an enterprise', () => {
    const { revocation: _, ...plain } = anchor(root);
    const judge = judgeOf([plain], { revocation: { crls: [rootCrl, lapsed] } });
    expect(outcome(ask(judge, [leaf, ca]))).toBe('trusted');
    expect(outcome(ask(judgeOf([plain]), [leaf, ca]))).toBe('revocation-unknown');
  });

  it('takes effect at once when the knowledge changes', () => {
    let crls = [rootCrl, makeCrl({ issuer: ca })];
    const judge = judgeOf([anchor(root, { revocation: partnerRevocation })], {
      revocation: () => ({ crls }),
    });
    expect(outcome(ask(judge, [leaf, ca]))).toBe('trusted');
    crls = [rootCrl, makeCrl({ issuer: ca, number: 2, revoked: [{ certificate: leaf }] })];
    expect(outcome(ask(judge, [leaf, ca]))).toBe('revoked');
  });
});

describe('a delta', () => {
  const base = makeCrl({ issuer: ca, number: 5 });
  it('adds revocations to its base', () => {
    const delta = makeCrl({ issuer: ca, number: 6, base: 5, revoked: [{ certificate: leaf }] });
    expect(outcome(verdict([rootCrl, base, delta]))).toBe('revoked');
  });

  it('lifts a hold, and nothing else', () => {
    const held = makeCrl({ issuer: ca, number: 5, revoked: [{ certificate: leaf, reason: 6 }] });
    const lifted = makeCrl({ issuer: ca, number: 6, base: 5, revoked: [{ certificate: leaf, reason: 8 }] });
    expect(outcome(verdict([rootCrl, held]))).toBe('revoked');
    expect(outcome(verdict([rootCrl, held, lifted]))).toBe('trusted');
  });

  it('over a base newer than ours, or signed by another, changes nothing', () => {
    const tooNew = makeCrl({ issuer: ca, number: 9, base: 8, revoked: [{ certificate: leaf }] });
    const forged = makeCrl({
      issuer: ca,
      number: 6,
      base: 5,
      revoked: [{ certificate: leaf }],
      spoilSignature: true,
    });
    expect(outcome(verdict([rootCrl, base, tooNew]))).toBe('trusted');
    expect(outcome(verdict([rootCrl, base, forged]))).toBe('trusted');
  });

  it('alone is no knowledge', () => {
    expect(outcome(verdict([rootCrl, makeCrl({ issuer: ca, number: 6, base: 5 })]))).toBe(
      'revocation-unknown',
    );
  });

  it('keeps no base alive that has lapsed', () => {
    const lapsed = makeCrl({ issuer: ca, number: 5, thisUpdate: now - 3 * day, nextUpdate: now - day });
    expect(outcome(verdict([rootCrl, lapsed, makeCrl({ issuer: ca, number: 6, base: 5 })]))).toBe(
      'revocation-stale',
    );
  });
});

describe('shards', () => {
  const uri = (name: string) => [{ uri: `http://crl.contoso.example/${name}.crl` }];
  it('speak for the certificates that point to them only', () => {
    const pointed = makeLeaf(ca, ['a.contoso.example'], {
      extensions: [distributionPoints({ names: uri('1') })],
    });
    expect(
      outcome(verdict([rootCrl, makeCrl({ issuer: ca, scope: { names: uri('1') } })], [pointed, ca])),
    ).toBe('trusted');
    expect(
      outcome(verdict([rootCrl, makeCrl({ issuer: ca, scope: { names: uri('2') } })], [pointed, ca])),
    ).toBe('revocation-unknown');
  });

  it('for users do not speak for CAs, nor those for CAs for users', () => {
    expect(outcome(verdict([rootCrl, makeCrl({ issuer: ca, scope: { users: true } })]))).toBe('trusted');
    expect(outcome(verdict([rootCrl, makeCrl({ issuer: ca, scope: { cas: true } })]))).toBe(
      'revocation-unknown',
    );
    expect(
      outcome(verdict([makeCrl({ issuer: root, scope: { users: true } }), makeCrl({ issuer: ca })])),
    ).toBe('revocation-unknown');
  });

  it('by reason are needed all together', () => {
    const some = makeCrl({ issuer: ca, scope: { reasons: [1, 2] } });
    const rest = makeCrl({ issuer: ca, scope: { reasons: [3, 4, 5, 6, 7, 8] } });
    expect(outcome(verdict([rootCrl, some]))).toBe('revocation-unknown');
    expect(outcome(verdict([rootCrl, some, rest]))).toBe('trusted');
  });
});

describe('a CRL of another signer', () => {
  it('with the name of the CA is believed when it leads to the same anchor', () => {
    const newKey = makeCa(root, 'issuing CA');
    const crl = makeCrl({ issuer: newKey });
    expect(outcome(verdict([rootCrl, crl], [leaf, ca, newKey]))).toBe('trusted');
    const outsider = makeCa(makeRoot('root'), 'issuing CA');
    expect(outcome(verdict([rootCrl, makeCrl({ issuer: outsider })], [leaf, ca, outsider]))).toBe(
      'revocation-unknown',
    );
  });

  it('is not believed when it leads to another anchor, whatever that one is trusted for', () => {
    const partnerRoot = makeRoot('partner root');
    const namesake = makeCa(partnerRoot, 'issuing CA');
    const anchors = [
      anchor(root, { revocation: partnerRevocation }),
      anchor(partnerRoot, { name: 'partner' }),
    ];
    const judge = judgeOf(anchors, { revocation: { crls: [rootCrl, makeCrl({ issuer: namesake })] } });
    expect(outcome(ask(judge, [leaf, ca, namesake]))).toBe('revocation-unknown');
  });

  it('is not believed once that signer is revoked', () => {
    const newKey = makeCa(root, 'issuing CA');
    const rootList = makeCrl({ issuer: root, revoked: [{ certificate: newKey }] });
    expect(outcome(verdict([rootList, makeCrl({ issuer: newKey })], [leaf, ca, newKey]))).toBe(
      'revocation-unknown',
    );
  });

  it('speaks for certificates that name it as CRL issuer, if it says it is indirect', () => {
    const lister = makeCa(root, 'lister', { keyUsage: [usage.cRLSign], ca: false, extKeyUsage: false });
    const pointed = makeLeaf(ca, ['a.contoso.example'], {
      extensions: [distributionPoints({ issuer: lister })],
    });
    const chain = [pointed, ca, lister];
    expect(outcome(verdict([rootCrl, makeCrl({ issuer: lister, scope: { indirect: true } })], chain))).toBe(
      'trusted',
    );
    expect(outcome(verdict([rootCrl, makeCrl({ issuer: lister })], chain))).toBe('revocation-unknown');
    const lists = makeCrl({
      issuer: lister,
      scope: { indirect: true },
      revoked: [{ certificate: pointed, issuer: ca }],
    });
    expect(outcome(verdict([rootCrl, lists], chain))).toBe('revoked');
    const other = makeCrl({
      issuer: lister,
      scope: { indirect: true },
      revoked: [{ certificate: pointed, issuer: root }],
    });
    expect(outcome(verdict([rootCrl, other], chain))).toBe('trusted');
  });
});
