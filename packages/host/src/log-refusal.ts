import type { Refusal } from '@entente/tls';
import type { Logger } from './logger.ts';

/**
 * Writes down a connection that was refused, or that no longer passes: one line with reason, peer, link and remedy. The peer
 * itself saw a closed connection and nothing else.
 * @param logger where the line goes
 * @returns for `onRefusal` of `serve` and `connect`
 */
export function logRefusal(logger: Logger): (refusal: Refusal) => void {
  return ({ rejection, peer, link, when, remoteAddress, remotePort }) => {
    logger.warn(
      {
        event: 'refused',
        reason: rejection.reason,
        peer: peer?.server ?? peer?.dnsNames[0] ?? peer?.uris[0] ?? peer?.subject ?? 'unknown',
        link: link.name,
        when,
        from: `${remoteAddress ?? '?'}:${remotePort ?? '?'}`,
        remedy: rejection.remedy,
      },
      rejection.message,
    );
  };
}
