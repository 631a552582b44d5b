import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PostgresServer } from '@entente/store-sql/postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeOnPostgres } from './on-postgres.ts';
import { enabled } from './records.ts';

const run = promisify(execFile);

describeOnPostgres('the tables of accounts in PostgreSQL', (on) => {
  it('are made once by servers that start at the same time', async () => {
    const server = await on.databases.create();
    const all = await Promise.all(Array.from({ length: 4 }, () => on.databases.open(server)));
    const outcomes = await Promise.all(
      all.map((accounts, index) => accounts.put(enabled(`u${index}`), 'absent')),
    );
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
  });

  it('are left alone where a newer release has made them', async () => {
    const server = await on.databases.create();
    await on.databases.open(server);
    await on.databases.close();
    await on.databases.sql(server.database, 'UPDATE schema_version SET version = 99');
    await expect(on.databases.open(server)).rejects.toMatchObject({
      name: 'AccountsFault',
      code: 'ENTENTE_ACCOUNTS_TOO_NEW',
    });
  });

  it('are read by a user who may only read, and are not changed by it', async () => {
    const server = await on.databases.create();
    const owner = await on.databases.open(server);
    const stored = await owner.put(enabled('alice'), 'absent');
    await on.databases.sql(
      server.database,
      `CREATE ROLE reader LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader`,
    );
    const reader = await on.databases.open({ ...server, user: 'reader' });
    expect(await reader.find('alice@contoso.example')).toEqual(stored.ok && stored.record);
    expect(await reader.changes(undefined, 10)).toMatchObject({ ok: true, changes: [{ version: 1 }] });
    await expect(reader.put(enabled('bob'), 'absent')).rejects.toMatchObject({
      code: 'ENTENTE_ACCOUNTS_UNAVAILABLE',
      remedy: expect.stringContaining('rights'),
    });
    expect(reader.standing()).toMatchObject({ ok: false });
  });

  it('are a fault where something else has changed them', async () => {
    const server = await on.databases.create();
    const accounts = await on.databases.open(server);
    await on.databases.sql(server.database, 'ALTER TABLE accounts RENAME COLUMN address TO name');
    await expect(accounts.find('alice@contoso.example')).rejects.toMatchObject({
      code: 'ENTENTE_ACCOUNTS_DAMAGED',
      remedy: expect.stringContaining('backup'),
    });
  });

  it('are unavailable where they are gone, as a database that was lost and made again', async () => {
    const server = await on.databases.create();
    const accounts = await on.databases.open(server);
    const gone = {
      code: 'ENTENTE_ACCOUNTS_UNAVAILABLE',
      remedy: expect.stringContaining('accounts.jsonl of a front end'),
    };
    await on.databases.sql(server.database, 'ALTER TABLE account_feed RENAME TO other');
    await expect(accounts.changes(undefined, 10)).rejects.toMatchObject(gone);
    await expect(accounts.put(enabled('alice'), 'absent')).rejects.toMatchObject(gone);
    expect(accounts.standing()).toMatchObject({ ok: false, remedy: gone.remedy });
    await on.databases.sql(server.database, 'ALTER TABLE other RENAME TO account_feed');
    expect(await accounts.put(enabled('alice'), 'absent')).toMatchObject({ ok: true });
    await on.databases.sql(server.database, 'ALTER SCHEMA public RENAME TO other');
    await expect(accounts.find('alice@contoso.example')).rejects.toMatchObject(gone);
  });
});

describeOnPostgres('the feed of accounts in PostgreSQL', (on) => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'entente-dump-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const as = ({ database, host, port }: PostgresServer) => [
    '-h',
    host,
    '-p',
    `${port}`,
    '-U',
    'postgres',
    '-d',
    database,
  ];
  const restore = (server: PostgresServer, file: string) =>
    run('psql', [...as(server), '-v', 'ON_ERROR_STOP=1', '-q', '-f', file]);

  it('has another epoch in a database that was restored from a dump, with all accounts', async () => {
    const server = await on.databases.create();
    const accounts = await on.databases.open(server);
    const stored = await accounts.put(enabled('alice'), 'absent');
    const page = await accounts.changes(undefined, 10);
    const position = page.ok ? page.position : undefined;
    const file = join(folder, 'accounts.sql');
    await run('pg_dump', [...as(server), '-f', file]);

    const restored = await on.databases.create();
    await restore(restored, file);
    const copy = await on.databases.open(restored);
    const lost = { ok: false, refusal: { reason: 'position-lost', data: { because: 'other-epoch' } } };
    expect(await copy.changes(position, 10)).toMatchObject(lost);
    expect(await copy.find('alice@contoso.example')).toEqual(stored.ok && stored.record);
    expect(await copy.changes(undefined, 10)).toMatchObject({ ok: true, changes: [{ version: 1 }] });

    // The same, into the database itself, under servers that have it open.
    await on.databases.sql(
      server.database,
      `DROP TABLE accounts, contact_lists, removed_accounts, account_feed, account_writers, schema_version`,
    );
    await restore(server, file);
    expect(await accounts.changes(position, 10)).toMatchObject(lost);
    expect(await accounts.put(enabled('bob'), 'absent')).toMatchObject({ ok: true, record: { version: 2 } });
  });

  it('keeps its epoch over a restart of the server', async () => {
    const server = await on.databases.create();
    const accounts = await on.databases.open(server);
    await accounts.put(enabled('alice'), 'absent');
    const page = await accounts.changes(undefined, 10);
    const position = page.ok ? page.position : undefined;
    await on.postgres.stop('kill');
    await on.postgres.start();
    expect(await accounts.changes(position, 10)).toMatchObject({ ok: true, changes: [] });
  });
});
