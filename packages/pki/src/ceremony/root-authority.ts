import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { checkOptions } from '../ground/check-options.ts';
import { badArgument } from '../ground/given.ts';
import { type NameLimits, nameLimitsExtension } from '../ground/name-limits.ts';
import { serialToHex } from '../ground/serial-number.ts';
import { rootLifetimeMs, validityFrom } from '../ground/validity.ts';
import { type AuthorityName, distinguishedName } from './authority-name.ts';
import { signingAlgorithmOf } from './key-algorithm.ts';

/** Options of {@link createRootAuthority}. */
export interface RootAuthorityOptions {
  /** Subject and issuer of the certificate. */
  readonly name: AuthorityName;
  /** From `crypto.subtle.generateKey`; the private key only signs. */
  readonly keys: webcrypto.CryptoKeyPair;
  /** The provider that holds the keys. */
  readonly crypto: webcrypto.Crypto;
  /** Content octets, see `drawSerialNumber`. */
  readonly serialNumber: Uint8Array;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Milliseconds. Default 10 years. */
  readonly lifetimeMs?: number;
  /** Number of authorities between the root and a leaf. Default 1: one issuing authority. */
  readonly pathLength?: number;
  /** The names that it may vouch for, critical. Default: any. */
  readonly limits?: NameLimits;
}

/**
 * Creates a root: a self-signed certificate that may only sign certificates and CRLs, and has no name that could be a server's.
 * @param options - name, keys, serial number and time
 * @returns the certificate, DER
 * @throws PkiFault `ENTENTE_PKI_KEY_UNSUPPORTED`, `ENTENTE_PKI_BAD_ARGUMENT`
 * @see RFC 5280 §4.2.1.9
 */
export async function createRootAuthority(options: RootAuthorityOptions): Promise<Uint8Array> {
  checkOptions(
    options,
    ['name', 'keys', 'crypto', 'serialNumber', 'now'],
    ['lifetimeMs', 'pathLength', 'limits'],
    'createRootAuthority',
  );
  const { keys, crypto, pathLength = 1 } = options;
  if (!Number.isSafeInteger(pathLength) || pathLength < 0)
    throw badArgument(
      'a whole number of authorities from 0, found something else',
      'pathLength of createRootAuthority',
      'give the number of authorities between the root and a leaf, or leave it out for 1',
    );
  const certificate = await X509CertificateGenerator.createSelfSigned(
    {
      name: distinguishedName(options.name),
      serialNumber: serialToHex(options.serialNumber),
      ...validityFrom(options.now, options.lifetimeMs ?? rootLifetimeMs),
      signingAlgorithm: signingAlgorithmOf(keys.privateKey),
      keys,
      extensions: [
        new BasicConstraintsExtension(true, pathLength, true),
        new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
        await SubjectKeyIdentifierExtension.create(keys.publicKey, false, crypto),
        ...(options.limits === undefined ? [] : [limitsOf(options.limits)]),
      ],
    },
    crypto,
  );
  return new Uint8Array(certificate.rawData);
}

function limitsOf(limits: NameLimits): Extension {
  const { critical, oid, value } = nameLimitsExtension(limits);
  return new Extension(oid, critical, Uint8Array.from(value));
}
