import type { ConnectionRefusal } from '../refusal/connection-refusal.ts';
import type { Log } from './log.ts';
import { RefusalLimit } from './refusal-limit.ts';

/**
 * Logs connections that were refused, or that no longer pass: one line with reason, peer, link and remedy. The peer itself sees
 * a closed connection and nothing else. What an unproven certificate says of its holder is under `claimed`, never under `peer`.
 *
 * Nobody can flood the log: {@link RefusalLimit} bounds its lines, and a line has the number of refusals before it that got none
 * in `more` (the same peer) and `moreOfOthers`.
 *
 * @param log - where the lines go
 * @param limit - bound on the lines; one that is shared counts other refusals of the same peers too
 * @returns for `onRefusal` of `serve`, `connect`, `agent` and `dispatcher`
 */
export function logRefusal(log: Log, limit = new RefusalLimit()): (refusal: ConnectionRefusal) => void {
  return ({ rejection, peer, claimed, link, when, remoteAddress, remotePort }) => {
    const name = peer?.server ?? peer?.dnsNames[0] ?? peer?.uris[0] ?? peer?.subject;
    const leftOut =
      when === 'admission'
        ? limit.overloadLine()
        : limit.line({ name, address: remoteAddress, admitted: when === 'live' });
    if (leftOut === undefined) return;
    log.warn(
      {
        event: 'refused',
        reason: rejection.reason,
        peer: name ?? 'unknown',
        ...(claimed === undefined ? {} : { claimed }),
        link: link.name,
        when,
        from: `${remoteAddress ?? '?'}:${remotePort ?? '?'}`,
        remedy: rejection.remedy,
        ...leftOut,
      },
      rejection.message,
    );
  };
}
