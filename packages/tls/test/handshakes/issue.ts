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
  encodePem,
  encodeTbsCertificate,
  encodeTbsCrl,
  extKeyUsageExtension,
  type GeneralName,
  type KeyUsage,
  keyUsageExtension,
  nameConstraintsExtension,
  oids,
  subjectAltNameExtension,
  subjectKeyIdExtension,
} from '@entente/x509';

const dayMs = 86_400_000;

/** A certificate with its key. */
export interface Issued {
  readonly der: Uint8Array;
  readonly serialNumber: Uint8Array;
  readonly key: KeyObject;
  readonly keyId: Uint8Array;
  /** Subject of the certificate. */
  readonly name: string;
}

/** What a certificate says; each field may be wrong on purpose. */
export interface IssueOptions {
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly names?: readonly string[];
  readonly ca?: { readonly pathLength?: number };
  readonly keyUsage?: Partial<KeyUsage>;
  readonly purposes?: readonly string[];
  readonly permitted?: readonly string[];
  readonly excluded?: readonly string[];
  readonly extensions?: readonly Extension[];
  readonly rsaBits?: number;
  readonly digest?: 'sha1' | 'sha256';
  readonly spoilt?: boolean;
}

let serials = 0;

/** Issues a certificate; without issuer it signs itself. */
export function issue(name: string, issuer: Issued | undefined, options: IssueOptions = {}): Issued {
  const { privateKey, publicKey } =
    options.rsaBits === undefined
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: options.rsaBits });
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const keyId = createHash('sha1').update(spki).digest();
  const signer = issuer ?? { key: privateKey, keyId, name };
  const { digest = 'sha256' } = options;
  const algorithm = createAlgorithm(digest === 'sha1' ? '1.2.840.10045.4.1' : oids.ecdsaWithSHA256);
  const serialNumber = Uint8Array.of(1, ++serials >> 8, serials & 255);
  const tbs = encodeTbsCertificate({
    serialNumber,
    signatureAlgorithm: algorithm,
    issuer: nameOf(signer.name),
    subject: nameOf(name),
    notBefore: options.notBefore ?? Date.now() - dayMs,
    notAfter: options.notAfter ?? Date.now() + dayMs,
    publicKey: { der: spki },
    extensions: extensionsOf(options, keyId, signer.keyId),
  });
  const signature = sign(digest, tbs, signer.key);
  if (options.spoilt === true) signature[signature.length - 1]! ^= 1;
  return { der: encodeCertificate(tbs, algorithm, signature), serialNumber, key: privateKey, keyId, name };
}

/** The certificate as a value. Not every issued one can be read: some are malformed on purpose. */
export function certificateOf({ der }: Issued): Certificate {
  const decoded = decodeCertificate(der);
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value;
}

function nameOf(value: string) {
  return createName([{ oid: oids.commonName, value }]);
}

function extensionsOf(
  options: IssueOptions,
  keyId: Uint8Array,
  issuerKeyId: Uint8Array,
): readonly Extension[] {
  const { ca, names = [], permitted, excluded } = options;
  const usual: Partial<KeyUsage> =
    ca === undefined ? { digitalSignature: true } : { keyCertSign: true, cRLSign: true };
  const purposes = options.purposes ?? (ca === undefined ? [oids.serverAuth, oids.clientAuth] : []);
  return [
    authorityKeyIdExtension({ keyId: issuerKeyId }),
    subjectKeyIdExtension(keyId),
    ...(ca === undefined ? [] : [basicConstraintsExtension({ cA: true, ...ca })]),
    keyUsageExtension(options.keyUsage ?? usual),
    ...(purposes.length === 0 ? [] : [extKeyUsageExtension(purposes)]),
    ...(names.length === 0 ? [] : [subjectAltNameExtension(names.map(dnsName))]),
    ...(permitted === undefined && excluded === undefined
      ? []
      : [
          nameConstraintsExtension({
            permitted: (permitted ?? []).map(subtree),
            excluded: (excluded ?? []).map(subtree),
          }),
        ]),
    ...(options.extensions ?? []),
  ];
}

function dnsName(value: string): GeneralName {
  return { type: 'dns', value };
}

function subtree(value: string) {
  return { base: dnsName(value), minimum: 0, maximum: undefined };
}

/** Issues a CRL. */
export function issueCrl(
  issuer: Issued,
  options: {
    readonly revoked?: readonly Issued[];
    readonly thisUpdate?: number;
    readonly nextUpdate?: number;
  } = {},
): CertificateList {
  const algorithm = createAlgorithm(oids.ecdsaWithSHA256);
  const { thisUpdate = Date.now() - dayMs, nextUpdate = Date.now() + dayMs } = options;
  const tbs = encodeTbsCrl(
    {
      signatureAlgorithm: algorithm,
      issuer: nameOf(issuer.name),
      thisUpdate,
      nextUpdate,
      extensions: [authorityKeyIdExtension({ keyId: issuer.keyId }), crlNumberExtension(1)],
    },
    (options.revoked ?? []).map(({ serialNumber }) => ({
      serialNumber,
      revocationDate: thisUpdate,
    })),
  );
  const decoded = decodeCrl(encodeCrl(tbs, algorithm, sign('sha256', tbs, issuer.key)));
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value;
}

/** A chain with the key of its leaf, PEM. */
export interface PemChain {
  readonly cert: string;
  readonly key: string;
}

/** Gives what a program needs to present a chain. @param chain - leaf first */
export function pemOf(chain: readonly Issued[]): PemChain {
  const [leaf] = chain;
  return {
    cert: chain.map(({ der }) => encodePem('CERTIFICATE', der)).join(''),
    key: leaf!.key.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
}
