/**
 * The chain as the peer sent it.
 */
export interface PresentedChain {
  /** DER certificates, leaf first, in the order received; the rest may be in any order and may contain unrelated ones. */
  readonly certificates: readonly Uint8Array[];
  /** DER OCSPResponse that came with the handshake (RFC 6066 §8), unverified. */
  readonly stapledOcsp?: Uint8Array;
}
