import { partnerRevocation } from '@entente/trust';
import { describe, expect, it } from 'vitest';
import { anchor, ask, judgeOf, outcome } from './making/asking.ts';
import {
  day,
  extension,
  type Made,
  makeCa,
  makeLeaf,
  makeRoot,
  now,
  ocspSigning,
  usage,
} from './making/certificates.ts';
import { distributionPoints, makeCrl } from './making/crls.ts';
import { nothing, sequence } from './making/der.ts';
import { makeOcsp, noCheck, type OcspInput } from './making/ocsp.ts';

const root = makeRoot('root');
const ca = makeCa(root, 'issuing CA');
const leaf = makeLeaf(ca, ['pool1.contoso.example']);
const rootCrl = makeCrl({ issuer: root });
const responses = [{ certificate: leaf }];

function fetched(input: Partial<OcspInput>, crls = [rootCrl]) {
  const judge = judgeOf([anchor(root, { revocation: partnerRevocation })], {
    revocation: { crls, ocspResponses: [makeOcsp({ issuer: ca, responses, ...input })] },
  });
  return ask(judge, [leaf, ca]);
}

function signer(input: Parameters<typeof makeLeaf>[2] = {}, issuer: Made = ca): Made {
  return makeLeaf(issuer, [], {
    subject: [['CN', 'OCSP signer']],
    extKeyUsage: [ocspSigning],
    extensions: [noCheck],
    ...input,
  });
}

describe('an OCSP response', () => {
  it('whose signer cannot be read is refused for that', () => {
    const delegated = signer();
    const unreadable = { ...delegated, der: sequence(nothing) };
    const verdict = fetched({ signer: delegated, certificates: [unreadable] });
    expect(verdict).toMatchObject({
      rejection: {
        reason: 'revocation-unknown',
        why: expect.stringContaining('an OCSP signer that cannot be read'),
      },
    });
  });

  it('of the issuer says good, stapled or fetched, by name or by key, with either digest', () => {
    expect(outcome(fetched({}))).toBe('trusted');
    expect(outcome(fetched({ byKey: true }))).toBe('trusted');
    expect(outcome(fetched({ digest: 'sha256' }))).toBe('trusted');
    const judge = judgeOf([anchor(root, { revocation: partnerRevocation })], {
      revocation: { crls: [rootCrl] },
    });
    const stapled = ask(judge, [leaf, ca], { stapledOcsp: makeOcsp({ issuer: ca, responses }) });
    expect(outcome(stapled)).toBe('trusted');
    expect(stapled.evidence).toContainEqual(expect.objectContaining({ depth: 0, source: 'stapled-ocsp' }));
  });

  it('that says revoked refuses, whatever a CRL says', () => {
    const revoked = [{ certificate: leaf, state: { revokedAt: now - day, reason: 4 } }] as const;
    expect(fetched({ responses: revoked }, [rootCrl, makeCrl({ issuer: ca })])).toMatchObject({
      rejection: { reason: 'revoked', source: 'ocsp', code: 'superseded', since: now - day },
    });
  });

  it('does not save a certificate that a CRL revokes', () => {
    expect(outcome(fetched({}, [rootCrl, makeCrl({ issuer: ca, revoked: [{ certificate: leaf }] })]))).toBe(
      'revoked',
    );
  });

  it('about another certificate, altered, unknown, or of an outsider is no knowledge', () => {
    const other = makeLeaf(ca, ['other.contoso.example']);
    const useless: readonly Partial<OcspInput>[] = [
      { responses: [{ certificate: other }] },
      { spoilSignature: true },
      { responses: [{ certificate: leaf, state: 'unknown' }] },
      { responses: [{ certificate: leaf }, { certificate: leaf, state: 'unknown' }] },
      { signer: makeRoot('issuing CA') },
      { issuer: makeCa(root, 'issuing CA') },
      { extensions: [extension('1.3.6.1.4.1.55738.5', true, nothing)] },
      { producedAt: now + day },
      { producedAt: now - 300 * day },
    ];
    for (const input of useless)
      expect(outcome(fetched(input)), JSON.stringify(Object.keys(input))).toBe('revocation-unknown');
  });

  it('that has lapsed is stale', () => {
    const lapsed = [{ certificate: leaf, thisUpdate: now - 2 * day, nextUpdate: now - day }];
    expect(outcome(fetched({ responses: lapsed }))).toBe('revocation-stale');
  });

  it('that is no response at all is no knowledge', () => {
    const judge = judgeOf([anchor(root, { revocation: partnerRevocation })], {
      revocation: { crls: [rootCrl] },
    });
    expect(outcome(ask(judge, [leaf, ca], { stapledOcsp: Buffer.from('3003', 'hex') }))).toBe(
      'revocation-unknown',
    );
    const tryLater = Buffer.from('30030a0103', 'hex');
    expect(outcome(ask(judge, [leaf, ca], { stapledOcsp: tryLater }))).toBe('revocation-unknown');
  });
});

describe('a delegated OCSP signer', () => {
  it('certified by the issuer for OCSPSigning is believed', () => {
    expect(outcome(fetched({ signer: signer() }))).toBe('trusted');
    expect(outcome(fetched({ signer: signer(), byKey: true }))).toBe('trusted');
    expect(outcome(fetched({ signer: signer({ keyUsage: false }) }))).toBe('trusted');
  });

  it('is not believed without OCSPSigning, from another CA, expired, or altered', () => {
    const bad = [
      signer({ extKeyUsage: false }),
      signer({ extKeyUsage: ['2.5.29.37.0'] }),
      signer({}, root),
      signer({}, makeCa(root, 'issuing CA')),
      signer({ notAfter: now - day }),
      signer({ spoilSignature: true }),
      signer({ keyUsage: [usage.cRLSign] }),
    ];
    for (const one of bad) expect(outcome(fetched({ signer: one }))).toBe('revocation-unknown');
    expect(outcome(fetched({ signer: signer(), certificates: [] }))).toBe('revocation-unknown');
  });

  it('without id-pkix-ocsp-nocheck needs a CRL that does not list it', () => {
    const names = [{ uri: 'http://crl.contoso.example/signers.crl' }];
    const one = signer({ extensions: [distributionPoints({ names })] });
    expect(outcome(fetched({ signer: one }))).toBe('revocation-unknown');
    expect(outcome(fetched({ signer: one }, [rootCrl, makeCrl({ issuer: ca, scope: { names } })]))).toBe(
      'trusted',
    );
    const lapsed = makeCrl({ issuer: ca, scope: { names }, nextUpdate: now - 1000 });
    expect(outcome(fetched({ signer: one }, [rootCrl, lapsed]))).toBe('revocation-unknown');
    const lists = makeCrl({ issuer: ca, scope: { names }, revoked: [{ certificate: one }] });
    expect(outcome(fetched({ signer: one }, [rootCrl, lists]))).toBe('revocation-unknown');
  });
});
