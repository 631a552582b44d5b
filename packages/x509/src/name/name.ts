/** One attribute of a distinguished name. */
export interface AttributeValue {
  /** Type as dotted decimal, e.g. `2.5.4.3`. */
  readonly oid: string;
  /** Tag of the value, e.g. 0x0c for UTF8String. */
  readonly tag: number;
  /** Content octets. */
  readonly bytes: Uint8Array;
  /** Text, where the value is one of the string types; otherwise absent. */
  readonly text?: string | undefined;
}

/**
 * A distinguished name.
 * @see RFC 5280 §4.1.2.4
 */
export interface Name {
  /** The whole SEQUENCE of the input. */
  readonly der: Uint8Array;
  /** RDNs in the order of encoding, root first. */
  readonly rdns: readonly (readonly AttributeValue[])[];
  /** True where there is no RDN. */
  readonly isEmpty: boolean;
  /**
   * Comparison key of RFC 5280 §7.1: two names are the same name exactly when their keys are equal. Every RDN's key
   * ends with U+0000, so that `name.canonical.startsWith(base.canonical)` says that `name` lies within the subtree `base`.
   */
  readonly canonical: string;
  /** The name as RFC 4514 writes it (most specific RDN first), for people; compare with `canonical`. */
  toString(): string;
}
