import type { FeedPosition } from '@entente/accounts/directory';
import type { PostgresAccounts } from '@entente/store-sql/postgres';
import { expect, it } from 'vitest';
import { startCuttingProxy } from './cutting-proxy.ts';
import { describeOnPostgres, until } from './on-postgres.ts';
import { enabled } from './records.ts';

const patienceMs = 100_000;
const unavailable = 'ENTENTE_ACCOUNTS_UNAVAILABLE';

async function positionOf(accounts: PostgresAccounts): Promise<FeedPosition> {
  const page = await accounts.changes(undefined, 1_000);
  if (!page.ok) throw new Error(page.refusal.message);
  return page.position;
}

describeOnPostgres('accounts while PostgreSQL is away', (on) => {
  it('are stored once when the connection breaks after the commit, and the caller hears that they are', async () => {
    const server = await on.databases.create();
    await using proxy = await startCuttingProxy(server);
    const accounts = await on.databases.open(proxy.server, { patienceMs });
    proxy.cutAtCommit('after');
    const outcome = await accounts.put(enabled('alice'), 'absent');
    expect(outcome).toMatchObject({ ok: true, record: { version: 1 } });
    expect(await accounts.find('alice@contoso.example')).toEqual(outcome.ok && outcome.record);
    expect((await positionOf(accounts)).version).toBe(1);
  });

  it('are stored once when the connection breaks before the commit', async () => {
    const server = await on.databases.create();
    await using proxy = await startCuttingProxy(server);
    const accounts = await on.databases.open(proxy.server, { patienceMs });
    proxy.cutAtCommit('before');
    expect(await accounts.put(enabled('alice'), 'absent')).toMatchObject({ ok: true });
    expect((await positionOf(accounts)).version).toBe(1);
  });

  it('are refused when nobody can say whether they were stored, and the fault says so', async () => {
    const server = await on.databases.create();
    await using proxy = await startCuttingProxy(server);
    const accounts = await on.databases.open(proxy.server, { patienceMs: 0 });
    proxy.cutAtCommit('for-good');
    await expect(accounts.put(enabled('alice'), 'absent')).rejects.toMatchObject({
      code: unavailable,
      message: expect.stringContaining('nobody knows'),
      remedy: expect.stringContaining('read the account again'),
    });
    const direct = await on.databases.open(server);
    expect(await direct.find('alice@contoso.example')).toBeDefined();
  });

  it('are refused with a fault that says what to do, and served again without a restart', async () => {
    const server = await on.databases.create();
    const time = 1_000;
    const accounts = await on.databases.open(server, { patienceMs: 0, heartbeatMs: 100, now: () => time });
    accounts.onChange(() => {});
    await accounts.put(enabled('alice'), 'absent');
    expect(accounts.standing()).toEqual({ ok: true });
    await on.postgres.stop('fast');
    for (const call of [
      () => accounts.find('alice@contoso.example'),
      () => accounts.put(enabled('bob'), 'absent'),
    ]) {
      await expect(call()).rejects.toMatchObject({
        code: unavailable,
        place: expect.stringContaining('postgresql://entente@'),
        remedy: expect.stringContaining('goes on by itself'),
      });
    }
    expect(accounts.standing()).toMatchObject({
      ok: false,
      since: time,
      remedy: expect.stringContaining('PostgreSQL'),
    });
    await on.postgres.start();
    // The connection that listens finds it by itself.
    await until(() => accounts.standing().ok);
    expect(await accounts.put(enabled('bob'), 'absent')).toMatchObject({ ok: true });
  });

  it('lose nothing that was acknowledged when the server is killed under load, and go on by themselves', async () => {
    const server = await on.databases.create();
    const accounts = await on.databases.open(server, { patienceMs });
    const acknowledged: string[] = [];
    let working = true;
    const write = async (writer: number): Promise<void> => {
      for (let count = 0; working; count++) {
        const outcome = await accounts.put(enabled(`u${writer}-${count}`), 'absent');
        if (outcome.ok) acknowledged.push(outcome.record.account.address);
        else throw new Error(outcome.refusal.message);
      }
    };
    const writing = Promise.all(Array.from({ length: 16 }, (_, writer) => write(writer)));
    for (const how of ['kill', 'immediate', 'fast'] as const) {
      const before = acknowledged.length;
      await until(() => acknowledged.length > before + 100);
      await on.postgres.stop(how);
      await on.postgres.start();
    }
    working = false;
    await writing;
    const found = new Set<string>();
    for (let after: string | undefined, more = true; more; ) {
      const page = await accounts.list({ limit: 1_000, ...(after === undefined ? {} : { after }) });
      for (const { account } of page.records) found.add(account.address);
      after = page.next;
      more = after !== undefined;
    }
    expect(acknowledged.filter((address) => !found.has(address))).toEqual([]);
    expect(found.size).toBe(acknowledged.length);
  });

  it('are told after a connection that listened was lost, also of what changed meanwhile', async () => {
    const server = await on.databases.create();
    await using proxy = await startCuttingProxy(server);
    const accounts = await on.databases.open(proxy.server, { heartbeatMs: 100_000, patienceMs });
    const other = await on.databases.open(server);
    let told = 0;
    accounts.onChange(() => told++);
    await until(() => told > 0);
    const position = await positionOf(accounts);
    proxy.refuse(true);
    // Nobody listens to this notification.
    await other.put(enabled('alice'), 'absent');
    const before = told;
    proxy.refuse(false);
    await until(() => told > before);
    expect(await accounts.changes(position, 10)).toMatchObject({
      ok: true,
      changes: [{ address: 'alice@contoso.example' }],
    });
  });

  it('end when they are closed before they have begun to listen', async () => {
    const accounts = await on.databases.open(await on.databases.create());
    accounts.onChange(() => {});
    await accounts[Symbol.asyncDispose]();
  });

  it('are told of a change whose notification never came', async () => {
    const server = await on.databases.create();
    const accounts = await on.databases.open(server, { heartbeatMs: 100 });
    let told = 0;
    accounts.onChange(() => told++);
    await until(() => told > 0);
    const before = told;
    await on.databases.sql(server.database, 'UPDATE account_feed SET version = version + 1');
    await until(() => told > before);
  });
});
