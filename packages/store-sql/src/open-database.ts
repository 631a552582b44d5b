import { join } from 'node:path';
import { nameEpoch } from './accounts/account-feed.ts';
import { openingFault, openSqlite, type SqliteDriver, type SqliteOptions } from './driver/open-sqlite.ts';
import { importAuditFile } from './import/import-audit-file.ts';
import { type ImportProgress, importLedgerFile } from './import/import-ledger-file.ts';
import { importTopologies } from './import/import-topologies.ts';
import { refuseNewDatabase, refuseWithoutRecords } from './lost-records.ts';
import { refuseExposedDatabase } from './refuse-exposed-database.ts';
import { migrate } from './schema/migrate.ts';

/** The database in the folder of an authority. */
export const databaseFile = 'authority.sqlite';

/**
 * Opens the database of a folder, with the schema of this program, and with the ledger of earlier releases taken over.
 * @param directory - the folder of the authority
 * @param onImport - called with how far the import of such a ledger is
 * @param options - of SQLite
 * @throws PkiFault `ENTENTE_PKI_LEDGER_LOCKED`, `ENTENTE_PKI_LEDGER_DAMAGED`, `ENTENTE_PKI_LEDGER_UNAVAILABLE`,
 * `ENTENTE_PKI_LEDGER_TOO_NEW`; `ENTENTE_PKI_SECRET_EXPOSED` where others may open it; `ENTENTE_PKI_AUTHORITY_DAMAGED` where the folder has an authority that is complete, and no database with records
 */
export async function openDatabase(
  directory: string,
  onImport: (progress: ImportProgress) => void = () => {},
  options: SqliteOptions = {},
): Promise<SqliteDriver> {
  await checkDatabaseFiles(directory);
  const driver = await openSqlite(join(directory, databaseFile), options);
  try {
    await migrate(driver);
    await nameEpoch(driver);
    await importLedgerFile(driver, directory, onImport);
    await importAuditFile(driver, directory, onImport);
    await importTopologies(driver, directory);
    await refuseWithoutRecords(driver, directory);
    return driver;
  } catch (error) {
    await driver.close();
    throw driver.isStorageFailure(error) ? openingFault(driver.place, error) : error;
  }
}

/**
 * What is seen of the database of a folder before it is opened: that it is there where the folder has an authority that is complete, and that others
 * may not open it. Writes nothing, and asks for no lock.
 * @param directory - the folder of the authority
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED`, `ENTENTE_PKI_SECRET_EXPOSED`
 */
export async function checkDatabaseFiles(directory: string): Promise<void> {
  const file = join(directory, databaseFile);
  await refuseNewDatabase(directory, file);
  await refuseExposedDatabase(file);
}
