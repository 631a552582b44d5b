import { kindOf } from '../syntax/check-parts.ts';
import { SipArgumentError } from '../syntax/problem.ts';

/**
 * Looks at a message that a caller gives.
 *
 * @param place - what it is given to
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where it is none, for example what `parseMessage` returns as a whole
 */
export function checkIsMessage(message: unknown, place: string): void {
  const kind =
    typeof message === 'object' && message !== null && 'kind' in message ? message.kind : undefined;
  if (kind === 'request' || kind === 'response') return;
  throw new SipArgumentError(
    `expected a message, found ${kindOf(message)}`,
    `argument of ${place}`,
    'give a SipRequest or a SipResponse: the message of a parsed result that is ok, or what createRequest and createResponse return',
  );
}
