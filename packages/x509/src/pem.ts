/** One block of a PEM text. @see RFC 7468 */
export interface PemBlock {
  /** E.g. `CERTIFICATE`. */
  readonly label: string;
  readonly der: Uint8Array;
}
