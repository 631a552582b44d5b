import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

/** How an edge seals what outsiders carry for it. */
export interface Seal {
  /** Our name outside, which stands beside what is sealed. */
  readonly host: string;
  /** At least 32 secret bytes. */
  readonly key: Uint8Array;
  /** {@link sealSaltBytes} random bytes, new for each call. */
  readonly salt: () => Uint8Array;
}

/** Random bytes that each sealed text needs. */
export const sealSaltBytes = 16;
/** Longest sealed text, in characters: a dozen hops and more. The limit holds before anything is decrypted. */
const maxSealedLength = 4_096;
const tagBytes = 16;
const cipher = 'aes-256-gcm';
/** Each salt has a key of its own, and with it one nonce is enough: how many texts one key seals is no question. */
const nonce = Buffer.alloc(12);

/**
 * Seals a few texts: encrypted and authenticated (AES-256-GCM, under a key derived from the salt by HMAC-SHA-256). Two seals of the
 * same differ, so nobody outside learns what two of them have in common.
 * @param purpose what it is for; what is sealed for one purpose never opens for another
 * @param fields what it says
 * @returns text that is safe as the user part of a SIP URI; undefined where it would be too long, or a field holds a NUL character
 * @throws RangeError (code SIP_PROXY_SEAL) for a short key or salt
 */
export function seal(
  purpose: string,
  fields: readonly string[],
  { key, salt }: Pick<Seal, 'key' | 'salt'>,
): string | undefined {
  checkKey(key);
  if (fields.some((field) => field.includes('\0'))) return undefined;
  const plain = Buffer.from(fields.join('\0'), 'utf8');
  if (Math.ceil(((plain.length + sealSaltBytes + tagBytes) * 4) / 3) > maxSealedLength) return undefined;
  const drawn = salt();
  if (drawn.length !== sealSaltBytes) throw fault(`salt: expected ${sealSaltBytes} bytes`, drawn.length);
  const sealing = createCipheriv(cipher, keyOf(purpose, key, drawn), nonce, { authTagLength: tagBytes });
  const sealed = Buffer.concat([sealing.update(plain), sealing.final()]);
  return Buffer.concat([drawn, sealed, sealing.getAuthTag()]).toString('base64url');
}

/**
 * Opens what {@link seal} sealed.
 * @param sealed from anybody
 * @returns the fields; undefined for anything that this key did not seal for this purpose, and for more than 4,096 characters
 * @throws RangeError (code SIP_PROXY_SEAL) for a short key
 */
export function unseal(purpose: string, sealed: string, key: Uint8Array): readonly string[] | undefined {
  checkKey(key);
  if (sealed.length > maxSealedLength) return undefined;
  const bytes = Buffer.from(sealed, 'base64url');
  // Decoding skips what it does not know; only the one spelling that sealing writes is accepted.
  if (bytes.length < sealSaltBytes + tagBytes || bytes.toString('base64url') !== sealed) return undefined;
  const drawn = bytes.subarray(0, sealSaltBytes);
  const opening = createDecipheriv(cipher, keyOf(purpose, key, drawn), nonce, { authTagLength: tagBytes });
  opening.setAuthTag(bytes.subarray(-tagBytes));
  const plain = opening.update(bytes.subarray(sealSaltBytes, -tagBytes));
  try {
    opening.final();
  } catch {
    return undefined;
  }
  return plain.toString('utf8').split('\0');
}

function keyOf(purpose: string, key: Uint8Array, salt: Uint8Array): Buffer {
  return createHmac('sha256', key).update(`entente-seal-1\0${purpose}\0`).update(salt).digest();
}

function checkKey(key: Uint8Array): void {
  if (key.length < 32) throw fault('key: expected at least 32 secret bytes', key.length);
}

function fault(expected: string, found: number): RangeError {
  return Object.assign(new RangeError(`Seal ${expected}, found ${found}`), { code: 'SIP_PROXY_SEAL' });
}
