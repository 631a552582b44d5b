import { createHmac, timingSafeEqual } from 'node:crypto';
import { SipArgumentError } from '../syntax/problem.ts';

/** Bytes of the random part of a nonce. */
export const nonceSaltBytes = 8;

const timeBytes = 6;
const macBytes = 16;
const headBytes = timeBytes + nonceSaltBytes;
/** 30 bytes in base64url. */
const nonceLength = 40;

/**
 * Creates a nonce that the server can verify without storing it: time and random bytes under an HMAC.
 * @param options - `now` in milliseconds since 1970; `key` at least 32 secret bytes, the same on all servers that share
 *   a realm; `salt` 8 random bytes, new each time; `realm` the protection space the nonce is good for
 * @returns 40 characters
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where key or salt are too short
 * @see RFC 7616 §5.4
 */
export function createNonce(options: {
  readonly now: number;
  readonly key: Uint8Array;
  readonly salt: Uint8Array;
  readonly realm: string;
}): string {
  checkKey(options.key);
  if (options.salt.length !== nonceSaltBytes) {
    throw new SipArgumentError(
      `expected ${nonceSaltBytes} bytes, found ${options.salt.length}`,
      'salt of a nonce',
      'pass fresh random bytes',
    );
  }
  const bytes = Buffer.allocUnsafe(headBytes + macBytes);
  bytes.writeUIntBE(Math.floor(options.now), 0, timeBytes);
  bytes.set(options.salt, timeBytes);
  macOf(bytes.subarray(0, headBytes), options.key, options.realm).copy(bytes, headBytes, 0, macBytes);
  return bytes.toString('base64url');
}

/** What {@link verifyNonce} found: when the nonce was made, or why it is not accepted. */
export type NonceVerdict =
  | { readonly state: 'fresh' | 'expired'; readonly createdAt: number }
  | { readonly state: 'forged' };

/**
 * Verifies a nonce of {@link createNonce}.
 * @param nonce - as received
 * @param options - `now` in milliseconds since 1970, `key` and `realm` as at creation, `lifetimeMs` how long it is valid
 * @returns `forged` for anything not made with this key for this realm; a time in the future counts as expired
 */
export function verifyNonce(
  nonce: string,
  options: {
    readonly now: number;
    readonly key: Uint8Array;
    readonly realm: string;
    readonly lifetimeMs: number;
  },
): NonceVerdict {
  checkKey(options.key);
  if (nonce.length !== nonceLength) return { state: 'forged' };
  const bytes = Buffer.from(nonce, 'base64url');
  if (bytes.length !== headBytes + macBytes) return { state: 'forged' };
  const expected = macOf(bytes.subarray(0, headBytes), options.key, options.realm).subarray(0, macBytes);
  if (!timingSafeEqual(bytes.subarray(headBytes), expected)) return { state: 'forged' };
  const createdAt = bytes.readUIntBE(0, timeBytes);
  return { state: isFresh(createdAt, options.now, options.lifetimeMs) ? 'fresh' : 'expired', createdAt };
}

/** Clocks of servers that share a key may differ by this much. */
const skewMs = 5_000;

/** Whether a nonce created at `createdAt` is still valid. */
export function isFresh(createdAt: number, now: number, lifetimeMs: number): boolean {
  return createdAt <= now + skewMs && now - createdAt <= lifetimeMs;
}

function macOf(head: Uint8Array, key: Uint8Array, realm: string): Buffer {
  return createHmac('sha256', key).update('entente-nonce-1\0').update(head).update(realm).digest();
}

function checkKey(key: Uint8Array): void {
  if (key.length < 32) {
    throw new SipArgumentError(
      `expected at least 32 secret bytes, found ${key.length}`,
      'key of nonces',
      'generate a longer key',
    );
  }
}
