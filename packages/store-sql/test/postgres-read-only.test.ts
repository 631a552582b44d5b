import { expect, it } from 'vitest';
import { describeOnPostgres } from './on-postgres.ts';
import { enabled } from './records.ts';

describeOnPostgres('accounts in a PostgreSQL that is set to read-only', (on) => {
  it('are said to be stored again once it is over, though nobody changes one, and what was refused stays refused', async () => {
    const server = await on.databases.create();
    const accounts = await on.databases.open(server, { heartbeatMs: 100 });
    accounts.onChange(() => {});
    await accounts.put(enabled('alice'), 'absent');
    const remove = () => accounts.remove('alice@contoso.example', 1);
    const readOnly = `ALTER DATABASE ${server.database} SET default_transaction_read_only`;
    await on.databases.sql('postgres', `${readOnly} = on`);
    await on.databases.sql(
      'postgres',
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${server.database}'`,
    );
    await expect(remove()).rejects.toMatchObject({
      code: 'ENTENTE_ACCOUNTS_UNAVAILABLE',
    });
    const standing = () => accounts.standing();
    const refused = { ok: false, remedy: expect.stringContaining('default_transaction_read_only') };
    // It listens again.
    await expect.poll(standing).toMatchObject(refused);
    await on.databases.sql('postgres', `${readOnly} = off`);
    await expect.poll(standing).toEqual({ ok: true });
    // What was rolled back has left its mark: the very change that was refused was tried.
    const [row] = await on.databases.sql(server.database, 'SELECT xmax::text FROM accounts');
    expect(row?.xmax).not.toBe('0');
    expect(await accounts.find('alice@contoso.example')).toBeDefined();
    expect(await remove()).toMatchObject({ ok: true });
  });

  it('are not changed past that, read all the same, and changed again without a restart once it is over', async () => {
    const server = await on.databases.create();
    const accounts = await on.databases.open(server);
    await accounts.put(enabled('alice'), 'absent');
    const set = async (how: string) => {
      await on.databases.sql('postgres', `ALTER DATABASE ${server.database} ${how}`);
    };
    await set('SET default_transaction_read_only = on');
    // It counts for sessions that begin afterwards.
    await on.databases.sql(
      'postgres',
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${server.database}'`,
    );
    await expect(accounts.put(enabled('bob'), 'absent')).rejects.toMatchObject({
      code: 'ENTENTE_ACCOUNTS_UNAVAILABLE',
      message: expect.stringContaining('read-only transaction'),
      remedy: expect.stringContaining('default_transaction_read_only'),
    });
    expect(await accounts.find('alice@contoso.example')).toBeDefined();
    expect(await accounts.find('bob@contoso.example')).toBeUndefined();
    expect(accounts.standing()).toMatchObject({ ok: false, remedy: expect.stringContaining('read-only') });
    await set('RESET default_transaction_read_only');
    // Sessions of before end one after the other, each with the change that it is asked for.
    const change = () => accounts.put(enabled('bob'), 'absent').catch(({ code }) => code);
    await expect.poll(change).toMatchObject({ ok: true });
    expect(accounts.standing()).toEqual({ ok: true });
  });
});
