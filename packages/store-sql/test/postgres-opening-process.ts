import type { AccountsFault } from '@entente/accounts/directory';
import { openPostgresAccounts } from '@entente/store-sql/postgres';

/**
 * A process that does nothing but open the accounts on a port of this machine, and says what came of it. Arguments: the port, and `needed`
 * where a server that is away is a fault.
 */
const [port, need] = process.argv.slice(2);
const server = { host: '127.0.0.1', port: Number(port), user: 'entente', database: 'entente' };
try {
  await using accounts = await openPostgresAccounts({
    server,
    patienceMs: 200,
    needsServer: need === 'needed',
  });
  const standing = accounts.standing();
  process.stdout.write(standing.ok ? 'reached\n' : `opened without it: ${standing.remedy}\n`);
} catch (error) {
  const { code, remedy } = error as AccountsFault;
  process.stdout.write(`${code}: ${remedy}\n`);
}
