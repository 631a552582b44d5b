import { hash } from 'node:crypto';
import { kindOf } from '../syntax/check-parts.ts';
import { checkText } from '../syntax/check-text.ts';
import { SipArgumentError } from '../syntax/problem.ts';

/**
 * Digest algorithms by their registered names. MD5 is for clients that support nothing else, and is used only
 * where the caller names it.
 * @see RFC 8760 §2.1, RFC 7616 §6.1
 */
export type DigestAlgorithm = 'SHA-256' | 'SHA-512-256' | 'MD5';

const hashNames: Readonly<Record<DigestAlgorithm, string>> = {
  'SHA-256': 'sha256',
  'SHA-512-256': 'sha512-256',
  MD5: 'md5',
};

/** Hexadecimal digits of a digest of each algorithm. */
export const digestHexLength: Readonly<Record<DigestAlgorithm, number>> = {
  'SHA-256': 64,
  'SHA-512-256': 64,
  MD5: 32,
};

/**
 * Recognises an algorithm parameter, in any case. The `-sess` variants are not supported: they gain nothing here, since
 * a credential record never holds a password.
 * @param name - the parameter's value; absent means MD5 (RFC 7616 §3.3)
 * @returns undefined for an algorithm this package does not know
 */
export function digestAlgorithm(name: string | undefined): DigestAlgorithm | undefined {
  if (name === undefined) return 'MD5';
  if (name === 'SHA-256') return name;
  checkText(name);
  const upper = name.toUpperCase();
  return upper === 'SHA-256' || upper === 'SHA-512-256' || upper === 'MD5' ? upper : undefined;
}

/**
 * Refuses an algorithm that there is not: it would be an error of the library behind, or be written for no client to understand.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkAlgorithm(algorithm: DigestAlgorithm): void {
  if (Object.hasOwn(hashNames, algorithm)) return;
  throw new SipArgumentError(
    `expected SHA-256, SHA-512-256 or MD5, found ${kindOf(algorithm)}`,
    'digest algorithm',
    'give one of the three names as they are registered (RFC 8760 §2.1)',
  );
}

/** H(text) or H(bytes) in lowercase hexadecimal; text beyond ASCII is hashed as UTF-8 (RFC 7616 §4). */
export function digestHex(algorithm: DigestAlgorithm, text: string | Uint8Array): string {
  return hash(hashNames[algorithm], text, 'hex');
}
