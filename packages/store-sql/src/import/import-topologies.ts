import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SqlDriver } from '../driver/sql-driver.ts';
import { addVersion } from '../ledger/versions.ts';
import { importOnce } from './import-once.ts';

/**
 * Takes over the versions of the topology that an earlier release has kept in a folder, one file each. Nothing is verified here: the
 * signatures are, at each start.
 * @param driver - with the schema of this program
 * @param directory - folder of the authority
 */
export async function importTopologies(driver: SqlDriver, directory: string): Promise<void> {
  const path = join(directory, 'topologies');
  const fileOf = (version: number): string => join(path, `${version}.json`);
  await importOnce(driver, {
    path,
    fact: 'imported topologies',
    table: 'topology_versions',
    async hash() {
      const hash = createHash('sha256');
      for (const version of await versionsIn(path))
        hash.update(`${version} `).update(await readFile(fileOf(version)));
      return hash.digest('hex');
    },
    async apply(transaction) {
      for (const version of await versionsIn(path))
        await addVersion(transaction, version, await readFile(fileOf(version), 'utf8'));
    },
  });
}

/** Numbers of the versions in a folder, ascending. */
async function versionsIn(folder: string): Promise<readonly number[]> {
  const numbers: number[] = [];
  for (const name of await readdir(folder)) {
    const number = Number(name.slice(0, -'.json'.length));
    if (Number.isSafeInteger(number) && name === `${number}.json`) numbers.push(number);
  }
  return numbers.sort((one, other) => one - other);
}
