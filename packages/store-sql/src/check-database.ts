import { PkiFault } from '@entente/pki/ledger';
import { damaged, openSqlite } from './driver/open-sqlite.ts';

/**
 * Reads a whole database, and compares it with itself: that of a backup, before it is restored.
 * @param file - the database; no process may have it open
 * @throws PkiFault `ENTENTE_PKI_LEDGER_DAMAGED`, `ENTENTE_PKI_LEDGER_LOCKED`, `ENTENTE_PKI_LEDGER_UNAVAILABLE`
 */
export async function checkDatabase(file: string): Promise<void> {
  const driver = await openSqlite(file);
  try {
    const found = await driver.firstDamage();
    if (found !== undefined) throw damaged(file, new Error(found));
  } finally {
    await driver.close();
  }
}

/**
 * Holds a database that no process has open, so that none opens it meanwhile. One that is damaged is in use by none.
 * @param file - the database, which exists
 * @returns gives it up; idempotent
 * @throws PkiFault `ENTENTE_PKI_LEDGER_LOCKED`
 */
export async function holdDatabase(file: string): Promise<AsyncDisposable> {
  try {
    const driver = await openSqlite(file);
    return { [Symbol.asyncDispose]: () => driver.close() };
  } catch (error) {
    if (error instanceof PkiFault && error.code === 'ENTENTE_PKI_LEDGER_LOCKED') throw error;
    return { [Symbol.asyncDispose]: async () => {} };
  }
}
