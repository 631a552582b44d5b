import type { AnyTransaction } from './transaction-context.ts';
import { settledCostOf } from './transaction-cost.ts';

/**
 * An INVITE that was accepted stays for 32 s, to be matched by its header (RFC 6026 §7). Nobody waits for anything meanwhile, so it is
 * under way no more: only what it takes of the memory still counts. A server would otherwise take no more than some hundred calls a second.
 *
 * Where its sender has no room for something else it ends before that. Its copies do not come over TLS, and of the 2xx of a fork the later
 * ones come at once; a server would otherwise refuse new calls, and the end of those before, once it has had as many within 32 s as its
 * memory keeps.
 */
export function settle(transaction: AnyTransaction): void {
  const { context, request } = transaction;
  if (context.counted === 0) return;
  request.dropBody();
  request.forgetFields();
  context.ledger?.release(0, 1);
  context.counted = 0;
  countLess(transaction, settledCostOf(request));
  context.ledger?.forgettable.add(context);
}

/**
 * Of a transaction less is kept than before.
 * @param cost - bytes from now on; more than before counts as no change
 */
export function countLess({ context }: AnyTransaction, cost: number): void {
  if (cost >= context.cost) return;
  context.ledger?.release(context.cost - cost, 0);
  context.cost = cost;
}
