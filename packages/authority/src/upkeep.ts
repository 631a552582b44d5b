import type { Log } from '@entente/tls';
import type { Authority } from './open-domain-authority.ts';
import type { OwnCertificate } from './own-certificate.ts';

/** Well below the idle timeout of common middleboxes. */
const pulseMs = 15_000;
const dayMs = 86_400_000;
const rootListWarningMs = 30 * dayMs;

/**
 * Does the periodic work. It checks the time every few seconds, so that a jump of the clock is noticed: it signs a new CRL at half
 * of its lifetime, renews the authority's certificate, rotates the keys of pools, revokes what has surplus names, keeps event streams alive, and warns while there is time
 * to sign the root's next CRL.
 * @returns stops the work
 */
export function startUpkeep(authority: Authority, own: OwnCertificate, log: Log): () => void {
  const { clock, publisher, opened } = authority;
  let warnedAt = Number.NEGATIVE_INFINITY;
  let stopped = false;
  let cancel: () => void;

  const look = async (): Promise<void> => {
    authority.events.pulse();
    const now = clock.now();
    if (now >= publisher.nextPublication()) await publisher.publish();
    await own.keepValid();
    await authority.domainKeys.rotateDue();
    await authority.revokeSurplus();
    const left = opened.rootCrl.nextUpdate - now;
    if (left < rootListWarningMs && now - warnedAt >= dayMs) {
      warnedAt = now;
      const daysLeft = Math.floor(left / dayMs);
      const remedy =
        'create a new authority with entente ca init, and follow the steps of entente rotate plan';
      log.warn(
        { event: 'root-list-expires', daysLeft, remedy },
        `the revocation list of the root expires in ${daysLeft} days`,
      );
    }
  };
  const lookAgain = (): void => {
    cancel = clock.after(pulseMs, () => {
      authority.health
        .follow('periodic-work', look)
        .catch((fault: Error) =>
          log.error({ event: 'fault', err: fault }, `periodic work failed: ${fault.message}`),
        )
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
