import { anyText, object } from '@entente/options';
import { canonicalJson } from '../document/canonical-json.ts';
import type { TopologyDocument } from '../document/document.ts';
import { checks } from '../terms/fault.ts';
import { readCanonical } from './read-canonical.ts';

/**
 * A document with its signatures: a JWS in general JSON form whose payload is detached (RFC 7515 §7.2.1, appendix F). What is
 * signed is the canonical form of `document`.
 */
export interface SignedTopology {
  /** What is signed. Trust it only once {@link verifyTopology} has accepted it. */
  readonly document: TopologyDocument;
  /** One for each administrator that has signed. A text with more than 128 is refused. */
  readonly signatures: readonly DetachedSignature[];
}

/** One administrator's signature. */
export interface DetachedSignature {
  /** Base64url of the protected header. */
  readonly protected: string;
  /** Base64url of the signature. */
  readonly signature: string;
}

/** More signatures than any set of administrators can give. */
const maxSignatures = 128;
/** UTF-16 code units of a header or a signature, far more than any needs. */
const maxFieldLength = 64 * 1024;

/** A decoded signed text, whose document and signatures are not verified yet; or what is wrong with it. */
export type DecodeSignedResult =
  | { readonly ok: true; readonly document: unknown; readonly signatures: readonly DetachedSignature[] }
  | { readonly ok: false; readonly message: string };

/**
 * Writes a signed document as it is sent and stored: canonical JSON, so that every byte of it counts.
 *
 * @param signed - the document and its signatures
 */
export function encodeSignedTopology(signed: SignedTopology): string {
  checks.argument(signed, object, 'argument of encodeSignedTopology', 'give { document, signatures }');
  return canonicalJson({ document: signed.document, signatures: signed.signatures });
}

/**
 * Decodes a signed text. Only the canonical form is read: a text that differs in any byte is refused.
 *
 * @param text - hostile; at most 24 Mi UTF-16 code units and 16 levels deep
 */
export function decodeSignedTopology(text: string): DecodeSignedResult {
  checks.argument(text, anyText, 'argument of decodeSignedTopology');
  const read = readCanonical(text);
  if (!read.ok) return read;
  const signed = asSigned(read.value);
  if (signed !== undefined) return { ok: true, ...signed };
  return {
    ok: false,
    message: 'The text must have the fields "document" and "signatures", each in its form, and no others.',
  };
}

function asSigned(
  value: unknown,
): { readonly document: unknown; readonly signatures: readonly DetachedSignature[] } | undefined {
  if (!hasExactly(value, ['document', 'signatures'])) return undefined;
  const { document, signatures } = value;
  if (!Array.isArray(signatures) || signatures.length > maxSignatures) return undefined;
  return signatures.every(isDetachedSignature) ? { document, signatures } : undefined;
}

function isDetachedSignature(value: unknown): value is DetachedSignature {
  return (
    hasExactly(value, ['protected', 'signature']) &&
    Object.values(value).every((member) => typeof member === 'string' && member.length <= maxFieldLength)
  );
}

function hasExactly(value: unknown, fields: readonly string[]): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const found = Object.keys(value);
  return found.length === fields.length && fields.every((field) => Object.hasOwn(value, field));
}
