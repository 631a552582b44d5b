import { type DigestAlgorithm, digestHex } from './algorithm.ts';

/** Quality of protection: `auth` covers method and URI, `auth-int` the body too. */
export type QualityOfProtection = 'auth' | 'auth-int';

/** What a digest is made over, beside the secret. */
export interface DigestedFields {
  readonly nonce: string;
  /** Eight hexadecimal digits. */
  readonly nonceCount: string;
  readonly cnonce: string;
  readonly qop: QualityOfProtection;
  /** Of the request; the empty text for the digest of a response (`rspauth`). */
  readonly method: string;
  readonly uri: string;
  /** The body that `auth-int` covers; empty where there is none. */
  readonly body: Uint8Array;
}

/** No body. */
export const noBody: Uint8Array = new Uint8Array(0);

/**
 * H(H(A1) ":" nonce ":" nc ":" cnonce ":" qop ":" H(A2)), the `response` of an authorization and the `rspauth` of an
 * answer to it.
 * @see RFC 7616 §3.4.1, §3.4.3, §3.5; RFC 8760 §2.6 bullet 7 (no body is an empty body)
 */
export function requestDigest(algorithm: DigestAlgorithm, ha1: string, fields: DigestedFields): string {
  const { nonce, nonceCount, cnonce, qop, method, uri } = fields;
  const a2 = qop === 'auth' ? `${method}:${uri}` : `${method}:${uri}:${digestHex(algorithm, fields.body)}`;
  return digestHex(algorithm, `${ha1}:${nonce}:${nonceCount}:${cnonce}:${qop}:${digestHex(algorithm, a2)}`);
}

/** Reads a quality of protection, in any case; `undefined` for one this package does not know. */
export function readQop(text: string | undefined): QualityOfProtection | undefined {
  if (text === 'auth') return text;
  const lower = text?.trim().toLowerCase();
  return lower === 'auth' || lower === 'auth-int' ? lower : undefined;
}
