import { createHash } from 'node:crypto';
import { type AccountDirectory, createMemoryDirectory, type FeedPosition } from '@entente/accounts/directory';
import { importAccounts, readAccountsCsv, readUsersYaml } from '@entente/accounts/import';
import { openStore } from '@entente/store-sql';
import { openPostgresAccounts } from '@entente/store-sql/postgres';
import { findPostgres, startPostgres } from '@entente/testkit/postgres';
import { account, heard, startAccountsNetwork } from '../../scenarios/accounts/network.ts';
import { type Bench, type BenchSuite, temporaryFolder } from '../suite.ts';

/**
 * Users of a large organisation: read from CSV and from the users file of front ends, imported into the database of an authority and
 * into PostgreSQL, and followed by a reader of the feed. Beside them a directory in memory, which takes the same decisions without a disk.
 * Then an authority and two front ends: how long after an administrator sends an order both have it in force.
 */
export const suite: BenchSuite = { name: 'accounts', measure };

/** What an import may take together, text to database, in seconds. */
const aimSeconds = 60;
/** What an order may take until it is in force on every front end, in milliseconds. */
const inForceMs = 1_000;

async function measure(bench: Bench): Promise<void> {
  const { log, short } = bench;
  const users = short ? 2_000 : 100_000;
  const csv = csvOf(users);
  const yaml = yamlOf(users);
  log(`${users} users: ${mega(csv)} MB of CSV, ${mega(yaml)} MB of YAML`);
  const all = (count: number, what: string): void =>
    bench.demand(count === users, `${what}: ${count} accounts`);

  const read = await timed(() => readAccountsCsv(csv));
  const { accounts } = read.value;
  const fromYaml = await timed(() => readUsersYaml(yaml));
  all(accounts.length, 'read from CSV');
  all(fromYaml.value.accounts.length, 'read from YAML');
  bench.figure(`${users} users read from CSV`, read.seconds, 's');
  bench.figure(`${users} users read from YAML`, fromYaml.seconds, 's');

  const inMemory = await timed(() => importAccounts(createMemoryDirectory(), accounts));
  all(inMemory.value.added, 'added in memory');
  const against = { what: 'in memory', value: inMemory.seconds };
  /** What every directory is measured by. */
  const measureIn = async (what: string, directory: AccountDirectory): Promise<void> => {
    const imported = await timed(() => importAccounts(directory, accounts));
    const again = await timed(() => importAccounts(directory, accounts, { existing: 'replace' }));
    const followed = await timed(() => readAll(directory));
    all(imported.value.added, `added in ${what}`);
    all(again.value.unchanged, `left alone in ${what}`);
    all(followed.value, `in the feed of ${what}`);
    bench.figure(`${users} users imported into ${what}`, imported.seconds, 's', { against });
    bench.figure(`${users} users from CSV to ${what}`, read.seconds + imported.seconds, 's', {
      aim: { atMost: aimSeconds },
    });
    bench.figure(`${users} users imported into ${what} again, all the same`, again.seconds, 's');
    bench.figure(`the feed of ${what} read from its beginning`, users / followed.seconds, '/s');
  };
  await inSqlite((directory) => measureIn('SQLite', directory));
  if (findPostgres() === undefined)
    log('PostgreSQL is left out: there is none on this machine (apt-get install postgresql)');
  else await inPostgres((directory) => measureIn('PostgreSQL', directory));
  bench.figure(
    'the slowest order about an account until two front ends have it in force',
    await slowestOrder(short ? 4 : 40),
    'ms',
    { aim: { atMost: inForceMs } },
  );
}

type MeasureIn = (directory: AccountDirectory) => Promise<void>;

async function inSqlite(measureIn: MeasureIn): Promise<void> {
  await using folder = await temporaryFolder('bench-accounts');
  await using store = await openStore(folder.path);
  await measureIn(store.accounts);
}

/** With the settings that a new server has, over its Unix socket. */
async function inPostgres(measureIn: MeasureIn): Promise<void> {
  await using postgres = await startPostgres();
  const { port, socketFolder: host, user } = postgres;
  await using accounts = await openPostgresAccounts({ server: { host, port, user, database: 'postgres' } });
  await measureIn(accounts);
}

/** Milliseconds from sending an order until the last front end has it in force, over real sockets; the slowest of some. */
async function slowestOrder(orders: number): Promise<number> {
  await using network = await startAccountsNetwork();
  const alice = account('alice');
  const { address } = alice;
  let slowest = 0;
  const timedOrder = async (path: string, fields: object): Promise<void> => {
    const begun = performance.now();
    const told = heard(network.running.values(), address);
    await network.order(path, fields);
    await told;
    slowest = Math.max(slowest, performance.now() - begun);
  };
  await timedOrder('/accounts', { accounts: [alice] });
  for (let index = 0; index < orders; index++)
    await timedOrder('/accounts/change', { address, state: index % 2 === 0 ? 'disabled' : 'enabled' });
  return slowest;
}

async function timed<T>(
  action: () => T | Promise<T>,
): Promise<{ readonly value: T; readonly seconds: number }> {
  const begun = performance.now();
  const value = await action();
  return { value, seconds: (performance.now() - begun) / 1_000 };
}

async function readAll(directory: AccountDirectory): Promise<number> {
  let count = 0;
  for (let position: FeedPosition | undefined, more = true; more; ) {
    const page = await directory.changes(position, 1_000);
    if (!page.ok) throw new Error(page.refusal.message);
    count += page.changes.length;
    ({ more, position } = page);
  }
  return count;
}

function csvOf(users: number): string {
  const lines = Array.from(
    { length: users },
    (_, index) => `${nameOf(index)}@contoso.example,${verifierOf(index)}`,
  );
  return `address,ha1-sha-256\n${lines.join('\n')}\n`;
}

function yamlOf(users: number): string {
  const entries = Array.from(
    { length: users },
    (_, index) =>
      `  - username: ${nameOf(index)}\n    realm: contoso.example\n    ha1:\n      SHA-256: ${verifierOf(index)}\n`,
  );
  return `users:\n${entries.join('')}`;
}

function nameOf(index: number): string {
  return `user${index.toString().padStart(6, '0')}`;
}

/** A verifier begins with a letter: YAML would take some others for numbers. */
function verifierOf(index: number): string {
  return `a${createHash('sha256').update(`${index}`).digest('hex').slice(1)}`;
}

function mega(text: string): string {
  return (text.length / 1_000_000).toFixed(1);
}
