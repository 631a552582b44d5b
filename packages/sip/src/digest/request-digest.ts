import { detached } from '../syntax/detached.ts';
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
  const a2 = `${method}:${uri}`;
  const ha2 =
    qop === 'auth'
      ? knownDigest(algorithm, a2)
      : digestHex(algorithm, `${a2}:${digestHex(algorithm, fields.body)}`);
  return digestHex(algorithm, `${ha1}:${nonce}:${nonceCount}:${cnonce}:${qop}:${ha2}`);
}

/** Methods and URIs whose digest is kept for the next request, and the longest of them: 300 kB at most. */
const maxKept = 512;
const maxKeptLength = 256;
const kept = new Map<string, { readonly algorithm: DigestAlgorithm; readonly digest: string }>();

/** H(A2): of the same few methods and URIs in nearly every request, and secret to nobody. */
function knownDigest(algorithm: DigestAlgorithm, a2: string): string {
  const known = kept.get(a2);
  if (known?.algorithm === algorithm) return known.digest;
  const digest = digestHex(algorithm, a2);
  if (a2.length <= maxKeptLength) {
    if (kept.size >= maxKept) kept.clear();
    kept.set(detached(a2), { algorithm, digest });
  }
  return digest;
}

/** Reads a quality of protection, in any case; `undefined` for one this package does not know. */
export function readQop(text: string | undefined): QualityOfProtection | undefined {
  if (text === 'auth') return text;
  const lower = text?.trim().toLowerCase();
  return lower === 'auth' || lower === 'auth-int' ? lower : undefined;
}
