import { createHmac, timingSafeEqual } from 'node:crypto';
import { checkBytes, checkObject } from '../syntax/check-object.ts';
import { checkText } from '../syntax/check-text.ts';
import { SipArgumentError } from '../syntax/problem.ts';

/** Bytes of the random part of a nonce. */
export const nonceSaltBytes = 8;

const timeBytes = 6;
const macBytes = 16;
const headBytes = timeBytes + nonceSaltBytes;
const ownBytes = headBytes + macBytes;
/** 30 bytes in base64url. */
const ownLength = 40;
const epochBytes = 2;
/** What it proves opens nothing, so it may be shorter. */
const tagBytes = 10;
const signedBytes = ownBytes + epochBytes;
const pooledBytes = signedBytes + tagBytes;
/** 42 bytes in base64url. */
const pooledLength = 56;

/** Keys that the servers of a pool share, by which one of them knows a nonce of another one. They change from epoch to epoch. */
export interface PoolNonceKeys {
  /** The key of new nonces, at least 32 secret bytes. */
  readonly current: { readonly epoch: number; readonly key: Uint8Array };
  /**
   * The key of an epoch.
   * @param epoch - the lowest 16 bits of its number
   * @returns undefined where it is not kept any more, or never was
   */
  keyOf(epoch: number): Uint8Array | undefined;
}

/**
 * Creates a nonce that the server can verify without storing it: time and random bytes under an HMAC.
 * @param options - `now` in milliseconds since 1970; `key` at least 32 secret bytes, of those that count the uses of a nonce together;
 *   `salt` 8 random bytes, new each time; `realm` the protection space the nonce is good for; with `pool` the other servers of a pool
 *   know the nonce as one of theirs, though it is not good for them
 * @returns 40 characters, 56 with `pool`
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where a key or the salt are too short
 * @see RFC 7616 §5.4
 */
export function createNonce(options: {
  readonly now: number;
  readonly key: Uint8Array;
  readonly salt: Uint8Array;
  readonly realm: string;
  readonly pool?: PoolNonceKeys | undefined;
}): string {
  checkObject(options, 'options of createNonce', 'give { now, key, salt, realm }');
  const { pool, realm } = options;
  checkBytes(options.key, 'key of createNonce');
  checkBytes(options.salt, 'salt of createNonce');
  checkText(realm);
  checkKey(options.key);
  if (options.salt.length !== nonceSaltBytes) {
    throw new SipArgumentError(
      `expected ${nonceSaltBytes} bytes, found ${options.salt.length}`,
      'salt of a nonce',
      'pass fresh random bytes',
    );
  }
  const bytes = Buffer.allocUnsafe(pool === undefined ? ownBytes : pooledBytes);
  bytes.writeUIntBE(Math.floor(options.now), 0, timeBytes);
  bytes.set(options.salt, timeBytes);
  macOf(bytes.subarray(0, headBytes), options.key, realm).copy(bytes, headBytes, 0, macBytes);
  if (pool !== undefined) {
    const { epoch, key } = pool.current;
    checkKey(key);
    bytes.writeUInt16BE(epoch & 0xffff, ownBytes);
    tagOf(bytes.subarray(0, signedBytes), key, realm).copy(bytes, signedBytes, 0, tagBytes);
  }
  return bytes.toString('base64url');
}

/**
 * What {@link verifyNonce} found: when the nonce was made, or why it is not accepted. `of-pool`: another server of the pool made it, or
 * this one before its restart; which counts were used with it only that one knew.
 */
export type NonceVerdict =
  | { readonly state: 'fresh' | 'expired'; readonly createdAt: number }
  | { readonly state: 'forged' | 'of-pool' };

/**
 * Verifies a nonce of {@link createNonce}.
 * @param nonce - as received
 * @param options - `now` in milliseconds since 1970, `key`, `realm` and `pool` as at creation, `lifetimeMs` how long it is valid
 * @returns `forged` for anything not made with this key, or by another server of the pool, for this realm; a time in the future counts
 *   as expired
 */
export function verifyNonce(
  nonce: string,
  options: {
    readonly now: number;
    readonly key: Uint8Array;
    readonly realm: string;
    readonly lifetimeMs: number;
    readonly pool?: PoolNonceKeys | undefined;
  },
): NonceVerdict {
  checkText(nonce);
  checkObject(options, 'options of verifyNonce', 'give { now, key, realm, lifetimeMs }');
  const { key, pool, realm } = options;
  checkBytes(key, 'key of verifyNonce');
  checkText(realm);
  checkKey(key);
  if (nonce.length !== (pool === undefined ? ownLength : pooledLength)) return forged;
  const bytes = Buffer.from(nonce, 'base64url');
  if (bytes.length !== (pool === undefined ? ownBytes : pooledBytes)) return forged;
  if (pool !== undefined && !isOfPool(bytes, pool, realm)) return forged;
  const expected = macOf(bytes.subarray(0, headBytes), key, realm).subarray(0, macBytes);
  if (!timingSafeEqual(bytes.subarray(headBytes, ownBytes), expected))
    return pool === undefined ? forged : { state: 'of-pool' };
  const createdAt = bytes.readUIntBE(0, timeBytes);
  return { state: isFresh(createdAt, options.now, options.lifetimeMs) ? 'fresh' : 'expired', createdAt };
}

const forged: NonceVerdict = { state: 'forged' };

/** Whether a server of the pool made it, be it this one or another. */
function isOfPool(bytes: Buffer, pool: PoolNonceKeys, realm: string): boolean {
  const key = pool.keyOf(bytes.readUInt16BE(ownBytes));
  if (key === undefined) return false;
  const expected = tagOf(bytes.subarray(0, signedBytes), key, realm).subarray(0, tagBytes);
  return timingSafeEqual(bytes.subarray(signedBytes), expected);
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

function tagOf(signed: Uint8Array, key: Uint8Array, realm: string): Buffer {
  return createHmac('sha256', key).update('entente-pool-nonce-1\0').update(signed).update(realm).digest();
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
