import { createHmac, timingSafeEqual } from 'node:crypto';

/** Bytes of the HMAC that a token keeps. */
const macBytes = 16;
/** Longest token that is looked at. */
const maxTokenLength = 512;

/**
 * Seals a few short texts so that only holders of the key can make or read-and-believe the token. It is signed, not
 * encrypted: put no secret in it. The result is safe as the user part of a SIP URI.
 * @param purpose - what the token is for; a token of one purpose never opens as another
 * @param fields - what it says; none may hold a NUL character
 * @param key - at least 32 secret bytes, shared by the servers that must accept the token
 * @throws RangeError (code SIP_PROXY_TOKEN) for a short key or a NUL in a field
 */
export function sealToken(purpose: string, fields: readonly string[], key: Uint8Array): string {
  checkKey(key);
  if (fields.some((field) => field.includes('\0'))) {
    throw fault('Token field: expected text without NUL, found one. Encode the field');
  }
  const payload = Buffer.from(fields.join('\0'), 'utf8');
  return Buffer.concat([macOf(purpose, payload, key), payload]).toString('base64url');
}

/**
 * Opens a token made by {@link sealToken}.
 * @returns the fields, or undefined for anything this key did not seal for this purpose
 * @throws RangeError (code SIP_PROXY_TOKEN) for a short key
 */
export function openToken(purpose: string, token: string, key: Uint8Array): readonly string[] | undefined {
  checkKey(key);
  if (token.length > maxTokenLength) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  // base64url decoding skips what it does not know; only the one spelling this function would write is accepted.
  if (bytes.length <= macBytes || bytes.toString('base64url') !== token) return undefined;
  const payload = bytes.subarray(macBytes);
  if (!timingSafeEqual(bytes.subarray(0, macBytes), macOf(purpose, payload, key))) return undefined;
  return payload.toString('utf8').split('\0');
}

function macOf(purpose: string, payload: Uint8Array, key: Uint8Array): Buffer {
  return createHmac('sha256', key)
    .update(`entente-token-1\0${purpose}\0`)
    .update(payload)
    .digest()
    .subarray(0, macBytes);
}

function checkKey(key: Uint8Array): void {
  if (key.length < 32) {
    throw fault(`Token key: expected at least 32 secret bytes, found ${key.length}. Generate a longer key`);
  }
}

function fault(message: string): RangeError {
  return Object.assign(new RangeError(message), { code: 'SIP_PROXY_TOKEN' });
}
