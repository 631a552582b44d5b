import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { anyText, callback, list, object } from '@entente/options';
import { type Certificate, decodeCertificate } from '@entente/x509';
import { canonicalJson } from '../document/canonical-json.ts';
import { sha256Hex } from '../document/topology-hash.ts';
import { readCanonical } from '../signing/read-canonical.ts';
import { checks } from '../terms/fault.ts';
import { asTrustState, type TrustState } from './trust-state.ts';

/** Media type of a signed trust state (RFC 7515 §9.2.1). */
export const trustStateMediaType = 'application/jose';

/** The `typ` of the header: a signature for another purpose does not count (RFC 8725 §3.11). */
const signatureType = 'entente-trust-state+jws';
const signatureBytes = 64;
/** Characters; a state with the most lists is shorter. */
const maxLength = 524_288;
/** Certificates that a state carries at most: the leaf, and the issuing authorities that live, one or two, in a rollover some more. */
export const maxStateCertificates = 8;

/** The key that signs trust states, and its certificate. */
export interface TrustStateSigner {
  /** Leaf first, without the root; DER. At most {@link maxStateCertificates}: members refuse a state with more. */
  readonly chain: readonly Uint8Array[];
  /**
   * Signs with ES256 (RFC 7518 §3.4).
   * @returns r and s, 64 bytes
   */
  sign(bytes: Uint8Array): Uint8Array;
}

/** A state whose signature fits the certificate that came with it. Who that certificate belongs to is for a verdict. */
export interface SignedTrustState {
  /** What was signed. */
  readonly state: TrustState;
  /** SHA-256 of the canonical form of the state, lower-case hexadecimal. */
  readonly hash: string;
  /** The first certificate of `chain`: the signature fits its key, which is on P-256. */
  readonly signer: Certificate;
  /** The signer's certificate and those that came with it, DER. */
  readonly chain: readonly Uint8Array[];
}

/** A state that was read, or why it was not. */
export type DecodedTrustState =
  | ({ readonly ok: true } & SignedTrustState)
  | { readonly ok: false; readonly reason: 'malformed' | 'signature-invalid'; readonly message: string };

/**
 * Signs a state: a compact JWS with the certificates in its header (RFC 7515 §3.1, §4.1.6).
 * @param state - what is in force
 * @param signer - the key, on P-256
 */
export function signTrustState(state: TrustState, signer: TrustStateSigner): string {
  checks.argument(state, object, 'state of signTrustState');
  checks.argument(signer, object, 'signer of signTrustState', 'give { chain, sign }');
  checks.argument(signer.chain, list, 'chain of signTrustState', 'give the certificates, DER, leaf first');
  checks.argument(
    signer.sign,
    callback,
    'sign of signTrustState',
    'give a function that signs bytes with ES256',
  );
  const header = encode(headerOf(signer.chain));
  const input = `${header}.${encode(canonicalJson(state))}`;
  return `${input}.${Buffer.from(signer.sign(Buffer.from(input, 'ascii'))).toString('base64url')}`;
}

/**
 * Reads a signed state. Header and payload have one spelling: a text that differs in any byte is refused.
 * @param text - hostile
 */
export function decodeTrustState(text: string): DecodedTrustState {
  checks.argument(text, anyText, 'argument of decodeTrustState');
  const [protectedPart, payload, signature, ...rest] = text.length > maxLength ? [] : text.split('.', 4);
  if (protectedPart === undefined || payload === undefined || signature === undefined || rest.length > 0)
    return malformed('The text is not a compact JWS of at most 524,288 characters.');
  const chain = readHeader(protectedPart);
  if (chain === undefined) return malformed('The header is not that of a trust state.');
  const decoded = decodeCertificate(chain[0]);
  const key = decoded.ok ? keyOf(decoded.value) : undefined;
  if (!decoded.ok || key === undefined) return malformed('The header has no certificate for a key on P-256.');
  const json = Buffer.from(payload, 'base64url').toString('utf8');
  const read = encode(json) === payload ? readCanonical(json) : undefined;
  const state = read?.ok === true ? asTrustState(read.value) : undefined;
  if (state === undefined) return malformed('The payload is not a trust state in canonical form.');
  const bytes = Buffer.from(signature, 'base64url');
  const input = Buffer.from(`${protectedPart}.${payload}`, 'ascii');
  const signed =
    bytes.length === signatureBytes &&
    bytes.toString('base64url') === signature &&
    verify('sha256', input, { key, dsaEncoding: 'ieee-p1363' }, bytes);
  if (signed) return { ok: true, state, hash: sha256Hex(json), signer: decoded.value, chain };
  return {
    ok: false,
    reason: 'signature-invalid',
    message: 'The state was not signed with the key of the certificate that came with it.',
  };
}

function headerOf(chain: readonly Uint8Array[]): string {
  const x5c = chain.map((der) => Buffer.from(der).toString('base64'));
  return canonicalJson({ alg: 'ES256', typ: signatureType, x5c });
}

/** @returns the certificates, or undefined where the header is not exactly what {@link headerOf} writes */
function readHeader(part: string): readonly [Uint8Array, ...Uint8Array[]] | undefined {
  const json = Buffer.from(part, 'base64url').toString('utf8');
  const read = readCanonical(json);
  const x5c = read.ok ? (read.value as { x5c?: unknown } | null)?.x5c : undefined;
  if (!Array.isArray(x5c) || x5c.length > maxStateCertificates) return undefined;
  if (!x5c.every((item) => typeof item === 'string')) return undefined;
  const [first, ...others] = x5c.map((item) => new Uint8Array(Buffer.from(item, 'base64')));
  if (first === undefined || encode(headerOf([first, ...others])) !== part) return undefined;
  return [first, ...others];
}

function keyOf(certificate: Certificate): KeyObject | undefined {
  if (certificate.publicKey.kind !== 'ec-p256') return undefined;
  try {
    return createPublicKey({ key: Buffer.from(certificate.publicKey.der), format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

function encode(text: string): string {
  return Buffer.from(text).toString('base64url');
}

function malformed(message: string): DecodedTrustState {
  return { ok: false, reason: 'malformed', message };
}
