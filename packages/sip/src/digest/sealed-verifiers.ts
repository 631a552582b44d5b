import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import { checkBytes, checkObject } from '../syntax/check-object.ts';
import { checkText } from '../syntax/check-text.ts';
import { type DigestAlgorithm, digestHexLength } from './algorithm.ts';
import type { CredentialRecord } from './credential-record.ts';

/** Event of the PUBLISH by which users change their password, to their own address. */
export const passwordEvent = 'entente-password';
/** Content-Type of {@link sealVerifiers}. */
export const sealedVerifiersType = 'application/entente-password+json';
/** Random octets of a seal. */
export const sealSaltBytes = 32;

/** Octets of a body that is read: three verifiers, sealed, have less than a third of it. */
const maxBodyBytes = 2_048;
const cipher = 'aes-256-gcm';
const [keyBytes, ivBytes, tagBytes] = [32, 12, 16];
const label = 'verifiers of a new password';

/** What has become of a body. */
export type OpenedVerifiers =
  | { readonly ok: true; readonly ha1: CredentialRecord['ha1'] }
  /** It cannot be read; it names an algorithm for which the user has no verifier; or it was sealed with another password. */
  | { readonly ok: false; readonly fault: 'malformed' | 'no-verifier' | 'other-password' };

/**
 * Seals the verifiers of a new password under that of the present one. Who opens it has the present verifier, and knows then that its sender
 * knows the present password. Servers in between learn neither, and can change nothing: a digest with `qop=auth` covers no body.
 * @param present - the user, with H(A1) of the present password for one algorithm at least; the first one counts
 * @param next - H(A1) of the new password, lowercase hexadecimal
 * @param salt - {@link sealSaltBytes} random octets, new for each call
 * @returns the body of the request, or undefined where `present` has no H(A1)
 */
export function sealVerifiers(
  present: CredentialRecord,
  next: CredentialRecord['ha1'],
  salt: Uint8Array,
): string | undefined {
  for (const [given, place] of [
    [present?.ha1, 'present verifiers'],
    [next, 'next verifiers'],
  ] as const)
    checkObject(given, `${place} of sealVerifiers`, 'give the record of the user, and H(A1) by algorithm');
  checkBytes(salt, 'salt of sealVerifiers');
  const [first] = Object.entries(present.ha1) as [DigestAlgorithm, string][];
  if (first === undefined) return undefined;
  const [algorithm, ha1] = first;
  const { iv, key } = sealOf(present, ha1, salt);
  const sealing = createCipheriv(cipher, key, iv);
  const sealed = Buffer.concat([sealing.update(JSON.stringify(next)), sealing.final(), sealing.getAuthTag()]);
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
  return JSON.stringify({ algorithm, salt: text(salt), sealed: text(sealed) });
}

/**
 * Opens what {@link sealVerifiers} has sealed.
 * @param body - as received
 * @param user - with the present verifiers
 */
export function openVerifiers(body: string, user: CredentialRecord): OpenedVerifiers {
  checkText(body);
  checkObject(user?.ha1, 'user of openVerifiers', 'give the record of the user');
  const parts = partsOf(body);
  if (parts === undefined) return { ok: false, fault: 'malformed' };
  const { algorithm, salt, sealed } = parts;
  const present = user.ha1[algorithm];
  if (present === undefined) return { ok: false, fault: 'no-verifier' };
  const { iv, key } = sealOf(user, present, salt);
  const opening = createDecipheriv(cipher, key, iv);
  opening.setAuthTag(sealed.subarray(-tagBytes));
  let text: string;
  try {
    text = opening.update(sealed.subarray(0, -tagBytes)).toString('utf8') + opening.final('utf8');
  } catch {
    return { ok: false, fault: 'other-password' };
  }
  const ha1 = verifiersIn(text);
  return ha1 === undefined ? { ok: false, fault: 'malformed' } : { ok: true, ha1 };
}

/**
 * The cnonce of the credentials that a request with sealed verifiers has. A digest with `qop=auth` covers the cnonce, though no body: so the
 * body belongs to this request alone, whose nonce the server has given a moment ago and whose count is used once. Who has kept an older
 * body cannot put it in the place of this one.
 * @param body - of {@link sealVerifiers}
 * @returns SHA-256 in base64url, 43 characters
 * @see RFC 7616 §3.4
 */
export function cnonceFor(body: string): string {
  checkText(body);
  return createHash('sha256').update(body).digest('base64url');
}

/** Another key for each salt, so that no key has two messages. */
function sealOf({ realm, username }: CredentialRecord, ha1: string, salt: Uint8Array) {
  const info = JSON.stringify([label, username, realm]);
  const bytes = Buffer.from(hkdfSync('sha256', ha1, salt, info, keyBytes + ivBytes));
  return { key: bytes.subarray(0, keyBytes), iv: bytes.subarray(keyBytes) };
}

function partsOf(body: string) {
  if (Buffer.byteLength(body) > maxBodyBytes) return undefined;
  const value = objectIn(body);
  const { algorithm, salt, sealed, ...others } = value ?? {};
  if (Object.keys(others).length > 0 || !isAlgorithm(algorithm)) return undefined;
  if (typeof salt !== 'string' || typeof sealed !== 'string') return undefined;
  const [saltBytes, bytes] = [Buffer.from(salt, 'base64url'), Buffer.from(sealed, 'base64url')];
  if (saltBytes.length !== sealSaltBytes || bytes.length <= tagBytes) return undefined;
  return { algorithm, salt: saltBytes, sealed: bytes };
}

/** At least one verifier, each of an algorithm that is known. */
function verifiersIn(text: string): CredentialRecord['ha1'] | undefined {
  const entries = Object.entries(objectIn(text) ?? {});
  const isVerifier = ([algorithm, ha1]: readonly [string, unknown]) =>
    isAlgorithm(algorithm) &&
    typeof ha1 === 'string' &&
    ha1.length === digestHexLength[algorithm] &&
    /^[0-9a-f]+$/.test(ha1);
  return entries.length > 0 && entries.every(isVerifier) ? Object.fromEntries(entries) : undefined;
}

function isAlgorithm(name: unknown): name is DigestAlgorithm {
  return typeof name === 'string' && Object.hasOwn(digestHexLength, name);
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
