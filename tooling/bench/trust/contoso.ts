import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import {
  authorityKeyIdExtension,
  basicConstraintsExtension,
  type Certificate,
  type CertificateList,
  createAlgorithm,
  createName,
  crlNumberExtension,
  decodeCertificate,
  decodeCrl,
  type Extension,
  encodeCertificate,
  encodeCrl,
  encodeTbsCertificate,
  encodeTbsCrl,
  extKeyUsageExtension,
  keyUsageExtension,
  oids,
  subjectAltNameExtension,
  subjectKeyIdExtension,
} from '@entente/x509';

/** A CA of the bench: P-256, as the network uses it. */
export interface BenchCa {
  readonly certificate: Certificate;
  readonly key: KeyObject;
  readonly keyId: Uint8Array;
}

const day = 86_400_000;
const algorithm = createAlgorithm(oids.ecdsaWithSHA256);
let serial = 0x10000;

function serialNumber(): Uint8Array {
  return Buffer.from((++serial).toString(16).padStart(8, '0').replace(/^0/, '4'), 'hex');
}

function issue(
  issuer: BenchCa | undefined,
  subject: string,
  publicKey: KeyObject,
  key: KeyObject,
  now: number,
  extensions: readonly Extension[],
): Certificate {
  const der = publicKey.export({ format: 'der', type: 'spki' });
  const name = createName([{ oid: oids.commonName, value: subject }]);
  const tbs = encodeTbsCertificate({
    serialNumber: serialNumber(),
    signatureAlgorithm: algorithm,
    issuer: issuer?.certificate.subject ?? name,
    subject: name,
    notBefore: now - day,
    notAfter: now + 365 * day,
    publicKey: { der },
    extensions,
  });
  const decoded = decodeCertificate(encodeCertificate(tbs, algorithm, sign('sha256', tbs, key)));
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value;
}

/** Makes a CA, below another one where that is given. */
export function makeCa(subject: string, now: number, issuer?: BenchCa): BenchCa {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyId = createHash('sha1')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest();
  const certificate = issue(issuer, subject, publicKey, issuer?.key ?? privateKey, now, [
    subjectKeyIdExtension(keyId),
    authorityKeyIdExtension({ keyId: issuer?.keyId ?? keyId }),
    basicConstraintsExtension({ cA: true }),
    keyUsageExtension({ keyCertSign: true, cRLSign: true }),
  ]);
  return { certificate, key: privateKey, keyId };
}

/** Makes leaves as servers of the network have them; one key serves all, for keys are not what is measured. */
export function makeLeaves(issuer: BenchCa, count: number, now: number): readonly Certificate[] {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keyId = createHash('sha1')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest();
  return Array.from({ length: count }, (_, index) =>
    issue(issuer, `fe${index}.contoso.example`, publicKey, issuer.key, now, [
      subjectKeyIdExtension(keyId),
      authorityKeyIdExtension({ keyId: issuer.keyId }),
      basicConstraintsExtension({ cA: false }),
      keyUsageExtension({ digitalSignature: true }),
      extKeyUsageExtension([oids.serverAuth, oids.clientAuth]),
      subjectAltNameExtension([
        { type: 'dns', value: `fe${index}.contoso.example` },
        { type: 'dns', value: 'pool1.contoso.example' },
        { type: 'uri', value: `sip:fe${index}.contoso.example` },
        { type: 'uri', value: 'sip:pool1.contoso.example' },
      ]),
    ]),
  );
}

/** A current CRL of a CA. */
export function makeCrl(issuer: BenchCa, revoked: number, now: number): CertificateList {
  const entries = Array.from({ length: revoked }, (_, index) => ({
    serialNumber: Buffer.from(`5${index.toString(16).padStart(9, '0')}`, 'hex'),
    revocationDate: now - day,
  }));
  const tbs = encodeTbsCrl(
    {
      signatureAlgorithm: algorithm,
      issuer: issuer.certificate.subject,
      thisUpdate: now - 3_600_000,
      nextUpdate: now + day,
      extensions: [authorityKeyIdExtension({ keyId: issuer.keyId }), crlNumberExtension(1)],
    },
    entries,
  );
  const decoded = decodeCrl(encodeCrl(tbs, algorithm, sign('sha256', tbs, issuer.key)));
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value;
}
