import type { SipConnection } from '../connection/connection.ts';
import { isClient, type TransactionContext } from './transaction-context.ts';

/**
 * Ends what was under way on a connection that broke.
 * @param connection - that broke
 */
export function endWithConnection(connection: SipConnection): void {
  for (const { transaction } of connection.transactions.copy() as readonly TransactionContext<unknown>[]) {
    if (transaction === undefined) continue;
    if (isClient(transaction)) transaction.transportError();
    else {
      transaction.transportError();
      transaction.abandon();
    }
  }
}
