/** One element of DER, as far as its header says. */
export interface Element {
  readonly tag: number;
  /** Where the contents begin and end. */
  readonly from: number;
  readonly end: number;
}

/**
 * Reads the header of one element. For bytes that OpenSSL has written or checked; a peer's bytes go through `@entente/x509`.
 *
 * @param bytes - whole encoding
 * @param at - where the element begins
 * @returns undefined where it does not fit into the bytes
 */
export function element(bytes: Uint8Array, at: number): Element | undefined {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined) return undefined;
  let length = first;
  let from = at + 2;
  if (first >= 0x80) {
    const octets = first & 0x7f;
    // Four octets are more than any certificate; a plain number holds them.
    if (octets === 0 || octets > 4) return undefined;
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + (bytes[from + i] ?? 0);
    from += octets;
  }
  const end = from + length;
  return end > bytes.length ? undefined : { tag, from, end };
}
