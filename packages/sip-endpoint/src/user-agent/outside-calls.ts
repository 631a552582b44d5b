import { SipArgumentError } from '@entente/sip';

/** Methods that are sent by other members, or by none. */
const elsewhere: ReadonlySet<string> = new Set(['INVITE', 'ACK', 'CANCEL', 'BYE', 'REGISTER']);

/**
 * Refuses to send a request outside a call that is not for that.
 * @param method - of the request
 * @throws SipArgumentError for a method that has a member of its own
 */
export function refuseElsewhere(method: string): void {
  if (!elsewhere.has(method)) return;
  throw new SipArgumentError(
    `expected a method that establishes no dialog, found ${method}`,
    'method of a request',
    'use call, register or the members of Call',
  );
}
