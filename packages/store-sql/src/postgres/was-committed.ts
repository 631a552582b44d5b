import { AccountsFault } from '@entente/accounts/directory';
import { pauseBefore } from './backoff.ts';
import { sqlState } from './postgres-fault.ts';

/** How often a transaction that is still ending is asked for; each time the server waits for it as well. */
const attempts = 8;

/**
 * Whether a transaction is stored whose connection broke while it was committed.
 * @param ask - answers it, once that transaction has ended
 * @param place - of the database
 * @param signal - ends the wait
 * @throws AccountsFault `ENTENTE_ACCOUNTS_UNAVAILABLE` where nobody knows
 */
export async function wasCommitted(
  ask: () => Promise<boolean>,
  place: string,
  signal: AbortSignal,
): Promise<boolean> {
  let cause: unknown;
  for (let count = 0; count < attempts; count++) {
    try {
      return await ask();
    } catch (error) {
      cause = error;
      // Its lock is still held.
      if (sqlState((error as Error).cause) !== '55P03') break;
      await pauseBefore(count, signal, { ref: true });
    }
  }
  throw new AccountsFault('ENTENTE_ACCOUNTS_UNAVAILABLE', {
    sentence: 'PostgreSQL went away while it stored the change, and nobody knows whether it has',
    place,
    remedy: 'read the account again to see whether it has changed; no restart of this server is needed',
    cause,
  });
}
