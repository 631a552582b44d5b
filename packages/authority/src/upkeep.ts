import type { Log } from '@entente/tls';
import type { Authority } from './authority.ts';
import type { OwnCertificate } from './own-certificate.ts';

/** Well below the idle timeout of common middleboxes. */
const pulseMs = 15_000;

/**
 * Does the periodic work. It checks the time every few seconds, so that a jump of the clock is noticed: it signs a new CRL at half
 * of its lifetime, renews the authority's certificate, rotates the keys of pools, revokes what has surplus names, keeps event streams alive, publishes the
 * roots that are believed, and lets one issuing authority follow the other.
 * @returns stops the work
 */
export function startUpkeep(authority: Authority, own: OwnCertificate, log: Log): () => void {
  const { clock, publisher } = authority;
  let stopped = false;
  let cancel: () => void;

  const look = async (): Promise<void> => {
    authority.events.pulse();
    const now = clock.now();
    if (now >= publisher.nextPublication()) await publisher.publish();
    await authority.domainKeys.rotateDue();
    await authority.revokeSurplus();
    await authority.publishedRoots.refresh();
    await authority.rollover.tick();
    await own.keepValid(authority.rollover.whyRenew(own.identity.current.leaf));
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
