import type { Logger } from '@entente/host';
import type { SipConnection } from '@entente/sip-endpoint';

/**
 * Logs that the certificate of a client counts as none.
 * @param logger - takes the line, at debug
 * @param connection - of a client
 */
export function logIgnored(logger: Logger, { protection, socket }: SipConnection): void {
  const { ignored } = protection;
  if (ignored === undefined) return;
  const from = `${socket.remoteAddress ?? '?'}:${socket.remotePort ?? '?'}`;
  logger.debug(
    { event: 'certificate-ignored', from, reason: ignored.reason },
    `the client at ${from} has a certificate that proves nothing here, and counts as one that has none`,
  );
}
