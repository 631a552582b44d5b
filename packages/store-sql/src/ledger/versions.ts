import { PkiFault } from '@entente/pki/ledger';
import type { SqlTransaction } from '../driver/sql-driver.ts';

/** Adds a version of the topology. @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT` where there is this version with another text */
export async function addVersion(transaction: SqlTransaction, version: number, text: string): Promise<void> {
  const before = await readVersion(transaction, version);
  if (before === text) return;
  if (before !== undefined) {
    throw new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
      sentence: `there is another version ${version} of the topology already`,
      place: 'topologies',
      remedy: 'publish it with the next number',
    });
  }
  await transaction.run('INSERT INTO topology_versions (version, signed_text) VALUES (?, ?)', [
    version,
    text,
  ]);
}

/** The signed text of a version. */
export async function readVersion(transaction: SqlTransaction, version: number): Promise<string | undefined> {
  const [row] = await transaction.all('SELECT signed_text FROM topology_versions WHERE version = ?', [
    version,
  ]);
  return row?.signed_text as string | undefined;
}

/** Numbers of the versions, ascending. */
export async function versionNumbers(transaction: SqlTransaction): Promise<readonly number[]> {
  const rows = await transaction.all('SELECT version FROM topology_versions ORDER BY version', []);
  return rows.map(({ version }) => version as number);
}
