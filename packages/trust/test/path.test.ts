import { profiles, type TrustPolicy } from '@entente/trust';
import { describe, expect, it } from 'vitest';
import { anchor, ask, inboundLink, judgeOf, outcome } from './making/asking.ts';
import {
  clientAuth,
  day,
  extension,
  make,
  makeCa,
  makeLeaf,
  makeRoot,
  now,
  serverAuth,
  usage,
} from './making/certificates.ts';
import { nothing, octets } from './making/der.ts';

const root = makeRoot('root');
const ca = makeCa(root, 'issuing CA');
const leaf = makeLeaf(ca, ['pool1.contoso.example']);
const judge = judgeOf([anchor(root)]);
const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');

describe('a path', () => {
  it('is found from leaf over intermediate to anchor, and is a proof', () => {
    const verdict = ask(judge, [leaf, ca]);
    expect(outcome(verdict)).toBe('trusted');
    if (!verdict.trusted) return;
    expect(verdict.path.certificates.map(({ serialHex }) => serialHex)).toEqual([
      leaf.certificate.serialHex,
      ca.certificate.serialHex,
    ]);
    expect(verdict.path.anchor.name).toBe('root');
    expect(verdict.path.validUntil).toBe(leaf.certificate.notAfter);
  });

  it('cannot be made by anybody but a judge', () => {
    const verdict = ask(judge, [leaf, ca]);
    if (!verdict.trusted) throw new Error(verdict.rejection.message);
    const Constructor = verdict.path.constructor as new (...input: unknown[]) => unknown;
    expect(() => new Constructor(Symbol('validated path'), root, [], 0)).toThrow(/created by a judge/);
    expect(Object.isFrozen(verdict.path)).toBe(true);
  });

  it('is found whatever the order of what the peer presents, outsiders and the root among it', () => {
    const outsider = makeRoot('outsider');
    expect(outcome(ask(judge, [leaf, outsider, root, ca]))).toBe('trusted');
  });

  it('needs the missing intermediate even after others have shown it', () => {
    const fresh = judgeOf([anchor(root)]);
    expect(outcome(ask(fresh, [leaf, ca]))).toBe('trusted');
    expect(outcome(ask(fresh, [leaf]))).toBe('unknown-issuer');
    expect(outcome(ask(judgeOf([anchor(root)], { intermediates: [ca.certificate] }), [leaf]))).toBe(
      'trusted',
    );
  });

  it('is refused without any certificate', () => {
    expect(outcome(ask(judge, []))).toBe('no-certificate');
  });

  it('is refused when the leaf is not strict DER', () => {
    const verdict = judge.judge(
      { certificates: [Buffer.concat([leaf.der, Buffer.of(0)])] },
      { now, link: inboundLink, identity: { mode: 'inbound' }, authorise: () => ({ ok: true }) },
    );
    expect(outcome(verdict)).toBe('malformed-certificate');
  });

  it('is refused when the anchor is unknown, naming the issuer that is missing', () => {
    const other = makeRoot('other root');
    const verdict = ask(judgeOf([anchor(other)]), [leaf, ca]);
    expect(verdict).toMatchObject({ rejection: { reason: 'unknown-issuer', depth: 1, issuer: 'CN=root' } });
  });

  it('calls an outsider that borrowed the name of our CA an unknown issuer, and says that the name is known with another key', () => {
    const impostor = makeCa(makeRoot('root'), 'issuing CA');
    const verdict = ask(judge, [makeLeaf(impostor, ['pool1.contoso.example']), impostor]);
    expect(verdict).toMatchObject({
      rejection: {
        reason: 'unknown-issuer',
        depth: 1,
        issuer: 'CN=root',
        keyId: hex(impostor.certificate.authorityKeyId?.keyId),
        knownKeyId: hex(root.certificate.subjectKeyId),
      },
    });
    if (!verdict.trusted) expect(verdict.rejection.message).not.toMatch(/unknown/);
  });

  it('says the same of a leaf whose issuer is presented with another key', () => {
    const former = makeCa(root, 'issuing CA');
    expect(ask(judge, [leaf, former])).toMatchObject({
      rejection: {
        reason: 'unknown-issuer',
        depth: 0,
        issuer: 'CN=issuing CA',
        knownKeyId: hex(former.certificate.subjectKeyId),
      },
    });
  });

  it('follows an issuer whose key identifier is another where its key has signed: identifiers are hints', () => {
    const renamed = makeCa(root, 'issuing CA', {
      keyOf: ca,
      instead: { '2.5.29.14': extension('2.5.29.14', false, octets(Buffer.of(1, 2, 3))) },
    });
    expect(outcome(ask(judge, [leaf, renamed]))).toBe('trusted');
  });

  it('refuses an altered leaf', () => {
    const altered = makeLeaf(ca, ['pool1.contoso.example'], { spoilSignature: true });
    expect(ask(judge, [altered, ca])).toMatchObject({ rejection: { reason: 'signature-invalid', depth: 0 } });
  });

  it('refuses an altered intermediate', () => {
    const altered = makeCa(root, 'issuing CA', { spoilSignature: true });
    expect(ask(judge, [makeLeaf(altered, ['a.contoso.example']), altered])).toMatchObject({
      rejection: { reason: 'signature-invalid', depth: 1 },
    });
  });
});

describe('time', () => {
  it('refuses an expired leaf, and says since when', () => {
    const old = makeLeaf(ca, ['a.contoso.example'], { notAfter: now - day });
    expect(ask(judge, [old, ca])).toMatchObject({
      rejection: { reason: 'certificate-expired', depth: 0, notAfter: now - day },
    });
  });

  it('refuses a leaf that is not valid yet', () => {
    const early = makeLeaf(ca, ['a.contoso.example'], { notBefore: now + day });
    expect(outcome(ask(judge, [early, ca]))).toBe('certificate-not-yet-valid');
  });

  it('refuses an expired intermediate and an expired anchor', () => {
    const oldCa = makeCa(root, 'issuing CA', { notAfter: now - day });
    const below = makeLeaf(oldCa, ['a.contoso.example']);
    expect(ask(judge, [below, oldCa])).toMatchObject({
      rejection: { reason: 'certificate-expired', depth: 1 },
    });
    const oldRoot = makeRoot('old', { notAfter: now - day });
    const leafOfOld = makeLeaf(oldRoot, ['a.contoso.example']);
    expect(outcome(ask(judgeOf([anchor(oldRoot)]), [leafOfOld]))).toBe('certificate-expired');
  });

  it('is asked again for issuers that are known already', () => {
    const fresh = judgeOf([anchor(root)]);
    expect(outcome(ask(fresh, [leaf, ca]))).toBe('trusted');
    expect(outcome(ask(fresh, [leaf, ca], { now: leaf.certificate.notAfter + 1000 }))).toBe(
      'certificate-expired',
    );
    expect(outcome(ask(fresh, [leaf, ca], { now: leaf.certificate.notAfter + 999 }))).toBe('trusted');
  });
});

describe('issuers', () => {
  it('refuses a leaf whose issuer lacks cA', () => {
    const notCa = makeLeaf(ca, ['evil.contoso.example'], {
      subject: [['CN', 'no CA']],
      keyUsage: [usage.digitalSignature],
    });
    const below = makeLeaf(notCa, ['a.contoso.example']);
    expect(ask(judge, [below, notCa, ca])).toMatchObject({ rejection: { reason: 'not-a-ca', depth: 1 } });
  });

  it('refuses an issuer without keyCertSign', () => {
    const weak = makeCa(root, 'weak', { keyUsage: [usage.cRLSign] });
    expect(outcome(ask(judge, [makeLeaf(weak, ['a.contoso.example']), weak]))).toBe('key-usage-missing');
  });

  it('refuses more intermediates than pathLenConstraint allows, and does not count self-issued ones', () => {
    const narrow = makeCa(root, 'narrow', { ca: { pathLength: 0 } });
    const sub = makeCa(narrow, 'sub');
    expect(ask(judge, [makeLeaf(sub, ['a.contoso.example']), sub, narrow])).toMatchObject({
      rejection: { reason: 'path-length-exceeded', depth: 2, allowed: 0 },
    });
    const rollover = makeCa(narrow, 'narrow');
    expect(outcome(ask(judge, [makeLeaf(rollover, ['a.contoso.example']), rollover, narrow]))).toBe(
      'trusted',
    );
  });

  it('holds the pathLenConstraint of the anchor itself', () => {
    const flat = makeRoot('flat', { ca: { pathLength: 0 } });
    const sub = makeCa(flat, 'sub');
    expect(outcome(ask(judgeOf([anchor(flat)]), [makeLeaf(sub, ['a.contoso.example']), sub]))).toBe(
      'path-length-exceeded',
    );
  });

  it('refuses an unknown critical extension at any depth', () => {
    const odd = extension('1.3.6.1.4.1.55738.1', true, nothing);
    const leafWithOdd = makeLeaf(ca, ['a.contoso.example'], { extensions: [odd] });
    expect(outcome(ask(judge, [leafWithOdd, ca]))).toBe('unknown-critical-extension');
    const oddCa = makeCa(root, 'odd', { extensions: [odd] });
    expect(ask(judge, [makeLeaf(oddCa, ['a.contoso.example']), oddCa])).toMatchObject({
      rejection: { reason: 'unknown-critical-extension', depth: 1, oid: '1.3.6.1.4.1.55738.1' },
    });
  });
});

describe('purpose', () => {
  it('refuses a certificate for clients only where a server is asked for, and the other way round', () => {
    const client = makeLeaf(ca, ['a.contoso.example'], { extKeyUsage: [clientAuth] });
    const server = makeLeaf(ca, ['a.contoso.example'], { extKeyUsage: [serverAuth] });
    expect(outcome(ask(judge, [client, ca]))).toBe('extended-key-usage-missing');
    expect(outcome(ask(judge, [server, ca], { link: inboundLink }))).toBe('extended-key-usage-missing');
    expect(outcome(ask(judge, [client, ca], { link: inboundLink }))).toBe('trusted');
  });

  it('is narrowed by every CA that names purposes', () => {
    const serversOnly = makeCa(root, 'servers only', { extKeyUsage: [serverAuth] });
    const both = makeLeaf(serversOnly, ['a.contoso.example']);
    expect(outcome(ask(judge, [both, serversOnly]))).toBe('trusted');
    expect(ask(judge, [both, serversOnly], { link: inboundLink })).toMatchObject({
      rejection: { reason: 'extended-key-usage-missing', depth: 1, needed: 'clientAuth' },
    });
  });

  it('accepts serverAuth from a peer that dials us only where the anchor says so, and puts it on record', () => {
    const server = makeLeaf(ca, ['a.contoso.example'], { extKeyUsage: [serverAuth] });
    const lenient = judgeOf([anchor(root, { serverAuthSuffices: true })]);
    const verdict = ask(lenient, [server, ca], { link: inboundLink });
    expect(outcome(verdict)).toBe('trusted');
    expect(verdict.evidence).toContainEqual({ stage: 'path', kind: 'server-auth-sufficed', anchor: 'root' });
  });

  it('refuses a leaf whose keyUsage cannot authenticate a connection', () => {
    const signer = makeLeaf(ca, ['a.contoso.example'], { keyUsage: [usage.cRLSign] });
    expect(outcome(ask(judge, [signer, ca]))).toBe('key-usage-missing');
  });
});

describe('algorithms', () => {
  it('refuses SHA-1 and small RSA keys', () => {
    const sha1 = makeLeaf(ca, ['a.contoso.example'], { digest: 'sha1' });
    expect(outcome(ask(judge, [sha1, ca]))).toBe('algorithm-not-allowed');
    const small = makeLeaf(ca, ['a.contoso.example'], { keys: { rsa: 1024 } });
    expect(ask(judge, [small, ca])).toMatchObject({
      rejection: { reason: 'key-too-small', sizeBits: 1024, minBits: 2048 },
    });
  });

  it('accepts P-384, Ed25519 and RSA 2048', () => {
    for (const keys of ['p384', 'ed25519', { rsa: 2048 }] as const) {
      const issuer = makeCa(root, 'other keys', { keys });
      expect(outcome(ask(judge, [makeLeaf(issuer, ['a.contoso.example'], { keys }), issuer]))).toBe(
        'trusted',
      );
    }
  });
});

describe('the search', () => {
  it('goes back from an expired cross-certificate to a path that holds', () => {
    const oldRoot = makeRoot('old root');
    const expired = makeCa(oldRoot, 'root', { keyOf: root, notAfter: now - day });
    const both = judgeOf([anchor(root), anchor(oldRoot, { name: 'old root' })]);
    expect(outcome(ask(both, [leaf, ca, expired]))).toBe('trusted');
  });

  it('does not run in circles of CAs that sign each other', () => {
    const a = makeRoot('A');
    const b = makeRoot('B');
    const aByB = makeCa(b, 'A', { keyOf: a });
    const bByA = makeCa(a, 'B', { keyOf: b });
    expect(outcome(ask(judge, [makeLeaf(a, ['a.contoso.example']), aByB, bByA]))).toBe('unknown-issuer');
  });

  it('refuses a path with more intermediates than the profile allows', () => {
    const policy: TrustPolicy = {
      ...profiles.entente,
      budget: { ...profiles.entente.budget, maxIntermediates: 1 },
    };
    const sub = makeCa(ca, 'sub');
    expect(
      outcome(ask(judgeOf([anchor(root)], { policy }), [makeLeaf(sub, ['a.contoso.example']), sub, ca])),
    ).toBe('chain-too-long');
  });

  it('does not count self-issued certificates of a rollover among the intermediates', () => {
    const policy = { ...profiles.entente, budget: { ...profiles.entente.budget, maxIntermediates: 1 } };
    const rollover = makeCa(ca, 'issuing CA');
    const chain = [makeLeaf(rollover, ['a.contoso.example']), rollover, ca];
    expect(outcome(ask(judgeOf([anchor(root)], { policy }), chain))).toBe('trusted');
  });

  it('reports the most telling reason and keeps the others', () => {
    const bad = make({
      issuer: ca,
      names: [{ dns: 'a.contoso.example' }],
      notAfter: now - day,
      extKeyUsage: [clientAuth],
    });
    const verdict = ask(judge, [bad, ca]);
    expect(outcome(verdict)).toBe('certificate-expired');
    if (verdict.trusted) return;
    expect(verdict.considered.map(({ reason }) => reason)).toEqual([
      'certificate-expired',
      'extended-key-usage-missing',
    ]);
  });
});
