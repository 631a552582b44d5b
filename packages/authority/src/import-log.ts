import type { ImportProgress } from '@entente/store-sql';
import type { Log } from '@entente/tls';

/** Logs how far the import of a `ledger.jsonl` is. */
export function importLog(log: Log): (progress: ImportProgress) => void {
  return ({ file, changes, done }) =>
    log.info(
      { event: 'ledger-imported', file, changes, done },
      done ? `${file} was imported: ${changes} changes` : `${changes} changes of ${file} are imported so far`,
    );
}
