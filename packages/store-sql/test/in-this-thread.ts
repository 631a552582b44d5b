import type { Ledger } from '@entente/pki/ledger';
import type { SqliteDriver } from '../src/driver/open-sqlite.ts';
import { createSqlLedger } from '../src/ports/sql-ledger.ts';
import { execute } from '../src/worker/execute.ts';
import { OperationQueue } from '../src/worker/operation-queue.ts';

/** A ledger over a driver of this thread, which a test can break. */
export interface LedgerHere {
  readonly ledger: Ledger;
  readonly queue: OperationQueue;
}

/** @param now - the clock of the standing, milliseconds since 1970 */
export function ledgerHere(
  driver: SqliteDriver,
  now: () => number = () => 0,
  maxWaiting = 10_000,
): LedgerHere {
  const queue = new OperationQueue({
    place: driver.place,
    execute: (orders) => execute(driver, orders),
    now,
    maxWaiting,
  });
  return { ledger: createSqlLedger(queue, () => driver.close()), queue };
}
