/**
 * Outcome of decoding bytes that somebody else wrote. Malformed input is a value, never an exception.
 */
export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: DecodeError };

/**
 * Why bytes were refused.
 * - `malformed`: they break DER or the structure's own rules
 * - `limit-exceeded`: they may be well formed, but are larger, deeper or more numerous than the caller allows
 * - `unsupported`: a version or form that this package does not read
 */
export type DecodeErrorCode = 'malformed' | 'limit-exceeded' | 'unsupported';

/** A refusal with its place in the input. */
export interface DecodeError {
  readonly code: DecodeErrorCode;
  /** A sentence: what was expected, what was found. */
  readonly message: string;
  /** Octet offset into the input, 0-based. */
  readonly offset: number;
  /** Field in the terms of the RFC's ASN.1, e.g. `tbsCertificate.validity`. */
  readonly where: string;
}

/** Bounds that are checked before anything is allocated. Every field has a default per structure. */
export interface DecodeLimits {
  /** Largest input in octets. */
  readonly maxBytes?: number;
  /** Deepest nesting of constructed values inside open (`ANY`) fields. */
  readonly maxDepth?: number;
  /** Most elements in any one list (extensions, names, entries …). */
  readonly maxItems?: number;
}
