import type { NextHop } from '@entente/sip-endpoint';
import { isTrustError, type Log } from '@entente/tls';

/**
 * Logs that a request could not be sent to its next hop.
 * @param log - where the line goes
 * @param name - of the server or domain
 * @param hop - where it was to go, if that was decided
 * @param error - what dialling failed of. A refusal by a verdict was logged with its reason where the verdict was given.
 */
export function logUnreachable(log: Log, name: string, hop: NextHop | undefined, error: unknown): void {
  if (!isTrustError(error)) {
    log.warn({ event: 'unreachable', peer: name }, (error as Error).message);
    return;
  }
  if (error.verdict !== undefined) return;
  const { reason, remedy } = error.rejection;
  log.warn({ event: 'refused', reason, peer: name, link: hop?.link.name, remedy }, error.message);
}
