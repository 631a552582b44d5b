/**
 * An algorithm and its parameters, as encoded in the input.
 * @see RFC 5280 §4.1.1.2
 */
export interface AlgorithmIdentifier {
  /** Dotted decimal. */
  readonly oid: string;
  /** The whole SEQUENCE. */
  readonly der: Uint8Array;
  /** The parameters' whole TLV; absent when the field is absent (a NULL is present). */
  readonly parameters?: Uint8Array | undefined;
}
