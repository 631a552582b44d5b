import type { ConnectionRefusal } from '@entente/tls';
import type { Logger } from './logger.ts';

/** Milliseconds between two lines about connections that a limit refused before their handshake. */
const admissionQuietMs = 1_000;

/**
 * Writes down a connection that was refused, or that no longer passes: one line with reason, peer, link and remedy. The peer
 * itself saw a closed connection and nothing else. What an unproven certificate says of its holder stands under `claimed`, never
 * under `peer`. What a limit refuses before the handshake costs a stranger next to nothing,
 * so it gets a line a second at most, with the number of those that got none in `more`.
 * @param logger where the line goes
 * @param clock milliseconds since 1970; default the system's
 * @returns for `onRefusal` of `serve` and `connect`
 */
export function logRefusal(
  logger: Logger,
  clock: () => number = Date.now,
): (refusal: ConnectionRefusal) => void {
  let lastAdmission = Number.NEGATIVE_INFINITY;
  let more = 0;
  return ({ rejection, peer, claimed, link, when, remoteAddress, remotePort }) => {
    if (when === 'admission') {
      const sinceMs = clock() - lastAdmission;
      if (sinceMs >= 0 && sinceMs < admissionQuietMs) {
        more++;
        return;
      }
      lastAdmission = clock();
    }
    logger.warn(
      {
        event: 'refused',
        reason: rejection.reason,
        peer: peer?.server ?? peer?.dnsNames[0] ?? peer?.uris[0] ?? peer?.subject ?? 'unknown',
        ...(claimed === undefined ? {} : { claimed }),
        link: link.name,
        when,
        from: `${remoteAddress ?? '?'}:${remotePort ?? '?'}`,
        remedy: rejection.remedy,
        ...(when === 'admission' && more > 0 ? { more } : {}),
      },
      rejection.message,
    );
    if (when === 'admission') more = 0;
  };
}
