import type { Log } from '@entente/tls';
import type { Authority } from './open-domain-authority.ts';
import type { OwnCertificate } from './own-certificate.ts';

/** Well below the idle timeout of common middleboxes. */
const pulseMs = 15_000;
const dayMs = 86_400_000;
const rootListWarningMs = 30 * dayMs;

/**
 * Does what time asks for, looking every few seconds, so that a clock that jumps is noticed: signs a new list at half
 * of its life, renews the authority's certificate, keeps streams of events alive, and warns while there is time to
 * sign the root's next list.
 * @returns stops it
 */
export function startUpkeep(authority: Authority, own: OwnCertificate, log: Log): () => void {
  const { clock, publisher, opened } = authority;
  let warnedAt = Number.NEGATIVE_INFINITY;
  let stopped = false;
  let cancel: () => void;

  const look = async (): Promise<void> => {
    authority.events.pulse();
    const now = clock.now();
    if (now >= publisher.nextPublication()) await authority.refreshCrl();
    if (now >= own.renewalDue()) await own.renew();
    const left = opened.rootCrl.nextUpdate - now;
    if (left < rootListWarningMs && now - warnedAt >= dayMs) {
      warnedAt = now;
      const remedy = 'sign the next one with the key of the root';
      log.warn({ daysLeft: Math.floor(left / dayMs), remedy }, "the root's revocation list ends soon");
    }
  };
  const lookAgain = (): void => {
    cancel = clock.after(pulseMs, () => {
      look()
        .catch((fault: Error) => log.error({ err: fault }, `upkeep failed: ${fault.message}`))
        .finally(() => {
          if (!stopped) lookAgain();
        });
    });
  };
  lookAgain();
  return () => {
    stopped = true;
    cancel();
  };
}
