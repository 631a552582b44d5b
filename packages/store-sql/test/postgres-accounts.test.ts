import { directoryCompliance } from '@entente/accounts/directory/compliance';
import { it } from 'vitest';
import { describeOnPostgres, until } from './on-postgres.ts';

const keptRemovals = 5;

describeOnPostgres('accounts in PostgreSQL', (on) => {
  for (const { check, needs, rule } of directoryCompliance({ durable: true, shared: true })) {
    it(rule, async () => {
      const server = await on.databases.create();
      const open = () => on.databases.open(server, { keptRemovals });
      const reopen = async () => {
        await on.postgres.stop('kill');
        await on.postgres.start();
        return open();
      };
      await check({
        directory: await open(),
        keptRemovals,
        waitUntil: until,
        another: open,
        ...(needs === 'reopen' ? { reopen } : {}),
      });
    });
  }
});
