import { type DigestAlgorithm, digestAlgorithm } from './algorithm.ts';
import {
  authParameter,
  maxAuthParameters,
  quotedParameter,
  readAuthParameter,
  readAuthParameters,
  readAuthScheme,
} from './auth-value.ts';
import { readExtendedValue } from './extended-value.ts';

/** Digest credentials as read from Authorization or Proxy-Authorization. */
export interface DigestAuthorization {
  /** With `userhash` a hash of it: look the record up under {@link hashUsername}. */
  readonly username: string;
  /** Whether `username` is H(username ":" realm). */
  readonly userhash: boolean;
  /** The protection space, without quotes, with case. */
  readonly realm: string;
  /** As the challenge gave it, without quotes. */
  readonly nonce: string;
  /** The digest-uri as sent. */
  readonly uri: string;
  /** Lowercase hexadecimal. */
  readonly response: string;
  /** undefined: one this package does not know. */
  readonly algorithm: DigestAlgorithm | undefined;
  /** The client's own nonce, without quotes; undefined where it sends none. */
  readonly cnonce: string | undefined;
  /** As the challenge gave it, without quotes; undefined where it is not sent back. */
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
  const scheme = readAuthScheme(value);
  if (scheme === undefined) return undefined;
  if (!scheme.isDigest)
    return readAuthParameters(value, scheme.after) === undefined ? undefined : 'other-scheme';
  const texts = readKnown(value, scheme.after);
  if (texts === undefined) return undefined;
  const extended = texts[EXTENDED];
  const userhash = texts[USERHASH]?.toLowerCase() === 'true';
  if (extended !== undefined && (userhash || texts[USERNAME] !== undefined)) return undefined;
  const username = extended === undefined ? texts[USERNAME] : readExtendedValue(extended);
  const realm = texts[REALM];
  const nonce = texts[NONCE];
  const uri = texts[URI];
  const response = texts[RESPONSE];
  if (username === undefined || realm === undefined || nonce === undefined) return undefined;
  if (uri === undefined || response === undefined) return undefined;
  const nonceCount = texts[COUNT];
  if (nonceCount !== undefined && readCount(nonceCount) === undefined) return undefined;
  return {
    username,
    userhash,
    realm,
    nonce,
    uri,
    response: response.toLowerCase(),
    algorithm: digestAlgorithm(texts[ALGORITHM]),
    cnonce: texts[CNONCE],
    opaque: texts[OPAQUE],
    qop: texts[QOP]?.toLowerCase(),
    nonceCount,
  };
}

/** Places of the parameters that count. */
const USERNAME = 0;
const EXTENDED = 1;
const USERHASH = 2;
const REALM = 3;
const NONCE = 4;
const URI = 5;
const RESPONSE = 6;
const ALGORITHM = 7;
const CNONCE = 8;
const OPAQUE = 9;
const QOP = 10;
const COUNT = 11;
const UNKNOWN = -1;
const noTexts: readonly undefined[] = new Array(COUNT + 1).fill(undefined);

/**
 * The values of the parameters that count, each at its place: faster than a table by name.
 * @returns undefined where the parameters do not follow the grammar, one repeats, or there are more than 32
 */
function readKnown(value: string, from: number): readonly (string | undefined)[] | undefined {
  const texts: (string | undefined)[] = [...noTexts];
  let others: string[] | undefined;
  let at = from;
  let count = 0;
  do {
    if (count++ === maxAuthParameters || !readAuthParameter(value, at)) return undefined;
    const { name, text } = authParameter;
    at = authParameter.next;
    let place = placeOf(name);
    if (place === UNKNOWN) {
      const lower = name.toLowerCase();
      place = placeOf(lower);
      if (place === UNKNOWN) {
        others ??= [];
        if (others.includes(lower)) return undefined;
        others.push(lower);
        continue;
      }
    }
    if (texts[place] !== undefined) return undefined;
    texts[place] = text;
  } while (at < value.length);
  return texts;
}

/** By the length first: most comparisons are left out. */
function placeOf(name: string): number {
  switch (name.length) {
    case 2:
      return name === 'nc' ? COUNT : UNKNOWN;
    case 3:
      return name === 'uri' ? URI : name === 'qop' ? QOP : UNKNOWN;
    case 5:
      return name === 'realm' ? REALM : name === 'nonce' ? NONCE : UNKNOWN;
    case 6:
      return name === 'cnonce' ? CNONCE : name === 'opaque' ? OPAQUE : UNKNOWN;
    case 8:
      return name === 'username'
        ? USERNAME
        : name === 'response'
          ? RESPONSE
          : name === 'userhash'
            ? USERHASH
            : UNKNOWN;
    case 9:
      return name === 'algorithm' ? ALGORITHM : name === 'username*' ? EXTENDED : UNKNOWN;
    default:
      return UNKNOWN;
  }
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
