import { edit, type SipResponse } from '@entente/sip';
import type { SipConnection } from '@entente/sip-endpoint';
import type { RelayedRequest } from './relayed-request.ts';

/**
 * The header field by which a sender hears that a server on the way was not reached. It names neither that server nor its address.
 * @param connection - of the sender
 * @returns undefined where the sender may not know
 */
export type Explains = (connection: SipConnection) => readonly [name: string, value: string] | undefined;

/** RFC 3261 §21.5; an answer of §21.6 is the decision of a person. */
export function isServerFailure(status: number): boolean {
  return status >= 500 && status < 600;
}

/**
 * An answer with the reason, where this server gives it because another one was not reached. One that refuses a request says why itself.
 * @param relayed - the request
 * @param answer - to it
 * @param explains - see {@link Explains}
 */
export function explained(
  { server, wasUnreachable }: RelayedRequest,
  answer: SipResponse,
  explains: Explains | undefined,
): SipResponse {
  if (!wasUnreachable || !isServerFailure(answer.status)) return answer;
  const field = explains?.(server.context.connection);
  return field === undefined || answer.has(field[0])
    ? answer
    : edit(answer)
        .append(...field)
        .toMessage();
}
