import {
  anchorSet,
  createJudge,
  type JudgeOptions,
  partnerRevocation,
  type TrustVerdict,
} from '@entente/trust';
import { decodeCertificate } from '@entente/x509';
import { describe, expect, it } from 'vitest';
import { anchor, ask, judgeOf, limited, link, outcome } from './making/asking.ts';
import { day, type Made, makeCa, makeLeaf, makeRoot, now } from './making/certificates.ts';
import { makeCrl } from './making/crls.ts';

const root = makeRoot('root');
const ca = makeCa(root, 'issuing CA');
const leaf = makeLeaf(ca, ['pool1.contoso.example']);

/** Signature checks that a verdict has paid for, in units of one P-256 verification. */
function signatures({ evidence }: TrustVerdict): number {
  return evidence.flatMap((item) => ('spent' in item ? [item.spent.signatures] : []))[0]!;
}

/** A judge that has accepted the leaf. */
function knowing(
  options: Omit<JudgeOptions, 'anchors'> & { readonly anchors?: JudgeOptions['anchors'] } = {},
) {
  const judge = createJudge({ anchors: anchorSet([anchor(root)]), ...options });
  expect(outcome(ask(judge, [leaf, ca]))).toBe('trusted');
  return judge;
}

/** Octets that are presented instead of the leaf. */
function presenting(der: Buffer): Made {
  return { ...leaf, der };
}

describe('a leaf that was accepted before', () => {
  it('costs no further signature check', () => {
    const judge = judgeOf([anchor(root)]);
    expect(signatures(ask(judge, [leaf, ca]))).toBe(2);
    const again = ask(judge, [leaf, ca]);
    expect(outcome(again)).toBe('trusted');
    expect(signatures(again)).toBe(0);
  });

  it('costs one check as long as it is accepted nowhere', () => {
    const judge = judgeOf([anchor(root)]);
    ask(judge, [makeLeaf(ca, ['pool2.contoso.example']), ca]);
    const refusing = { identity: { mode: 'host', name: 'pool9.contoso.example' } } as const;
    for (const verdict of [ask(judge, [leaf, ca], refusing), ask(judge, [leaf, ca], refusing)]) {
      expect(outcome(verdict)).toBe('name-mismatch');
      expect(signatures(verdict)).toBe(1);
    }
    expect(signatures(ask(judge, [leaf, ca]))).toBe(1);
  });

  it('is refused at once when a new list revokes it', () => {
    const rootCrl = makeCrl({ issuer: root });
    let knowledge = { crls: [rootCrl, makeCrl({ issuer: ca })] };
    const anchors = anchorSet([anchor(root, { revocation: partnerRevocation })]);
    const judge = knowing({ anchors, revocation: () => knowledge });
    knowledge = { crls: [rootCrl, makeCrl({ issuer: ca, number: 2, revoked: [{ certificate: leaf }] })] };
    expect(outcome(ask(judge, [leaf, ca]))).toBe('revoked');
    knowledge = { crls: [rootCrl] };
    expect(outcome(ask(judge, [leaf, ca]))).toBe('revocation-unknown');
  });

  it('is refused when what is known of its revocation is too old', () => {
    const knowledge = { crls: [makeCrl({ issuer: root }), makeCrl({ issuer: ca, nextUpdate: now + day })] };
    const anchors = anchorSet([anchor(root, { revocation: partnerRevocation })]);
    const judge = knowing({ anchors, revocation: knowledge });
    expect(outcome(ask(judge, [leaf, ca], { now: now + day + 1_000 }))).toBe('revocation-stale');
  });

  it('is refused from its expiry on', () => {
    expect(outcome(ask(knowing(), [leaf, ca], { now: leaf.certificate.notAfter + 1_000 }))).toBe(
      'certificate-expired',
    );
  });

  it('is refused without the intermediate that it came with', () => {
    expect(outcome(ask(knowing(), [leaf]))).toBe('unknown-issuer');
  });

  it('is refused below an issuer of the same name whose key has not signed it', () => {
    const judge = knowing();
    const namesake = makeCa(root, 'issuing CA');
    expect(outcome(ask(judge, [makeLeaf(namesake, ['pool2.contoso.example']), namesake]))).toBe('trusted');
    expect(outcome(ask(judge, [leaf, namesake]))).toBe('unknown-issuer');
    expect(outcome(ask(judge, [leaf, ca]))).toBe('trusted');
  });

  it('is refused for another name, another purpose, and by an authorisation that has changed', () => {
    const judge = knowing();
    const identity = { mode: 'host', name: 'pool2.contoso.example' } as const;
    expect(outcome(ask(judge, [leaf, ca], { identity }))).toBe('name-mismatch');
    const servers = makeLeaf(ca, ['pool1.contoso.example'], { extKeyUsage: ['1.3.6.1.5.5.7.3.1'] });
    expect(outcome(ask(judge, [servers, ca]))).toBe('trusted');
    expect(outcome(ask(judge, [servers, ca], { link: { ...link, purpose: 'client' } }))).toBe(
      'extended-key-usage-missing',
    );
    const nobody = () => {
      throw new Error('authorisation is asked');
    };
    expect(() => ask(judge, [leaf, ca], { authorise: nobody })).toThrow('authorisation is asked');
  });

  it('is refused when the anchors change: one of them goes, or receives a limit', () => {
    let anchors = anchorSet([anchor(root)]);
    const judge = knowing({ anchors: () => anchors });
    anchors = anchorSet([limited(root, { domains: ['fabrikam.example'] })]);
    expect(outcome(ask(judge, [leaf, ca]))).toBe('anchor-limit-violated');
    anchors = anchorSet([anchor(makeRoot('another'))]);
    expect(outcome(ask(judge, [leaf, ca]))).toBe('unknown-issuer');
    anchors = anchorSet([anchor(root)]);
    expect(signatures(ask(judge, [leaf, ca]))).toBe(2);
  });

  it('is not taken for one whose signature differs in one bit', () => {
    const altered = Buffer.from(leaf.der);
    altered[altered.length - 1]! ^= 1;
    expect(outcome(ask(knowing(), [presenting(altered), ca]))).toBe('signature-invalid');
  });

  it('is not changed by what its caller writes into the same memory later', () => {
    const judge = judgeOf([anchor(root)]);
    const memory = Buffer.from(leaf.der);
    const first = ask(judge, [presenting(memory), ca]);
    const forged = makeLeaf(ca, ['pool7.contoso.example'], { spoilSignature: true });
    // Same length, so that only the octets differ.
    const at = memory.indexOf('pool1');
    memory.write('pool7', at, 'latin1');
    expect(outcome(ask(judge, [presenting(memory), ca]))).toBe('signature-invalid');
    expect(outcome(ask(judge, [forged, ca]))).toBe('signature-invalid');
    const again = ask(judge, [leaf, ca]);
    for (const verdict of [first, again]) {
      if (!verdict.trusted) throw new Error(verdict.rejection.message);
      expect(verdict.peer.dnsNames).toEqual(['pool1.contoso.example']);
      expect(decodeCertificate(verdict.path.leaf.der)).toMatchObject({ ok: true });
      expect(Buffer.from(verdict.path.leaf.der)).toEqual(leaf.der);
    }
    expect(signatures(again)).toBe(0);
  });
});
