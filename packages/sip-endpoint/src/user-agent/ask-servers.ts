import type { SipResponse } from '@entente/sip';
import type { SipConnection } from '../connection/connection.ts';
import type { NextHop } from '../connection/next-hop.ts';
import type { SipEndpoint } from '../endpoint.ts';
import { NoAnswerError } from '../transaction/no-answer-error.ts';

/** Servers that one request is sent to. */
const maxServers = 4;

/**
 * Asks a server, and another of the same name where it answers 503 or not at all.
 * @param endpoint - which finds the servers
 * @param server - their name
 * @param first - the connection to begin with
 * @param ask - sends the request, each time in a new transaction
 * @returns the answer of the last one that was asked
 * @throws NoAnswerError where that one has given none
 * @see RFC 3263 §4.3
 */
export async function askServers(
  endpoint: SipEndpoint,
  server: NextHop,
  first: SipConnection,
  ask: (connection: SipConnection) => Promise<SipResponse>,
): Promise<SipResponse> {
  const tried = new Set<SipConnection>();
  let connection = first;
  for (;;) {
    const answer = await ask(connection).catch((error: unknown) => {
      if (error instanceof NoAnswerError) return error;
      throw error;
    });
    if (!(answer instanceof NoAnswerError) && answer.status !== 503) return answer;
    tried.add(connection);
    const failure = answer instanceof NoAnswerError ? answer : new Error('it answered 503');
    const another =
      endpoint.suspect(connection, failure) && tried.size < maxServers
        ? await endpoint.reach(server, tried).catch(() => undefined)
        : undefined;
    if (another === undefined) {
      if (answer instanceof NoAnswerError) throw answer;
      return answer;
    }
    connection.close();
    connection = another;
  }
}
