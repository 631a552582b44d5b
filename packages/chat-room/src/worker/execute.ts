import type { SqliteDriver, SqlTransaction } from '@entente/store-sql/sqlite';
import type { OldMessages } from '../store/old-messages.ts';
import { operations } from '../store/operations.ts';
import { misplacedFault, storingFault } from '../store/store-fault.ts';
import { type BatchAnswer, faultText, type Order, type Outcome } from './order.ts';

/**
 * Executes what waits as one transaction, with one flush of the disk for all of it. What cannot be done undoes only itself; where the storage fails,
 * nothing of it is stored, and all of it is refused.
 * @param driver - the database
 * @param old - what it remembers of old messages
 * @param orders - in the order in which they were asked for
 */
export async function execute(
  driver: SqliteDriver,
  old: OldMessages,
  orders: readonly Order[],
): Promise<BatchAnswer> {
  const mode = orders.some(({ name }) => operations[name].mode === 'write') ? 'write' : 'read';
  try {
    const misplaced = mode === 'write' ? misplacedFault(driver.place, driver.inPlace()) : undefined;
    if (misplaced !== undefined) throw misplaced;
    const outcomes = await driver.transaction(mode, async (transaction) => {
      const done: Outcome[] = [];
      for (const order of orders) done.push(await outcomeOf(driver, old, transaction, order));
      return done;
    });
    return { outcomes };
  } catch (error) {
    old.undone();
    const fault = faultText(storingFault(driver.place, error));
    const outcomes = orders.map((): Outcome => ({ ok: false, fault }));
    return mode === 'write' ? { outcomes, lostBy: fault } : { outcomes };
  }
}

async function outcomeOf(
  driver: SqliteDriver,
  old: OldMessages,
  transaction: SqlTransaction,
  { name, parameters }: Order,
): Promise<Outcome> {
  const { mode, run } = operations[name];
  const part = () =>
    (
      run as (
        transaction: SqlTransaction,
        old: OldMessages,
        ...parameters: readonly unknown[]
      ) => Promise<unknown>
    )(transaction, old, ...parameters);
  try {
    return { ok: true, value: await (mode === 'write' ? transaction.attempt(part) : part()) };
  } catch (error) {
    if (driver.isStorageFailure(error)) throw error;
    return { ok: false, fault: faultText(storingFault(driver.place, error)) };
  }
}
