import { createResponse, transactionBranch } from '@entente/sip';
import type { AcceptedInvites } from './accepted-invites.ts';
import type { ServerTransactions } from './server-transactions.ts';
import type { ServerTransaction } from './transaction-context.ts';

/**
 * RFC 3261 §9.2: a CANCEL is answered by itself, and the user of the INVITE it means is told.
 * @param transaction - of the CANCEL
 * @param servers - where its INVITE is, until that is accepted
 * @param accepted - where its INVITE is then
 * @param toTag - for To
 */
export function answerCancel(
  transaction: ServerTransaction,
  servers: ServerTransactions,
  accepted: AcceptedInvites,
  toTag: string,
): void {
  const { request: cancel } = transaction;
  const { connection } = transaction.context;
  const branch = transactionBranch(cancel);
  const invite = branch === undefined ? undefined : servers.find(branch, cancel, connection, 'INVITE');
  const isKnown =
    invite !== undefined || (branch !== undefined && accepted.hasReceived(branch, cancel, connection));
  // It asks for nothing that could be refused before: what means no INVITE takes time all the same.
  if (!isKnown) connection.refusedAtOnce(false);
  // RFC 3261 §8.2.6.2. That of the answer to the INVITE (§9.2) is not kept on a connection that repeats nothing.
  transaction.respond(createResponse(cancel, isKnown ? 200 : 481, undefined, { toTag }));
  invite?.context.user?.onCancel?.(cancel, invite);
}
