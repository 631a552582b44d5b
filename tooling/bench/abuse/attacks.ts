import { halfOpenHandshakes, refusedHandshakes, slowHandshakes } from './handshake-attacks.ts';
import {
  linkBreakers,
  manyTransactions,
  neverReads,
  refusedRequests,
  slowBodies,
  slowHeads,
  unansweredCalls,
  unfinishedMessages,
} from './message-attacks.ts';
import type { Attack } from './order.ts';

/** The attacks, by the names that the report gives them. */
export const attacks: Readonly<Record<string, Attack>> = {
  'slow handshakes': slowHandshakes,
  'half-open handshakes': halfOpenHandshakes,
  'refused handshakes': refusedHandshakes,
  'slow heads': slowHeads,
  'slow bodies': slowBodies,
  'unfinished messages of users': unfinishedMessages,
  'unanswered calls with large bodies': unansweredCalls,
  'transactions that stay open': manyTransactions,
  'a user who never reads': neverReads,
  'messages that the next hop refuses': linkBreakers,
  'refused requests, a line in the log each': refusedRequests,
};
