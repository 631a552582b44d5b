import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

/** The way of a dialog inside, as somebody outside carries it for us without being able to read it. */
export interface SealedRoute {
  /** The client connection it was given to; the empty text where it was given to a partner. */
  readonly flow: string;
  /** The partner's domain it was given to; the empty text where it was given to a client. */
  readonly outside: string;
  /** Route values that lead on inside, first hop first. */
  readonly routes: readonly string[];
}

/** How an edge seals ways. */
export interface RouteSeal {
  /** Our name outside, which the entry carries. */
  readonly host: string;
  /** At least 32 secret bytes. */
  readonly key: Uint8Array;
  /** {@link sealSaltBytes} random bytes, new for each call. */
  readonly salt: () => Uint8Array;
}

/** Random bytes that each sealed way needs. */
export const sealSaltBytes = 16;
/** Longest sealed text, in characters: a dozen hops and more. The limit holds before anything is decrypted. */
const maxSealedLength = 4_096;
const tagBytes = 16;
const cipher = 'aes-256-gcm';
const purpose = Buffer.from('entente-sealed-route-1');
/** Each salt has a key of its own, and with it one nonce is enough: how many ways one key seals is no question. */
const nonce = Buffer.alloc(12);

/**
 * Seals a way: encrypted and authenticated (AES-256-GCM, under a key derived from the salt by HMAC-SHA-256). Two seals of one way
 * differ, so nobody outside learns which dialogs share one.
 * @param route none of its texts may hold a NUL character
 * @returns text that is safe as the user part of a SIP URI; undefined where the way is too long or holds a NUL
 * @throws RangeError (code SIP_PROXY_SEAL) for a short key or salt
 */
export function sealRoute(route: SealedRoute, { key, salt }: RouteSeal): string | undefined {
  checkKey(key);
  const fields = [route.flow, route.outside, ...route.routes];
  if (fields.some((field) => field.includes('\0'))) return undefined;
  const plain = Buffer.from(fields.join('\0'), 'utf8');
  if (Math.ceil(((plain.length + sealSaltBytes + tagBytes) * 4) / 3) > maxSealedLength) return undefined;
  const drawn = salt();
  if (drawn.length !== sealSaltBytes) throw fault(`salt: expected ${sealSaltBytes} bytes`, drawn.length);
  const sealing = createCipheriv(cipher, keyOf(key, drawn), nonce, { authTagLength: tagBytes });
  sealing.setAAD(purpose);
  const sealed = Buffer.concat([sealing.update(plain), sealing.final()]);
  return Buffer.concat([drawn, sealed, sealing.getAuthTag()]).toString('base64url');
}

/**
 * Opens what {@link sealRoute} sealed.
 * @param sealed user part of a URI, from anybody
 * @returns undefined for anything that this key did not seal, and for more than 4,096 characters
 * @throws RangeError (code SIP_PROXY_SEAL) for a short key
 */
export function openRoute(sealed: string, key: Uint8Array): SealedRoute | undefined {
  checkKey(key);
  if (sealed.length > maxSealedLength) return undefined;
  const bytes = Buffer.from(sealed, 'base64url');
  // Decoding skips what it does not know; only the one spelling that sealing writes is accepted.
  if (bytes.length < sealSaltBytes + tagBytes || bytes.toString('base64url') !== sealed) return undefined;
  const opening = createDecipheriv(cipher, keyOf(key, bytes.subarray(0, sealSaltBytes)), nonce, {
    authTagLength: tagBytes,
  });
  opening.setAAD(purpose);
  opening.setAuthTag(bytes.subarray(-tagBytes));
  const plain = opening.update(bytes.subarray(sealSaltBytes, -tagBytes));
  try {
    opening.final();
  } catch {
    return undefined;
  }
  const [flow, outside, ...routes] = plain.toString('utf8').split('\0');
  return flow === undefined || outside === undefined ? undefined : { flow, outside, routes };
}

function keyOf(key: Uint8Array, salt: Uint8Array): Buffer {
  return createHmac('sha256', key).update(purpose).update(salt).digest();
}

function checkKey(key: Uint8Array): void {
  if (key.length < 32) throw fault('key: expected at least 32 secret bytes', key.length);
}

function fault(expected: string, found: number): RangeError {
  return Object.assign(new RangeError(`Route seal ${expected}, found ${found}`), { code: 'SIP_PROXY_SEAL' });
}
