import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What the tests noticed of the mutants of one source file. */
export interface FileRecord {
  /** Which text was mutated, see {@link sourceHash}. */
  readonly source: string;
  /** How many mutants a test noticed, also by hanging. */
  readonly killed: number;
  /** The ones that no test noticed: `line:column mutator → replacement`. */
  readonly survived: readonly string[];
}

/** The record of a package: its source files by path below the package's folder. */
export type PackageRecord = Readonly<Record<string, FileRecord>>;

/** A text's first 64 bits of SHA-256, in hexadecimal: enough to see that a file has changed. */
export function sourceHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

/** Mutants noticed, of all that stand in these records, in percent; nothing to notice is 100. */
export function score(records: Iterable<FileRecord>): number {
  let [killed, all] = [0, 0];
  for (const record of records) {
    killed += record.killed;
    all += record.killed + record.survived.length;
  }
  return all === 0 ? 100 : (100 * killed) / all;
}

/** The record that is kept of a package; empty where there is none. */
export async function readRecord(folder: string, name: string): Promise<PackageRecord> {
  const text = await readFile(join(folder, `${name}.json`), 'utf8').catch((fault: NodeJS.ErrnoException) => {
    if (fault.code === 'ENOENT') return '{}';
    throw fault;
  });
  return JSON.parse(text) as PackageRecord;
}

/** Keeps a record, its files in order of their names, one line a survivor. */
export async function writeRecord(folder: string, name: string, record: PackageRecord): Promise<void> {
  const sorted = Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${name}.json`), `${JSON.stringify(sorted, undefined, 1)}\n`);
}
