import { formatPosition, parsePosition } from '@entente/accounts/feed';
import { openPostgresAccounts, type PostgresServer, readPostgresAccounts } from '@entente/store-sql/postgres';
import { afterEach, expect, it } from 'vitest';
import { describeOnPostgres, until } from './on-postgres.ts';
import { enabled } from './records.ts';

describeOnPostgres('a reader of accounts in PostgreSQL', (on) => {
  const opened: AsyncDisposable[] = [];
  afterEach(async () => {
    for (const one of opened.splice(0).reverse()) await one[Symbol.asyncDispose]();
  });
  let roles = 0;
  /** A user who may only read, as the fault says how to make one. */
  const readerOf = async (server: PostgresServer): Promise<PostgresServer> => {
    const user = `reader${roles++}`;
    await on.databases.sql(
      server.database,
      `CREATE ROLE ${user} LOGIN; GRANT SELECT ON schema_version, accounts, removed_accounts, account_feed TO ${user}`,
    );
    return { ...server, user };
  };
  const read = (server: PostgresServer) => {
    const reader = readPostgresAccounts({ server, patienceMs: 0, heartbeatMs: 100 });
    opened.push(reader);
    return reader;
  };

  it('has the feed, with a position that travels as one word of a query', async () => {
    const server = await on.databases.create();
    const accounts = await on.databases.open(server);
    await accounts.put(enabled('alice'), 'absent');
    const reader = read(await readerOf(server));
    const page = await reader.changes(undefined, 1_000);
    expect(page).toMatchObject({ ok: true, changes: [{ address: 'alice@contoso.example' }] });
    if (!page.ok) return;
    expect(parsePosition(formatPosition(page.position))).toEqual(page.position);
    await accounts.put(enabled('bob'), 'absent');
    expect(await reader.changes(page.position, 1_000)).toMatchObject({
      ok: true,
      changes: [{ address: 'bob@contoso.example' }],
    });
  });

  it('hears of a change of another process', async () => {
    const server = await on.databases.create();
    const accounts = await on.databases.open(server);
    const reader = read(await readerOf(server));
    let told = 0;
    reader.onChange(() => told++);
    await until(() => told > 0);
    const before = told;
    await accounts.put(enabled('alice'), 'absent');
    await until(() => told > before);
    expect(reader.standing()).toEqual({ ok: true });
  });

  it('is refused as a user who may change accounts, and says how to make one who may not', async () => {
    const server = await on.databases.create();
    await on.databases.open(server);
    const reader = read(server);
    await expect(reader.changes(undefined, 10)).rejects.toMatchObject({
      code: 'ENTENTE_ACCOUNTS_BAD_ARGUMENT',
      message: expect.stringContaining('may change'),
      remedy: expect.stringContaining('GRANT SELECT'),
    });
    expect(reader.standing()).toMatchObject({ ok: false, sentence: expect.stringContaining('may change') });
    for (const right of [
      'UPDATE (state) ON accounts',
      'INSERT ON removed_accounts',
      'DELETE ON contact_lists',
    ]) {
      const owned = await readerOf(server);
      await on.databases.sql(server.database, `GRANT ${right} TO ${owned.user}`);
      await expect(read(owned).changes(undefined, 10), right).rejects.toMatchObject({
        code: 'ENTENTE_ACCOUNTS_BAD_ARGUMENT',
      });
    }
  });

  it('is refused a database without accounts, makes no tables in it, and reads them once they are there', async () => {
    const server = await on.databases.create();
    const reader = read(server);
    await expect(reader.changes(undefined, 10)).rejects.toMatchObject({
      code: 'ENTENTE_ACCOUNTS_UNAVAILABLE',
      remedy: expect.stringContaining('start the authority'),
    });
    const tables = await on.databases.sql(
      server.database,
      "SELECT 1 FROM pg_tables WHERE tablename = 'accounts'",
    );
    expect(tables).toEqual([]);
    await on.databases.open(server);
    expect(await read(await readerOf(server)).changes(undefined, 10)).toMatchObject({
      ok: true,
      changes: [],
    });
  });

  it('begins while the server is away, says so, and goes on when it is there', async () => {
    const server = await on.databases.create();
    const accounts = await on.databases.open(server);
    await accounts.put(enabled('alice'), 'absent');
    const user = await readerOf(server);
    await on.postgres.stop('fast');
    const reader = read(user);
    let told = 0;
    reader.onChange(() => told++);
    await expect(reader.changes(undefined, 10)).rejects.toMatchObject({
      code: 'ENTENTE_ACCOUNTS_UNAVAILABLE',
    });
    expect(reader.standing()).toMatchObject({
      ok: false,
      remedy: expect.stringContaining('PostgreSQL runs'),
    });
    await on.postgres.start();
    await until(() => told > 0);
    expect(await reader.changes(undefined, 10)).toMatchObject({ ok: true });
    expect(reader.standing()).toEqual({ ok: true });
  });

  it('is a fault as a process that changes accounts while the server is away, unless it is opened all the same', async () => {
    const server = await on.databases.create();
    await on.postgres.stop('fast');
    const options = { server, patienceMs: 0, heartbeatMs: 100 };
    await expect(openPostgresAccounts(options)).rejects.toMatchObject({
      code: 'ENTENTE_ACCOUNTS_UNAVAILABLE',
    });
    const accounts = await openPostgresAccounts({ ...options, needsServer: false });
    opened.push(accounts);
    expect(accounts.standing()).toMatchObject({ ok: false });
    await expect(accounts.put(enabled('alice'), 'absent')).rejects.toMatchObject({
      code: 'ENTENTE_ACCOUNTS_UNAVAILABLE',
    });
    let told = 0;
    accounts.onChange(() => told++);
    await on.postgres.start();
    await until(() => told > 0);
    expect(await accounts.put(enabled('alice'), 'absent')).toMatchObject({ ok: true });
    expect(accounts.standing()).toEqual({ ok: true });
  });
});
