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

/**
 * Looks at a request that a caller gives.
 *
 * @param place - what it is given to
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where it is none, for example a response
 */
export function checkIsRequest(message: unknown, place: string): void {
  checkIsMessage(message, place);
  if ((message as { readonly kind: string }).kind === 'request') return;
  throw new SipArgumentError(
    'expected a request, found a response',
    `argument of ${place}`,
    'give the SipRequest that the response answers',
  );
}

/**
 * Looks at a response that a caller gives.
 *
 * @param place - what it is given to
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where it is none, for example a request
 */
export function checkIsResponse(message: unknown, place: string): void {
  checkIsMessage(message, place);
  if ((message as { readonly kind: string }).kind === 'response') return;
  throw new SipArgumentError(
    'expected a response, found a request',
    `argument of ${place}`,
    'give the SipResponse to the request',
  );
}
