const ofOpenSsl = 'ERR_SSL_';

/** What came over a connection that was dialled is not SIP, or not TLS: why its place is left alone for a moment. */
export class BrokenPeerError extends Error {
  /** Stable literal. */
  readonly code = 'ENTENTE_SIP_PEER_BROKEN';
  /** What to do now. */
  readonly remedy =
    'look at the program at the other end, and at what stands between it and this server; it is dialled again by itself';

  /**
   * @param expected - what should have come
   * @param found - what has
   * @param cause - the error, where there is one
   */
  constructor(expected: string, found: string, cause?: unknown) {
    super(`expected ${expected}, found ${found}`, { cause });
    this.name = 'BrokenPeerError';
  }
}

/**
 * Recognises that the peer has broken TLS after its handshake.
 * @param error - of a socket
 * @returns undefined where the peer has gone away, or has said by an alert that it does
 */
export function brokenTls(error: NodeJS.ErrnoException): BrokenPeerError | undefined {
  const { code } = error;
  if (code?.startsWith(ofOpenSsl) !== true || code.includes('ALERT')) return undefined;
  return new BrokenPeerError('records of TLS', code.slice(ofOpenSsl.length), error);
}
