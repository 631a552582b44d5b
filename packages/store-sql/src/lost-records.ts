import { access, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { PkiFault } from '@entente/pki/ledger';
import type { SqlDriver } from './driver/sql-driver.ts';

/** The certificate of the root: the last file that the creation of an authority writes. */
const rootCertificate = 'root_ca.crt';
const earlierLedger = 'ledger.jsonl';

/**
 * Refuses to begin an empty database in the folder of an authority that is complete: nothing would be known of what it has issued and revoked.
 * @param directory - the folder
 * @param database - path of the database
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED`
 */
export async function refuseNewDatabase(directory: string, database: string): Promise<void> {
  if (!(await exists(join(directory, rootCertificate)))) return;
  const { size } = await stat(database).catch(() => ({ size: 0 }));
  if (size === 0 && !(await exists(join(directory, earlierLedger)))) throw lost(database);
}

/**
 * Refuses a database without records in the folder of an authority that is complete: its creation alone has recorded a list of the root.
 * @param driver - the database, open
 * @param directory - the folder
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED`
 */
export async function refuseWithoutRecords(driver: SqlDriver, directory: string): Promise<void> {
  if (!(await exists(join(directory, rootCertificate)))) return;
  const [row] = await driver.transaction('read', (reader) =>
    reader.all('SELECT issuer FROM crl_numbers LIMIT 1', []),
  );
  if (row === undefined) throw lost(driver.place);
}

function lost(place: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
    sentence:
      'the authority is there, and the database with its records is missing or empty: nothing would be known of what it has issued and revoked',
    place,
    remedy: 'bring the database back, or restore a backup: entente ca restore <backup> --replace',
  });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
