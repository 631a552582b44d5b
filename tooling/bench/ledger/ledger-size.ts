import { randomBytes } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import { askOnce } from '../process/child.ts';
import { type Bench, temporaryFolder } from '../suite.ts';
import { type LedgerOrder, type LedgerUsage, recordBytes } from './order.ts';

const callers = 64;
/** Durable writes of one issuance: the intent, and the certificate. */
const writesOfIssuance = 2;
const bytes = recordBytes.certificate + recordBytes.other;

/**
 * The ledger in SQLite with many certificates: how long it takes to open, how much memory it needs, how many issuances it stores, and
 * how long it holds up the thread of its callers. Beside it what the disk can do with the same octets in the same groups, and what SQLite
 * can do without a ledger.
 */
export async function ledgerSize(bench: Bench): Promise<void> {
  const { log, seconds, short } = bench;
  const certificates = short ? 20_000 : 1_000_000;
  await using folder = await temporaryFolder('bench-ledger');
  const source = (path: string): URL => new URL(`../../../packages/store-sql/src/${path}`, import.meta.url);
  const inProcess = <Answer>(order: Partial<LedgerOrder>): Promise<Answer> =>
    askOnce<Answer>(
      new URL('./process.ts', import.meta.url),
      { directory: folder.path, seconds, callers, ...order },
      { room: 'store-sql', beside: { thread: source('worker/thread.ts') }, external: 'libsql' },
    );
  const begun = performance.now();
  await inProcess({ fill: certificates });
  const took = (performance.now() - begun) / 1_000;
  log(`${certificates} certificates recorded in ${took.toFixed(1)} s`);
  const limits = () => ({
    disk: diskWrites(folder.path, seconds / 2),
    sqlite: sqliteWrites(folder.path, seconds / 2),
  });
  const before = limits();
  const usage = await inProcess<LedgerUsage>({});
  const after = limits();
  const limit = (kind: 'disk' | 'sqlite'): number => (before[kind] + after[kind]) / 2 / writesOfIssuance;
  const issued = usage.issuancesPerSecond;
  log(`event loop of the callers: 999 of 1,000 turns below ${usage.usualStallMs.toFixed(1)} ms`);
  const size = `with ${certificates} certificates`;
  bench.figure(`ledger opens ${size}`, usage.openMs, 'ms', { aim: { atMost: 1_000 } });
  bench.figure(`resident after opening ${size}`, usage.openedMb, 'MB');
  bench.figure(`resident after issuing ${size}`, usage.issuedMb, 'MB', { aim: { atMost: 200 } });
  bench.figure(`issuances stored ${size}, intent and certificate, ${callers} at once`, issued, '/s', {
    against: { what: 'bare libsql inserts of as many octets, without an index', value: limit('sqlite') },
    aim: { atLeast: 3_000 },
  });
  bench.figure('the same, beside the disk', issued, '/s', {
    against: { what: 'appends of as many octets, flushed in the same groups', value: limit('disk') },
  });
  bench.figure('longest stall of the callers by it', usage.longestStallMs, 'ms', { aim: { atMost: 20 } });
}

/** Records per second of a bare file. */
function diskWrites(folder: string, seconds: number): number {
  const file = openSync(join(folder, 'bare'), 'a');
  const group = randomBytes(bytes * callers);
  const rate = perSecond(seconds, () => {
    writeSync(file, group);
    fdatasyncSync(file);
  });
  closeSync(file);
  rmSync(join(folder, 'bare'));
  return rate;
}

/** Records per second of SQLite in this thread, with the same settings. */
function sqliteWrites(folder: string, seconds: number): number {
  const path = join(folder, 'bare.sqlite');
  const database = new Database(path);
  for (const setting of ['locking_mode = EXCLUSIVE', 'journal_mode = WAL', 'synchronous = FULL']) {
    database.prepare(`PRAGMA ${setting}`).all([]);
  }
  database.exec('CREATE TABLE records (number INTEGER PRIMARY KEY, certificate BLOB)');
  const insert = database.prepare('INSERT INTO records (number, certificate) VALUES (?, ?)');
  const octets = randomBytes(bytes);
  let number = 0;
  const rate = perSecond(seconds, () => {
    database.exec('BEGIN');
    for (let row = 0; row < callers; row++) insert.run([number++, octets]);
    database.exec('COMMIT');
  });
  database.close();
  for (const suffix of ['', '-wal', '-journal']) rmSync(path + suffix, { force: true });
  return rate;
}

/** @param once - writes a group */
function perSecond(seconds: number, once: () => void): number {
  const begun = performance.now();
  let groups = 0;
  while (performance.now() - begun < seconds * 1_000) {
    once();
    groups += 1;
  }
  return (groups * callers * 1_000) / (performance.now() - begun);
}
