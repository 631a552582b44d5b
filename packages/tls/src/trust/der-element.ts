/** The header of one element of DER. */
export interface Element {
  readonly tag: number;
  /** Offset of the first octet of the contents. */
  readonly from: number;
  /** Offset after the last octet of the contents. */
  readonly end: number;
}

/**
 * Reads the header of one element. Only for bytes that OpenSSL has written or checked: bytes of a peer are read by
 * `@entente/x509`.
 *
 * @param bytes - the whole encoding
 * @param at - offset of the element
 * @returns the header; undefined where the element does not fit into the bytes
 */
export function element(bytes: Uint8Array, at: number): Element | undefined {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) return undefined;
  let length = first;
  let from = at + 2;
  if (first >= 0x80) {
    const octets = first & 0x7f;
    // A length of four octets exceeds any certificate, and a number holds it.
    if (octets === 0 || octets > 4) return undefined;
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + (bytes[from + i] ?? 0);
    from += octets;
  }
  const end = from + length;
  return end > bytes.length ? undefined : { tag, from, end };
}
