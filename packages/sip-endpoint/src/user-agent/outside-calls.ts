import { abortSignal, callback, type Rule, required, rule, text, wholeNumber } from '@entente/options';
import { SipArgumentError } from '@entente/sip';
import { checkArgument, checks, eventPackage, type Rules, uri } from '../options/option-rules.ts';
import type { AgentRequestParts } from './user-agent-options.ts';

/**
 * Looks at whom a request is for, and who sends it, before anybody waits for a connection.
 *
 * @param to - its target
 * @param as - its sender
 * @param of - the method of the user agent
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkAddresses(to: string, as: string | undefined, of: 'message' | 'request'): void {
  checkArgument(to, uri('give the address, such as sip:bob@contoso.example'), 'to', of);
  checkArgument(as, uri(), 'as', of);
}

const named = required(text, 'give the method, such as OPTIONS');
const partsOfRequest: Rule = rule(
  'an object, such as { headers, contentType, body }',
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);
/** Methods that are sent by other members, or by none. */
const elsewhere: ReadonlySet<string> = new Set(['INVITE', 'ACK', 'CANCEL', 'BYE', 'REGISTER']);

/**
 * Refuses to send a request outside a call that is not for that.
 * @param method - of the request
 * @param to - its target
 * @param parts - its sender, and what gives it up
 * @throws SipArgumentError for what is not a URI, and for a method that has a member of its own
 */
export function checkRequest(method: string, to: string, parts: AgentRequestParts): void {
  checkArgument(method, named, 'method', 'request');
  checkArgument(parts, partsOfRequest, 'parts', 'request');
  const { as, signal } = parts;
  checkAddresses(to, as, 'request');
  checkArgument(signal, abortSignal, 'signal', 'request');
  if (!elsewhere.has(method)) return;
  throw new SipArgumentError(
    `expected a method that establishes no dialog, found ${method}`,
    'method of a request',
    'use call, register or the members of Call',
  );
}

const subscribeOptions = {
  expiresSeconds: wholeNumber(0, 4_294_967_295),
  accept: text,
  onNotify: required(callback, 'write onNotify: (notify, state) => …'),
} satisfies Rules;

/**
 * Looks at what is subscribed to outside a call, and who hears of it.
 * @param to - whose event
 * @param event - its package
 * @param options - those of the subscription
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkSubscription(to: string, event: string, options: unknown): void {
  checkArgument(to, uri('give the address, such as sip:bob@contoso.example'), 'to', 'subscribe');
  checkArgument(event, eventPackage('give the event package, such as presence'), 'event', 'subscribe');
  checks.options(options, subscribeOptions, 'subscribe');
}
