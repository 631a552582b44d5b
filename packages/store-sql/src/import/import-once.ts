import { access, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PkiFault } from '@entente/pki/ledger';
import { syncFolder } from '@entente/pki/node';
import type { SqlDriver, SqlTransaction } from '../driver/sql-driver.ts';

/** What is taken over into a database. */
export interface OnceOptions {
  /** File or folder of an earlier release; renamed to `….imported` afterwards. */
  readonly path: string;
  /** Name of the fact that says what was imported. */
  readonly fact: string;
  /** The table that it goes into. */
  readonly table: 'audit_records' | 'topology_versions';
  /** SHA-256 of its content. */
  readonly hash: () => Promise<string>;
  readonly apply: (transaction: SqlTransaction) => Promise<void>;
}

/**
 * Takes over what an earlier release has left, in one transaction: after a crash it begins again, or only the name is left to be changed.
 * @throws PkiFault `ENTENTE_PKI_LEDGER_DAMAGED` where the table has other rows already: there would be two truths
 */
export async function importOnce(driver: SqlDriver, options: OnceOptions): Promise<void> {
  const { apply, fact, path, table } = options;
  if (!(await exists(path))) return;
  const hash = await options.hash();
  await driver.transaction('write', async (transaction) => {
    const [known] = await transaction.all('SELECT value FROM facts WHERE name = ?', [fact]);
    if (known?.value === hash) return;
    const rows = await transaction.all(`SELECT 1 AS used FROM ${table} LIMIT 1`, []);
    if (known !== undefined || rows.length > 0) throw twoTruths(path);
    await apply(transaction);
    await transaction.run('INSERT INTO facts (name, value) VALUES (?, ?)', [fact, hash]);
  });
  await rename(path, `${path}.imported`);
  await syncFolder(dirname(path));
}

function twoTruths(place: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_LEDGER_DAMAGED', {
    sentence:
      'the directory contains a database and something of an earlier release that was not imported into it',
    place,
    remedy: 'move the one that is out of date to another directory',
  });
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
