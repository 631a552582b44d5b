import { PkiFault } from '@entente/pki/ledger';
import type { SqliteDriver } from '../driver/open-sqlite.ts';
import type { SqlTransaction } from '../driver/sql-driver.ts';
import { operations } from '../operations/operations.ts';
import { type BatchAnswer, type FaultText, faultText, type Order, type Outcome } from './order.ts';

/**
 * Executes what waits as one transaction, with one flush of the disk for all of it. An operation that is refused, or fails
 * for another reason than the storage, undoes only what it has changed itself. If the storage fails, every change is undone and refused, and the queries are answered without it.
 * @param driver - the database
 * @param orders - in the order in which they were asked for
 */
export async function execute(driver: SqliteDriver, orders: readonly Order[]): Promise<BatchAnswer> {
  const misplaced = misplacedFault(driver) ?? cutOffFault(driver);
  if (misplaced !== undefined) return withoutChanges(driver, orders, misplaced);
  const changes = orders.some(isChange);
  try {
    const outcomes = await inTransaction(driver, orders);
    return changes ? { outcomes, storage: 'stored' } : { outcomes };
  } catch (error) {
    const fault = storageFault(driver, error);
    if (changes) return withoutChanges(driver, orders, fault);
    return { outcomes: orders.map(() => ({ ok: false, fault })) };
  }
}

async function withoutChanges(
  driver: SqliteDriver,
  orders: readonly Order[],
  fault: FaultText,
): Promise<BatchAnswer> {
  const refused: Outcome = { ok: false, fault };
  const queries = orders.filter((order) => !isChange(order));
  const answered = queries.length === 0 ? [] : await answersTo(driver, queries);
  let next = 0;
  const outcomes = orders.map((order) => (isChange(order) ? refused : (answered[next++] ?? refused)));
  return { outcomes, storage: fault };
}

async function answersTo(driver: SqliteDriver, queries: readonly Order[]): Promise<readonly Outcome[]> {
  try {
    return await inTransaction(driver, queries);
  } catch (error) {
    const fault = storageFault(driver, error);
    return queries.map(() => ({ ok: false, fault }));
  }
}

/** SQLite writes on to a file that has no name any more: nothing of it would be there after a restart. */
function misplacedFault(driver: SqliteDriver): FaultText | undefined {
  const found = driver.inPlace();
  if (found === 'same') return undefined;
  return {
    code: 'ENTENTE_PKI_LEDGER_UNAVAILABLE',
    sentence: `expected the database that is open here, found ${found === 'none' ? 'no file' : 'another file'} in its place: it was deleted, moved or replaced while it was in use`,
    place: driver.place,
    remedy:
      'do not restart the authority: put its folder back as it was, from where it was moved to, and it goes on by itself; where it was deleted, copy authority.sqlite and authority.sqlite-wal out of /proc/<process>/fd of the authority first: they have what was recorded since the newest backup; then restore that one with entente ca restore',
  };
}

/** What it would write next is read by nobody, and would be copied into the database with the gap before it. */
function cutOffFault(driver: SqliteDriver): FaultText | undefined {
  if (!driver.isLogCut()) return undefined;
  return {
    code: 'ENTENTE_PKI_LEDGER_DAMAGED',
    sentence: `${driver.place}-wal was cut off or emptied while it was in use: what it had of the database is gone, and nothing more is recorded`,
    place: `${driver.place}-wal`,
    remedy:
      'stop the authority and restore the newest backup with entente ca restore; make space elsewhere: this file is a part of the database, and its room is used again',
  };
}

function isChange({ name }: Order): boolean {
  return operations[name].mode === 'write';
}

/** Thrown inside of this file where an operation that fails has changed something: only a savepoint can undo it alone. */
const savepointNeeded = Symbol('savepoint needed');

/**
 * Few operations are refused, and those before they change anything: so the first attempt sets no savepoints, which take two statements for
 * each operation. Where one is needed after all, everything is undone and executed again with them.
 */
async function inTransaction(driver: SqliteDriver, orders: readonly Order[]): Promise<readonly Outcome[]> {
  try {
    return await attempt(driver, orders, (transaction, part) => withoutSavepoint(driver, transaction, part));
  } catch (error) {
    if (error !== savepointNeeded) throw error;
    return attempt(driver, orders, (transaction, part) => transaction.attempt(() => part(transaction)));
  }
}

type Part = (transaction: SqlTransaction) => Promise<unknown>;
type Attempt = (transaction: SqlTransaction, part: Part) => Promise<unknown>;

async function attempt(
  driver: SqliteDriver,
  orders: readonly Order[],
  by: Attempt,
): Promise<readonly Outcome[]> {
  return driver.transaction(orders.some(isChange) ? 'write' : 'read', async (transaction) => {
    const outcomes: Outcome[] = [];
    for (const order of orders) outcomes.push(await outcomeOf(driver, transaction, order, by));
    return outcomes;
  });
}

async function withoutSavepoint(
  driver: SqliteDriver,
  transaction: SqlTransaction,
  part: Part,
): Promise<unknown> {
  let changed = false;
  const watched: SqlTransaction = {
    ...transaction,
    async run(sql, parameters) {
      const rows = await transaction.run(sql, parameters);
      changed ||= rows > 0;
      return rows;
    },
  };
  try {
    return await part(watched);
  } catch (error) {
    // Where the storage fails, the whole transaction is undone anyway: there is nothing to execute again.
    throw changed && !driver.isStorageFailure(error) ? savepointNeeded : error;
  }
}

async function outcomeOf(
  driver: SqliteDriver,
  transaction: SqlTransaction,
  order: Order,
  by: Attempt,
): Promise<Outcome> {
  const run = operations[order.name].run as (
    transaction: SqlTransaction,
    ...parameters: readonly unknown[]
  ) => Promise<unknown>;
  const part: Part = (within) => run(within, ...order.parameters);
  try {
    return { ok: true, value: await (isChange(order) ? by(transaction, part) : part(transaction)) };
  } catch (error) {
    if (error === savepointNeeded || driver.isStorageFailure(error)) throw error;
    if (error instanceof PkiFault) return { ok: false, fault: faultText(error) };
    return {
      ok: false,
      fault: {
        code: 'ENTENTE_PKI_LEDGER_DAMAGED',
        sentence: `the database refused the operation "${order.name}": ${(error as Error).message}`,
        place: driver.place,
        remedy: 'check that no other program has changed the database; if one has, restore it from a backup',
      },
    };
  }
}

function storageFault(driver: SqliteDriver, error: unknown): FaultText {
  if (driver.isDamage(error)) {
    return {
      code: 'ENTENTE_PKI_LEDGER_DAMAGED',
      sentence: `the database is damaged: ${(error as Error).message}`,
      place: driver.place,
      remedy: 'stop the authority and restore the database from a backup',
    };
  }
  return {
    code: 'ENTENTE_PKI_LEDGER_UNAVAILABLE',
    sentence: `the database could not store the change: ${(error as Error).message}`,
    place: driver.place,
    // For a server that runs, one that starts, and a command: all stand here with the same fault.
    remedy:
      'make space on the disk or correct its fault; a server that runs goes on without a restart, and a request, a command or a start is repeated',
  };
}
