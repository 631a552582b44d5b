import { checkArgument } from './check-options.ts';
import 'reflect-metadata';
import { createPrivateKey, webcrypto } from 'node:crypto';
import { type CertificateNames, crlDistributionPointsExtension, type Extension } from '@entente/x509';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto);

type CryptoKey = webcrypto.CryptoKey;
type CryptoKeyPair = webcrypto.CryptoKeyPair;

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const dayMs = 86_400_000;

/** What a test certificate says; every field may be wrong on purpose. The common name is by default the first DNS name. */
export interface TestCertificateOptions extends Partial<CertificateNames> {
  /** Milliseconds since 1970; default an hour ago. */
  readonly notBefore?: number;
  /** Milliseconds since 1970; default in seven days. */
  readonly notAfter?: number;
  /** Purposes, by name or OID. Default both names; `[]` leaves the extension out. */
  readonly usages?: readonly ('serverAuth' | 'clientAuth' | `${number}.${string}`)[];
  /** Makes a CA certificate with this path length (`null` for none). */
  readonly ca?: { readonly pathLength: number | null };
  /** CRL distribution point; several are names of one point. */
  readonly crlUrl?: string | readonly string[];
}

/** A certificate with its key and the chain that a peer would send. */
export interface TestCertificate {
  /** Leaf first, then the issuing CA where there is one. */
  readonly chainPem: string;
  /** The leaf alone. */
  readonly certificatePem: string;
  /** PKCS#8. */
  readonly keyPem: string;
  /** Lowercase hexadecimal. */
  readonly serialHex: string;
}

/** A CA for tests: issues whatever it is asked for. */
export interface TestAuthority {
  /** Certificate of the CA. */
  readonly certificatePem: string;
  /** ECDSA key on P-256, PKCS#8 or SEC 1. */
  readonly keyPem: string;
  /** Issues a certificate for a new key; it refuses nothing that the options ask for. */
  issue(options: TestCertificateOptions): Promise<TestCertificate>;
  /** Certifies the key of a PKCS#10 request, DER; what else the request says is not read. Gives the chain, leaf first, PEM. */
  certify(request: Uint8Array, options: TestCertificateOptions): Promise<string>;
  /** An authority below this one. */
  subordinate(
    name: string,
    options?: { readonly pathLength?: number | null; readonly crlUrl?: string },
  ): Promise<TestAuthority>;
  /** A CRL over the given serial numbers, PEM. */
  crl(
    revoked: readonly string[],
    options?: {
      readonly thisUpdate?: number;
      readonly nextUpdate?: number;
      /** Default 1. `none`: a list without CRL number, as `openssl ca` writes where its configuration names no file of numbers. */
      readonly number?: number | 'none';
      /** Whether they are on hold only; default their keys are compromised. */
      readonly isHold?: boolean;
      /** Beside number and key of the signer, as the writers of `@entente/x509` make them. */
      readonly extensions?: readonly Extension[];
    },
  ): Promise<string>;
}

/**
 * Makes a self-signed P-256 authority for tests.
 * @param name - common name of the root
 */
export async function createTestAuthority(name: string): Promise<TestAuthority> {
  checkArgument(name, 'a text', 'name of createTestAuthority');
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    serialNumber: newSerial(),
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + 3_650 * dayMs),
    signingAlgorithm: ecdsa,
    extensions: await caExtensions(keys.publicKey, undefined, null),
  });
  return authority(certificate, keys.privateKey, await exportKey(keys.privateKey), '');
}

/**
 * Takes over an authority that exists, to play an insider who has its key.
 * @param certificatePem - the authority's certificate
 * @param keyPem - its PKCS#8 or SEC 1 private key, P-256
 */
export async function testAuthorityFrom(certificatePem: string, keyPem: string): Promise<TestAuthority> {
  const der = createPrivateKey(keyPem).export({ format: 'der', type: 'pkcs8' });
  const key = await webcrypto.subtle.importKey('pkcs8', der, ecdsa, true, ['sign']);
  return authority(new x509.X509Certificate(certificatePem), key as CryptoKey, keyPem, certificatePem);
}

function authority(
  certificate: x509.X509Certificate,
  key: CryptoKey,
  keyPem: string,
  chainTail: string,
): TestAuthority {
  const certificatePem = `${certificate.toString('pem')}\n`;
  return {
    certificatePem,
    keyPem,
    async issue(options) {
      const keys = await newKeys();
      const leaf = await sign(certificate, key, keys, options);
      const pem = `${leaf.toString('pem')}\n`;
      return {
        certificatePem: pem,
        chainPem: pem + chainTail,
        keyPem: await exportKey(keys.privateKey),
        serialHex: leaf.serialNumber.toLowerCase(),
      };
    },
    async certify(request, options) {
      const publicKey = await new x509.Pkcs10CertificateRequest(Uint8Array.from(request)).publicKey.export();
      const leaf = await sign(certificate, key, { publicKey }, options);
      return `${leaf.toString('pem')}\n${chainTail}`;
    },
    async subordinate(name, options = {}) {
      const keys = await newKeys();
      const child = await sign(certificate, key, keys, {
        commonName: name,
        notAfter: Date.now() + 365 * dayMs,
        ca: { pathLength: options.pathLength === undefined ? 0 : options.pathLength },
        ...(options.crlUrl === undefined ? {} : { crlUrl: options.crlUrl }),
      });
      return authority(
        child,
        keys.privateKey,
        await exportKey(keys.privateKey),
        `${child.toString('pem')}\n${chainTail}`,
      );
    },
    async crl(revoked, options = {}) {
      const crl = await x509.X509CrlGenerator.create({
        issuer: certificate.subjectName,
        thisUpdate: new Date(options.thisUpdate ?? Date.now() - 60_000),
        nextUpdate: new Date(options.nextUpdate ?? Date.now() + dayMs),
        entries: revoked.map((serialNumber) => ({
          serialNumber,
          revocationDate: new Date(Date.now() - 60_000),
          // Without a reason the library writes an empty list of extensions, which RFC 5280 §5.1.2.6 does not allow.
          reason: x509.X509CrlReason[options.isHold === true ? 'certificateHold' : 'keyCompromise'],
        })),
        extensions: [
          await x509.AuthorityKeyIdentifierExtension.create(certificate.publicKey),
          ...(options.number === 'none' ? [] : [crlNumber(options.number ?? 1)]),
          ...(options.extensions ?? []).map(
            ({ oid, critical, value }) => new x509.Extension(oid, critical, Uint8Array.from(value)),
          ),
        ],
        signingAlgorithm: ecdsa,
        signingKey: key,
      });
      return `-----BEGIN X509 CRL-----\n${Buffer.from(crl.rawData).toString('base64').replace(/.{64}/g, '$&\n').trimEnd()}\n-----END X509 CRL-----\n`;
    },
  };
}

async function sign(
  issuer: x509.X509Certificate,
  issuerKey: CryptoKey,
  keys: Pick<CryptoKeyPair, 'publicKey'>,
  options: TestCertificateOptions,
): Promise<x509.X509Certificate> {
  const names = [
    ...(options.dnsNames ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(options.uris ?? []).map((value) => ({ type: 'url' as const, value })),
  ];
  const usages = options.usages ?? ['serverAuth', 'clientAuth'];
  const extensions: x509.Extension[] =
    options.ca === undefined
      ? [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
          await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
        ]
      : await caExtensions(keys.publicKey, issuer.publicKey, options.ca.pathLength);
  if (options.ca === undefined && usages.length > 0) {
    extensions.push(new x509.ExtendedKeyUsageExtension(usages.map(purposeOf)));
  }
  if (names.length > 0) extensions.push(new x509.SubjectAlternativeNameExtension(names));
  if (options.crlUrl !== undefined) extensions.push(distributionPoint([options.crlUrl].flat()));
  const commonName = options.commonName ?? options.dnsNames?.[0];
  return x509.X509CertificateGenerator.create({
    serialNumber: newSerial(),
    subject: commonName === undefined ? '' : `CN=${commonName}`,
    issuer: issuer.subject,
    notBefore: new Date(options.notBefore ?? Date.now() - 3_600_000),
    notAfter: new Date(options.notAfter ?? Date.now() + 7 * dayMs),
    publicKey: keys.publicKey,
    signingKey: issuerKey,
    signingAlgorithm: ecdsa,
    extensions,
  });
}

function purposeOf(usage: NonNullable<TestCertificateOptions['usages']>[number]): string {
  return usage === 'serverAuth' || usage === 'clientAuth' ? x509.ExtendedKeyUsage[usage] : usage;
}

async function caExtensions(
  own: CryptoKey,
  issuer: CryptoKey | x509.PublicKey | undefined,
  pathLength: number | null,
): Promise<x509.Extension[]> {
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(true, pathLength ?? undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    await x509.SubjectKeyIdentifierExtension.create(own),
  ];
  if (issuer !== undefined)
    extensions.push(await x509.AuthorityKeyIdentifierExtension.create(issuer as CryptoKey));
  return extensions;
}

/** RFC 5280 §5.2.3; the library has no class for it. */
function crlNumber(value: number): x509.Extension {
  const octets: number[] = [];
  for (let rest = value; octets.length === 0 || rest > 0; rest = Math.floor(rest / 256))
    octets.unshift(rest % 256);
  // DER: an INTEGER is signed, so a leading octet above 127 needs a zero in front.
  if ((octets[0] as number) > 127) octets.unshift(0);
  return new x509.Extension('2.5.29.20', false, Uint8Array.from([0x02, octets.length, ...octets]).buffer);
}

async function newKeys(): Promise<CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(ecdsa, true, ['sign', 'verify'])) as CryptoKeyPair;
}

async function exportKey(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  return `-----BEGIN PRIVATE KEY-----\n${der.toString('base64').replace(/.{64}/g, '$&\n').trimEnd()}\n-----END PRIVATE KEY-----\n`;
}

/** Positive, never with a leading zero octet. */
function newSerial(): string {
  const bytes = Buffer.from(webcrypto.getRandomValues(new Uint8Array(16)));
  bytes[0] = ((bytes[0] as number) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

function distributionPoint(urls: readonly string[]): x509.Extension {
  const names = urls.map((value) => ({ type: 'uri' as const, value }));
  const { critical, oid, value } = crlDistributionPointsExtension([{ name: { type: 'full', names } }]);
  return new x509.Extension(oid, critical, value);
}
