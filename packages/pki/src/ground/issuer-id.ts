import { createHash } from 'node:crypto';
import { isOctets, unlike } from './given.ts';

/**
 * Identifies an authority by its key, in paths and in the ledger: it stays the same when the certificate is renewed with the same
 * key, and differs for two authorities of the same name.
 * @param publicKey - SubjectPublicKeyInfo, DER
 * @returns the first 16 hexadecimal digits of its SHA-256
 */
export function issuerId(publicKey: Uint8Array): string {
  return spkiHash(publicKey).slice(0, 16);
}

/**
 * Identifies a key, e.g. the root in a join token.
 * @param publicKey - SubjectPublicKeyInfo, DER
 * @returns lower-case hexadecimal SHA-256
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`: the hash of a text would be that of no key
 */
export function spkiHash(publicKey: Uint8Array): string {
  if (!isOctets(publicKey)) throw unlike(publicKey, 'a SubjectPublicKeyInfo in a Uint8Array', 'publicKey');
  return createHash('sha256').update(publicKey).digest('hex');
}

/** The paths below the plain HTTP address of an authority at which signed objects are published. */
export const publicationPaths = {
  crl: (issuer: string, shard: number): string => `/crl/${issuer}/${shard}.crl`,
  issuer: (issuer: string): string => `/issuer/${issuer}.cer`,
} as const;
