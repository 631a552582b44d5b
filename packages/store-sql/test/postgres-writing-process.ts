import { openPostgresAccounts, type PostgresServer } from '@entente/store-sql/postgres';
import { enabled } from './records.ts';

/**
 * A process that adds, changes and removes accounts, some at once, until it is killed. It writes a line for each account that it leaves.
 * Arguments: the server as JSON, the beginning of the user parts.
 */
const [server = '', prefix = ''] = process.argv.slice(2);
const accounts = await openPostgresAccounts({
  server: JSON.parse(server) as PostgresServer,
  patienceMs: 100_000,
});
let count = 0;

async function work(): Promise<never> {
  for (;;) {
    const account = enabled(`${prefix}${count++}`);
    const added = await accounts.put(account, 'absent');
    if (!added.ok) throw new Error(added.refusal.message);
    const { version } = added.record;
    if (count % 3 === 0) await accounts.remove(account.address, version);
    else {
      await accounts.put({ ...account, state: 'disabled' }, version);
      process.stdout.write(`${account.address}\n`);
    }
  }
}

await Promise.all(Array.from({ length: 8 }, work));
