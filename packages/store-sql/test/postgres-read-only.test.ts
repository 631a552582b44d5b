import { expect, it } from 'vitest';
import { describeOnPostgres } from './on-postgres.ts';
import { enabled } from './records.ts';

describeOnPostgres('accounts in a PostgreSQL that is set to read-only', (on) => {
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
