import type { Log } from '@entente/tls';
import type { Authority } from './authority.ts';
import { faultFields } from './fault-fields.ts';
import type { KeptFiles } from './health/kept-files.ts';
import type { OwnCertificate } from './own-certificate.ts';
import { eachStep } from './run-steps-in-order.ts';

/** Well below the idle timeout of common middleboxes. */
const pulseMs = 15_000;

/** A list of a million entries takes seconds to sign: what takes longer than this waits for something that does not come. */
const longestMs = 300_000;

/** What the periodic work is done with. */
export type UpkeptAuthority = Pick<
  Authority,
  | 'accountsAlarm'
  | 'clock'
  | 'domainKeys'
  | 'events'
  | 'health'
  | 'publishedRoots'
  | 'publisher'
  | 'restoreEnd'
  | 'revocation'
  | 'revokeSurplus'
  | 'rollover'
> & { readonly files: Pick<KeptFiles, 'look'> };

/**
 * Does the periodic work. It checks the time every few seconds, so that a jump of the clock is noticed: it signs a new CRL at half
 * of its lifetime, renews the authority's certificate, rotates the keys of pools, revokes what has surplus names, keeps event streams alive, publishes the
 * roots that are believed, lets one issuing authority follow the other, looks whether accounts that are kept elsewhere are there, and the files with which it is started, and ends the time
 * after a restore. A part that fails does not keep the
 * others from being done; work that does not end is in the health of the authority.
 * @returns stops the work
 */
export function startUpkeep(authority: UpkeptAuthority, own: OwnCertificate, log: Log): () => void {
  const { clock, health, publisher, rollover } = authority;
  let stopped = false;
  let cancel: () => void;
  let began: number | undefined;
  const logged = new WeakSet<Error>();
  health.watch(() => {
    if (began === undefined || clock.now() - began <= longestMs) return undefined;
    const message = `expected that the periodic work ends within ${longestMs / 1_000} s, found that it has not since ${new Date(began).toISOString()}`;
    return { part: 'periodic-work', message, remedy: 'restart the authority, and see its log before that' };
  });

  // Its number is stored: where nothing could be stored last, this says whether that works again, and the health of the authority with it.
  const isListDue = (): boolean =>
    clock.now() >= publisher.nextPublication() || health.problems().some(({ part }) => part === 'ledger');
  const look = (): Promise<void> => {
    authority.events.pulse();
    authority.accountsAlarm.look();
    return eachStep(
      [
        () => (isListDue() ? publisher.publish() : undefined),
        () => authority.domainKeys.rotateDue(),
        () => authority.revocation.settleKeys(),
        () => authority.revokeSurplus(),
        () => authority.publishedRoots.refresh(),
        () => rollover.tick(),
        () => authority.restoreEnd.look(),
        () => authority.files.look(),
        () => own.keepValid(rollover.whyRenew(own.identity.current.leaf)),
      ],
      (fault) => {
        // What is not tried again for a while throws what it has thrown, which stays in the health.
        if (!logged.has(fault))
          log.error({ event: 'fault', ...faultFields(fault) }, `periodic work failed: ${fault.message}`);
        logged.add(fault);
      },
    );
  };
  const lookAgain = (): void => {
    cancel = clock.after(pulseMs, () => {
      began = clock.now();
      health
        .follow('periodic-work', look)
        // Each fault is in the log by now.
        .catch(() => {})
        .finally(() => {
          began = undefined;
          if (!stopped) lookAgain();
        });
    });
  };
  authority.accountsAlarm.look();
  lookAgain();
  return () => {
    stopped = true;
    cancel();
  };
}
