import { type DigestAlgorithm, digestAlgorithm } from './algorithm.ts';
import { quotedParameter, readAuthValue } from './auth-value.ts';
import { readExtendedValue } from './extended-value.ts';

/** Digest credentials as read from Authorization or Proxy-Authorization. */
export interface DigestAuthorization {
  /** With `userhash` a hash of it: look the record up under {@link hashUsername}. */
  readonly username: string;
  /** Whether `username` is H(username ":" realm). */
  readonly userhash: boolean;
  readonly realm: string;
  readonly nonce: string;
  /** The digest-uri as sent. */
  readonly uri: string;
  /** Lowercase hexadecimal. */
  readonly response: string;
  /** undefined: one this package does not know. */
  readonly algorithm: DigestAlgorithm | undefined;
  readonly cnonce: string | undefined;
  readonly opaque: string | undefined;
  /** In lower case. */
  readonly qop: string | undefined;
  /** The nonce count as eight hexadecimal digits. */
  readonly nonceCount: string | undefined;
}

/**
 * Reads one Authorization or Proxy-Authorization value.
 * @param value - one header field value as text
 * @returns `'other-scheme'` for a scheme that is not Digest, undefined where a required parameter is missing or
 *   malformed. A username in the extended form (`username*`) is decoded; beside `username` or `userhash` it is malformed
 * @see RFC 7616 §3.4
 */
export function parseAuthorization(value: string): DigestAuthorization | 'other-scheme' | undefined {
  const auth = readAuthValue(value);
  if (auth === undefined) return undefined;
  if (auth.scheme !== 'digest') return 'other-scheme';
  const parameters = auth.parameters;
  const extended = parameters.get('username*');
  const userhash = parameters.get('userhash')?.toLowerCase() === 'true';
  if (extended !== undefined && (userhash || parameters.has('username'))) return undefined;
  const username = extended === undefined ? parameters.get('username') : readExtendedValue(extended);
  const realm = parameters.get('realm');
  const nonce = parameters.get('nonce');
  const uri = parameters.get('uri');
  const response = parameters.get('response');
  if (username === undefined || realm === undefined || nonce === undefined) return undefined;
  if (uri === undefined || response === undefined) return undefined;
  const nonceCount = parameters.get('nc');
  if (nonceCount !== undefined && readCount(nonceCount) === undefined) return undefined;
  return {
    username,
    userhash,
    realm,
    nonce,
    uri,
    response: response.toLowerCase(),
    algorithm: digestAlgorithm(parameters.get('algorithm')),
    cnonce: parameters.get('cnonce'),
    opaque: parameters.get('opaque'),
    qop: parameters.get('qop')?.toLowerCase(),
    nonceCount,
  };
}

/**
 * Reads a nonce count.
 * @returns 0 to 2^32 − 1, or undefined for anything but eight hexadecimal digits
 */
export function readCount(text: string): number | undefined {
  if (text.length !== 8) return undefined;
  let value = 0;
  for (let i = 0; i < 8; i++) {
    const digit = hexDigit(text.charCodeAt(i));
    if (digit < 0) return undefined;
    value = value * 16 + digit;
  }
  return value;
}

/** Writes an Authorization value; which parameters are quoted is fixed by RFC 7616 §3.4. */
export function writeAuthorization(
  fields: DigestAuthorization & { readonly algorithmNamed: boolean },
): string {
  let value = `Digest ${quotedParameter('username', fields.username)}, ${quotedParameter('realm', fields.realm)}`;
  value += `, ${quotedParameter('nonce', fields.nonce)}, ${quotedParameter('uri', fields.uri)}`;
  value += `, response="${fields.response}"`;
  if (fields.algorithmNamed && fields.algorithm !== undefined) value += `, algorithm=${fields.algorithm}`;
  if (fields.cnonce !== undefined) value += `, ${quotedParameter('cnonce', fields.cnonce)}`;
  if (fields.opaque !== undefined) value += `, ${quotedParameter('opaque', fields.opaque)}`;
  if (fields.nonceCount !== undefined) value += `, qop=${fields.qop}, nc=${fields.nonceCount}`;
  if (fields.userhash) value += ', userhash=true';
  return value;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
