import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import type { Sealing } from './sealing.ts';

/** Random bytes that each sealed text needs. */
const saltBytes = 16;
/** Longest sealed text, in characters: a dozen hops and more. The limit holds before anything is decrypted. */
const maxSealedLength = 4_096;
const tagBytes = 16;
const cipher = 'aes-256-gcm';
/** Each salt has a key of its own, and with it one nonce is enough: how many texts one key seals is no question. */
const nonce = Buffer.alloc(12);

const keyBytes = 32;

/**
 * Seals and opens texts: encrypted and authenticated with AES-256-GCM, under keys derived by HMAC-SHA-256, one for each salt.
 * @param key - 32 secret bytes or more; only holders of it can open what was sealed
 * @param random - unpredictable bytes, for salts
 * @throws RangeError (code SIP_PROXY_TOKEN) for a short key
 */
export function createSealing(key: Uint8Array, random: (bytes: number) => Uint8Array): Sealing {
  if (key.length < keyBytes) {
    const message = `Sealing key: expected at least ${keyBytes} secret bytes, found ${key.length}. Generate a longer key`;
    throw Object.assign(new RangeError(message), { code: 'SIP_PROXY_TOKEN' });
  }
  return {
    seal: (purpose, fields) => seal(purpose, fields, key, random),
    open: (purpose, sealed) => open(purpose, sealed, key),
  };
}

function seal(
  purpose: string,
  fields: readonly string[],
  key: Uint8Array,
  random: (bytes: number) => Uint8Array,
): string | undefined {
  if (fields.some((field) => field.includes('\0'))) return undefined;
  const plain = Buffer.from(fields.join('\0'), 'utf8');
  if (Math.ceil(((plain.length + saltBytes + tagBytes) * 4) / 3) > maxSealedLength) return undefined;
  const salt = random(saltBytes);
  const sealing = createCipheriv(cipher, keyOf(purpose, key, salt), nonce, { authTagLength: tagBytes });
  const sealed = Buffer.concat([sealing.update(plain), sealing.final()]);
  return Buffer.concat([salt, sealed, sealing.getAuthTag()]).toString('base64url');
}

function open(purpose: string, sealed: string, key: Uint8Array): readonly string[] | undefined {
  if (sealed.length > maxSealedLength) return undefined;
  const bytes = Buffer.from(sealed, 'base64url');
  // Decoding skips what it does not know; only the one spelling that sealing writes is accepted.
  if (bytes.length < saltBytes + tagBytes || bytes.toString('base64url') !== sealed) return undefined;
  const salt = bytes.subarray(0, saltBytes);
  const opening = createDecipheriv(cipher, keyOf(purpose, key, salt), nonce, { authTagLength: tagBytes });
  opening.setAuthTag(bytes.subarray(-tagBytes));
  const plain = opening.update(bytes.subarray(saltBytes, -tagBytes));
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
