import { verify } from 'node:crypto';
import { canonicalJson } from '../document/canonical-json.ts';
import type { AdministratorKey, SignatureAlgorithm } from '../document/document.ts';
import { publicKeyOf } from '../document/public-key.ts';
import type { DetachedSignature } from './signed-topology.ts';

/** The `typ` of our headers: a signature made for another purpose does not count for a topology (RFC 8725 §3.11). */
const signatureType = 'entente-topology+jws';

/** The fields of a protected header; there are no others. */
export interface SignatureHeader {
  readonly alg: SignatureAlgorithm;
  /** Id of the administrator's key. */
  readonly kid: string;
}

/** Both algorithms sign with 64 bytes: r and s for ES256 (RFC 7518 §3.4), R and S for Ed25519 (RFC 8032 §5.1.6). */
export const signatureBytes = 64;

/** Base64url of the header, in canonical form so that there is one spelling. */
export function encodeHeader(header: SignatureHeader): string {
  return Buffer.from(canonicalJson({ ...header, typ: signatureType })).toString('base64url');
}

/**
 * Reads a protected header.
 *
 * @returns undefined where it is not exactly what {@link encodeHeader} writes: an unknown member could change its meaning
 */
export function decodeHeader(text: string): SignatureHeader | undefined {
  if (text.length > 512) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { alg, kid } = value as Record<string, unknown>;
  if ((alg !== 'ES256' && alg !== 'EdDSA') || typeof kid !== 'string') return undefined;
  const header = { alg, kid } as const;
  return encodeHeader(header) === text ? header : undefined;
}

/** The bytes that are signed (RFC 7515 §5.1). @param payload - base64url of the canonical document */
export function signingInput(encodedHeader: string, payload: string): Uint8Array {
  return Buffer.from(`${encodedHeader}.${payload}`, 'ascii');
}

/** Base64url of a document's canonical form. */
export function encodePayload(document: unknown): string {
  return Buffer.from(canonicalJson(document)).toString('base64url');
}

/**
 * Whether a signature was made with an administrator's key.
 *
 * @param signature - with a header that {@link decodeHeader} has read
 */
export function isSignedBy(
  key: AdministratorKey,
  header: SignatureHeader,
  signature: DetachedSignature,
  payload: string,
): boolean {
  if (header.alg !== key.algorithm || header.kid !== key.id) return false;
  const bytes = Buffer.from(signature.signature, 'base64url');
  if (bytes.length !== signatureBytes || bytes.toString('base64url') !== signature.signature) return false;
  const publicKey = publicKeyOf(key);
  if (publicKey === undefined) return false;
  const input = signingInput(signature.protected, payload);
  return header.alg === 'ES256'
    ? verify('sha256', input, { key: publicKey, dsaEncoding: 'ieee-p1363' }, bytes)
    : verify(null, input, publicKey, bytes);
}
