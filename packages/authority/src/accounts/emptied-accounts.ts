import type { AccountDirectory } from '@entente/accounts/directory';
import { noteAccountsSeenAt, wereAccountsSeenAt } from '@entente/store-sql';
import type { Log } from '@entente/tls';
import type { Health } from '../health/health.ts';
import { accountsProbe } from '../health/probes.ts';
import type { AccountsElsewhere } from './external-directory.ts';

const remedy =
  'restore the database from a backup; without one, copy accounts.jsonl out of the folder of a front end, and bring the accounts back with entente user import and the copy';

/** What {@link watchElsewhere} needs. */
export interface ElsewhereOptions {
  /** Folder of the authority. */
  readonly directory: string;
  readonly health: Pick<Health, 'watch'>;
  readonly log: Pick<Log, 'error'>;
}

/**
 * Keeps in the health of the authority whether accounts that are kept elsewhere are there. A database that was lost and made again has new tables, and a
 * feed in which nothing has ever changed; where users were removed, the feed remembers that it has changed.
 * @param accounts - kept elsewhere; undefined where the authority keeps them itself
 * @param own - those in its database: where they were moved away, it has them as they were then
 * @returns ends it
 */
export function watchElsewhere(
  accounts: Pick<AccountsElsewhere, 'changes' | 'onChange' | 'place' | 'standing'> | undefined,
  own: Pick<AccountDirectory, 'list'>,
  { directory, health, log }: ElsewhereOptions,
): () => void {
  if (accounts === undefined) return () => {};
  const { place } = accounts;
  let emptied: string | undefined;
  let isLooking = false;
  let isAgain = false;
  let isStopped = false;
  const hadAny = async (): Promise<boolean> =>
    (await wereAccountsSeenAt(directory, place)) || (await own.list({ limit: 1 })).records.length > 0;
  const look = async (): Promise<void> => {
    const page = await accounts.changes(undefined, 1);
    if (!page.ok || isStopped) return;
    if (page.position.version > 0 || page.changes.length > 0) {
      emptied = undefined;
      await noteAccountsSeenAt(directory, place);
    } else if (emptied === undefined && (await hadAny())) {
      emptied = `expected the accounts that were at ${place} before, found a database that has never had any; servers go on for a time with those that they know`;
      log.error({ event: 'accounts-emptied', place, remedy }, emptied);
    }
  };
  const begin = (): void => {
    isAgain = isLooking;
    if (isLooking || isStopped) return;
    isLooking = true;
    look()
      // Where they cannot be read, their standing says so, and there is news once they can be.
      .catch(() => {})
      .finally(() => {
        isLooking = false;
        if (isAgain) begin();
      });
  };
  health.watch(accountsProbe(accounts));
  health.watch(() => (emptied === undefined ? undefined : { part: 'accounts', message: emptied, remedy }));
  const stop = accounts.onChange(begin);
  begin();
  return () => {
    isStopped = true;
    stop();
  };
}
