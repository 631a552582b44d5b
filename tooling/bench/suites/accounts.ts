import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AccountDirectory, createMemoryDirectory, type FeedPosition } from '@entente/accounts/directory';
import { importAccounts, readAccountsCsv, readUsersYaml } from '@entente/accounts/import';
import { openStore } from '@entente/store-sql';
import { openPostgresAccounts } from '@entente/store-sql/postgres';
import { findPostgres, startPostgres } from '@entente/testkit/postgres';
import { account, heard, startAccountsNetwork } from '../../scenarios/accounts/network.ts';
import { type BenchOptions, type BenchOutcome, type BenchSuite, measured } from '../suite.ts';

/**
 * Users of a large organisation: read from CSV and from the users file of front ends, imported into the database of an authority and
 * into PostgreSQL, and followed by a reader of the feed. Beside them a directory in memory, which takes the same decisions without a disk.
 * Then an authority and two front ends: how long after an administrator sends an order both have it in force.
 */
export const suite: BenchSuite = { name: 'accounts', run };

/** What an import may take together, text to database, in seconds. */
const aimSeconds = 60;
/** What an order may take until it is in force on every front end, in milliseconds. */
const inForceMs = 1_000;

async function run({ short, log }: BenchOptions): Promise<BenchOutcome> {
  const users = short ? 2_000 : 100_000;
  const invalid: string[] = [];
  const expect = (holds: boolean, what: string): void => {
    if (!holds) invalid.push(what);
  };
  const csv = csvOf(users);
  const yaml = yamlOf(users);
  log(`${users} users: ${mega(csv)} MB of CSV, ${mega(yaml)} MB of YAML`);

  const read = await timed(() => readAccountsCsv(csv));
  const { accounts } = read.value;
  expect(accounts.length === users, `read ${accounts.length} accounts from CSV`);
  const fromYaml = await timed(() => readUsersYaml(yaml));
  expect(
    fromYaml.value.accounts.length === users,
    `read ${fromYaml.value.accounts.length} accounts from YAML`,
  );

  const memory = createMemoryDirectory();
  const inMemory = await timed(() => importAccounts(memory, accounts));
  expect(inMemory.value.added === users, `added ${inMemory.value.added} accounts in memory`);

  const against = { what: 'in memory', value: inMemory.seconds };
  /** What every directory is measured by. */
  const measure = async (what: string, directory: AccountDirectory): Promise<readonly Result[]> => {
    const imported = await timed(() => importAccounts(directory, accounts));
    expect(imported.value.added === users, `added ${imported.value.added} accounts in ${what}`);
    const again = await timed(() => importAccounts(directory, accounts, { existing: 'replace' }));
    expect(again.value.unchanged === users, `left ${again.value.unchanged} accounts alone in ${what}`);
    const followed = await timed(() => readAll(directory));
    expect(followed.value === users, `the feed of ${what} has ${followed.value} accounts`);
    return [
      measured(`${users} users imported into ${what}`, imported.seconds, 's', { against }),
      measured(`${users} users from CSV to ${what}`, read.seconds + imported.seconds, 's', {
        aim: { atMost: aimSeconds },
      }),
      measured(`${users} users imported into ${what} again, all the same`, again.seconds, 's'),
      measured(`the feed of ${what} read from its beginning`, users / followed.seconds, '/s'),
    ];
  };

  return {
    results: [
      measured(`${users} users read from CSV`, read.seconds, 's'),
      measured(`${users} users read from YAML`, fromYaml.seconds, 's'),
      ...(await inSqlite((directory) => measure('SQLite', directory))),
      ...(await inPostgres((directory) => measure('PostgreSQL', directory), log)),
      measured(
        'the slowest order about an account until two front ends have it in force',
        await slowestOrder(short ? 4 : 40),
        'ms',
        { aim: { atMost: inForceMs } },
      ),
    ],
    invalid,
  };
}

type Result = ReturnType<typeof measured>;
type Measure = (directory: AccountDirectory) => Promise<readonly Result[]>;

async function inSqlite(measure: Measure): Promise<readonly Result[]> {
  const folder = await mkdtemp(join(tmpdir(), 'entente-bench-accounts-'));
  try {
    await using store = await openStore(folder);
    return await measure(store.accounts);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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

/** With the settings that a new server has, over its Unix socket. */
async function inPostgres(measure: Measure, log: BenchOptions['log']): Promise<readonly Result[]> {
  if (findPostgres() === undefined) {
    log('PostgreSQL is left out: there is none on this machine (apt-get install postgresql)');
    return [];
  }
  await using postgres = await startPostgres();
  const { port, socketFolder: host, user } = postgres;
  await using accounts = await openPostgresAccounts({ server: { host, port, user, database: 'postgres' } });
  return await measure(accounts);
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
