/**
 * The result of decoding untrusted bytes. Malformed input is a value, never an exception.
 */
export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: DecodeError };

/**
 * Why bytes were refused.
 * - `malformed`: they break the rules of DER or of the structure
 * - `limit-exceeded`: they may be well formed, but exceed a limit of the caller
 * - `unsupported`: a version or form that this package does not decode
 */
export type DecodeErrorCode = 'malformed' | 'limit-exceeded' | 'unsupported';

/** A refusal with its place in the input. */
export interface DecodeError {
  /** Which kind of refusal; see `DecodeErrorCode`. */
  readonly code: DecodeErrorCode;
  /** A sentence: what was expected, what was found. */
  readonly message: string;
  /** Octet offset into the input, 0-based. */
  readonly offset: number;
  /** Field in the terms of the RFC's ASN.1, e.g. `tbsCertificate.validity`. */
  readonly where: string;
}

/** Limits that are checked before anything is allocated. Every structure has its defaults. */
export interface DecodeLimits {
  /** Largest input in octets. */
  readonly maxBytes?: number;
  /** Deepest nesting of constructed values in open (`ANY`) fields. */
  readonly maxDepth?: number;
  /** Most elements in any one list (extensions, names, entries …). */
  readonly maxItems?: number;
}
