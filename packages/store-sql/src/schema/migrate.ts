import { PkiFault } from '@entente/pki/ledger';
import type { SqlDriver } from '../driver/sql-driver.ts';
import { type Migration, migrations } from './migrations.ts';

/**
 * Brings the schema of a database up to date: each step is a transaction of its own, so that after a crash the next start goes on where
 * this one ended.
 * @param driver - the database
 * @param steps - the steps of the program, oldest first
 * @throws PkiFault `ENTENTE_PKI_LEDGER_TOO_NEW` for a database that a newer program has written
 */
export async function migrate(driver: SqlDriver, steps: readonly Migration[] = migrations): Promise<void> {
  const found = await driver.schemaVersion();
  if (found > steps.length) {
    throw new PkiFault('ENTENTE_PKI_LEDGER_TOO_NEW', {
      sentence: `the database has schema version ${found}, and this program knows versions up to ${steps.length}`,
      place: driver.place,
      remedy: 'start the newer release of the authority again, or restore the backup from before the update',
    });
  }
  for (const [index, statements] of steps.entries()) {
    if (index < found) continue;
    await driver.transaction('write', async (transaction) => {
      for (const statement of statements) await transaction.run(statement, []);
      await transaction.setSchemaVersion(index + 1);
    });
  }
}
