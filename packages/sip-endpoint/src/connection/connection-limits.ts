/** Bounds of one connection. */
export interface ConnectionLimits {
  /**
   * Bytes that may wait to be sent; more are not added. Above an eighth of it, what others send the peer is refused to them; above half
   * of it, a client is not read from. Default 4 MiB.
   */
  readonly maxPendingBytes?: number;
  /** Milliseconds without a byte from the peer after which the connection is closed. Default 15 minutes. */
  readonly idleTimeoutMs?: number;
}

/** What waits for one peer at most where nothing is said, bytes. */
export const defaultPendingBytes = 4_194_304;
