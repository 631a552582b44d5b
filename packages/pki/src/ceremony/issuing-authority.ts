import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import { oids } from '@entente/x509';
import {
  AuthorityInfoAccessExtension,
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  CRLDistributionPointsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { checkOptions } from '../ground/check-options.ts';
import { PkiFault } from '../ground/fault.ts';
import { serialToHex } from '../ground/serial-number.ts';
import { issuingAuthorityLifetimeMs, validityFrom } from '../ground/validity.ts';
import { signingAlgorithmOf } from './key-algorithm.ts';

/** Options of {@link createIssuingAuthority}. */
export interface IssuingAuthorityOptions {
  /** The authority's request, PKCS#10 DER. */
  readonly request: Uint8Array;
  /** The root that certifies it; its private key signs, in the provider `crypto`. */
  readonly root: {
    /** DER. */
    readonly certificate: Uint8Array;
    readonly privateKey: webcrypto.CryptoKey;
  };
  /** The provider that holds the key of the root; it also verifies the request. */
  readonly crypto: webcrypto.Crypto;
  /** Content octets, see `drawSerialNumber`. */
  readonly serialNumber: Uint8Array;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Where the root's CRL is, plain HTTP (RFC 5280 §8: over HTTPS it would be circular). */
  readonly crlUrl: string;
  /** Where the root's certificate is, plain HTTP. */
  readonly issuerUrl: string;
  /** Milliseconds. Default 2 years; the certificate never outlives the root. */
  readonly lifetimeMs?: number;
}

/**
 * Certifies an issuing authority: it may sign leaves and CRLs, but not certify another authority (path length 0). It has the name
 * constraints of the root, which some verifiers do not read in an anchor.
 * @param options - request, root, serial number, time, and where the root publishes
 * @returns the certificate, DER
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT` if the request does not prove possession of its key or has no name
 * @see RFC 5280 §4.2.1.9, §4.2.1.13, §4.2.2.1
 */
export async function createIssuingAuthority(options: IssuingAuthorityOptions): Promise<Uint8Array> {
  checkOptions(
    options,
    ['request', 'root', 'crypto', 'serialNumber', 'now', 'crlUrl', 'issuerUrl'],
    ['lifetimeMs'],
    'createIssuingAuthority',
  );
  const { crypto } = options;
  const request = new Pkcs10CertificateRequest(options.request);
  if (request.subject === '' || !(await request.verify(crypto))) {
    throw new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
      sentence: 'the request of the issuing authority has no name, or is not signed with the key in it',
      place: 'request of the issuing authority',
      remedy: 'create it again with createAuthorityRequest and the keys of the issuing authority',
    });
  }
  const root = new X509Certificate(options.root.certificate);
  const nameConstraints = root.extensions.filter(({ type }) => type === oids.nameConstraints);
  const validity = validityFrom(options.now, options.lifetimeMs ?? issuingAuthorityLifetimeMs);
  const certificate = await X509CertificateGenerator.create(
    {
      subject: request.subjectName,
      issuer: root.subjectName,
      publicKey: request.publicKey,
      signingKey: options.root.privateKey,
      signingAlgorithm: signingAlgorithmOf(options.root.privateKey),
      serialNumber: serialToHex(options.serialNumber),
      notBefore: validity.notBefore,
      notAfter: new Date(Math.min(validity.notAfter.getTime(), root.notAfter.getTime())),
      extensions: [
        new BasicConstraintsExtension(true, 0, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(request.publicKey, false, crypto),
        await AuthorityKeyIdentifierExtension.create(root.publicKey, false, crypto),
        new CRLDistributionPointsExtension([options.crlUrl]),
        new AuthorityInfoAccessExtension({ caIssuers: options.issuerUrl }),
        ...nameConstraints,
      ],
    },
    crypto,
  );
  return new Uint8Array(certificate.rawData);
}
