import type { webcrypto } from 'node:crypto';
import { PkiFault } from '../ground/fault.ts';

/** Keys that an authority may have. */
export type AuthorityKeyKind = 'ec-p256' | 'ec-p384' | 'rsa-3072';

/** Parameters of `subtle.generateKey` for each kind of key. */
export const authorityKeyAlgorithms = {
  'ec-p256': { name: 'ECDSA', namedCurve: 'P-256' },
  'ec-p384': { name: 'ECDSA', namedCurve: 'P-384' },
  'rsa-3072': {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    publicExponent: new Uint8Array([1, 0, 1]) as Uint8Array,
    modulusLength: 3072,
  },
} as const;

/**
 * The signature algorithm of a key; the hash fits the strength of the curve.
 * @param key - private or public key of an authority
 * @throws PkiFault `ENTENTE_PKI_KEY_UNSUPPORTED`
 */
export function signingAlgorithmOf(key: webcrypto.CryptoKey): { name: string; hash: string } {
  const { name } = key.algorithm;
  const { namedCurve } = key.algorithm as { namedCurve?: string };
  if (name === 'ECDSA' && namedCurve === 'P-256') return { name, hash: 'SHA-256' };
  if (name === 'ECDSA' && namedCurve === 'P-384') return { name, hash: 'SHA-384' };
  if (name === 'RSASSA-PKCS1-v1_5') return { name, hash: 'SHA-256' };
  throw new PkiFault('ENTENTE_PKI_KEY_UNSUPPORTED', {
    sentence: `expected an authority's key of ECDSA P-256, ECDSA P-384 or RSASSA-PKCS1-v1_5, found ${name} ${namedCurve ?? ''}`,
    place: 'key of an authority',
    remedy: 'generate a key of one of these kinds',
  });
}
