import type { SubjectPublicKeyInfo } from '@entente/x509';
import { reject } from '../reasons/catalogue.ts';
import type { AtCertificate, Rejection } from '../reasons/rejection.ts';

/** Which signature algorithms and keys are allowed in a path. */
export interface AlgorithmPolicy {
  /** Allowed signature algorithms by name, e.g. `ecdsa-sha256`, `rsa-sha256`, `rsa-pss-sha256`, `ed25519`. */
  readonly signatures: readonly string[];
  /** Allowed kinds of key. */
  readonly keys: readonly (
    | 'rsa'
    | 'rsa-pss'
    | 'ec-p256'
    | 'ec-p384'
    | 'ec-p521'
    | 'ed25519'
    | 'ed448'
    | 'dsa'
  )[];
  /** Smallest modulus of RSA (and DSA) keys, bits. */
  readonly minRsaBits: number;
  /** Largest modulus of RSA keys, bits: a verification must stay cheap. */
  readonly maxRsaBits: number;
  /** Whether the length of RSA moduli must be a multiple of 8 bits (a rule of the Web PKI). */
  readonly wholeOctets: boolean;
}

/** What modern private and public CAs use. */
export const modernAlgorithms: AlgorithmPolicy = {
  signatures: [
    'ecdsa-sha256',
    'ecdsa-sha384',
    'ecdsa-sha512',
    'ed25519',
    'rsa-sha256',
    'rsa-sha384',
    'rsa-sha512',
    'rsa-pss-sha256',
    'rsa-pss-sha384',
    'rsa-pss-sha512',
  ],
  keys: ['ec-p256', 'ec-p384', 'ec-p521', 'ed25519', 'rsa', 'rsa-pss'],
  minRsaBits: 2048,
  maxRsaBits: 8192,
  wholeOctets: false,
};

/** Everything the platform can verify: for old vectors, never for a network. */
export const historicAlgorithms: AlgorithmPolicy = {
  signatures: [
    ...modernAlgorithms.signatures,
    'rsa-md5',
    'rsa-sha1',
    'rsa-sha224',
    'ecdsa-sha1',
    'ecdsa-sha224',
    'dsa-sha1',
    'dsa-sha224',
    'dsa-sha256',
    'ed448',
  ],
  keys: [...modernAlgorithms.keys, 'ed448', 'dsa'],
  minRsaBits: 512,
  maxRsaBits: 8192,
  wholeOctets: false,
};

/**
 * Checks a key against the policy.
 *
 * @returns why the key is not allowed in a path, or undefined
 */
export function refuseKey(
  key: SubjectPublicKeyInfo,
  policy: AlgorithmPolicy,
  at: AtCertificate,
): Rejection | undefined {
  const { kind, sizeBits } = key;
  if (!(policy.keys as readonly string[]).includes(kind)) {
    return reject('algorithm-not-allowed', {
      ...at,
      algorithm: `a key of kind ${kind} (${key.algorithm.oid})`,
      allowed: policy.keys,
    });
  }
  if (kind !== 'rsa' && kind !== 'rsa-pss' && kind !== 'dsa') return undefined;
  // A DSA key that inherits its parameters has no size of its own; the issuer's key is checked at the issuer.
  if (kind === 'dsa' && sizeBits === 0) return undefined;
  if (sizeBits < policy.minRsaBits) {
    return reject('key-too-small', { ...at, keyKind: kind, sizeBits, minBits: policy.minRsaBits });
  }
  if (sizeBits > policy.maxRsaBits || (policy.wholeOctets && sizeBits % 8 !== 0)) {
    return reject('algorithm-not-allowed', {
      ...at,
      algorithm: `an ${kind} key of ${sizeBits} bits`,
      allowed: [
        `${policy.minRsaBits} to ${policy.maxRsaBits} bits${policy.wholeOctets ? ' in whole octets' : ''}`,
      ],
    });
  }
  return undefined;
}
