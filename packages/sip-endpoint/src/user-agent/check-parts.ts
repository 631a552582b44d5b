import { anything, callback, having, required, rule, text } from '@entente/options';
import { checkArgument, checks, type Rules } from '../options/option-rules.ts';
import { bodyRule } from './check-call-arguments.ts';

const session = required(
  having('a UserSession', { ask: 'function', endpoint: 'object' }),
  'give the session that the requests of the call go over',
);
const line = required(
  having('a line: { clock, random, next, contactFor, onFault }', {
    clock: 'object',
    random: 'function',
    next: 'function',
    contactFor: 'function',
    onFault: 'function',
  }),
  'give what the calls of a user agent need of it: { clock, random, next, contactFor, onFault }',
);
const dialog = required(
  having('a dialog', { createRequest: 'function', id: 'string' }),
  'give the dialog that dialogOfRequest or dialogOfResponse of @entente/sip returned',
);
const transaction = required(
  having('a transaction of an INVITE', { request: 'object', respond: 'function', context: 'object' }),
  'give the transaction that onRequest of the endpoint was called with',
);
const body = bodyRule('give the session description: { contentType, body }');

const callRules = {
  session,
  line,
  dialog,
  localBody: body,
  remoteBody: required(
    rule('a text', (value: unknown) => typeof value === 'string'),
    "give the body of the other side, '' where it has sent none",
  ),
};
const incomingRules: Rules = {
  session,
  line,
  allow: required(text, 'give the methods that this side understands, such as INVITE, ACK, BYE, CANCEL'),
  accepted: required(callback, 'give what is called with the call'),
  settled: callback,
  place: required(callback, 'give what calls somebody else, such as call of a user agent'),
};
const callOptions = { onProvisional: callback, signal: anything, maxForwards: anything };

/**
 * Looks at what a call is made of.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkCallParts(parts: unknown): void {
  checks.options(parts, callRules, 'Call');
}

/**
 * Looks at what a call that rings is made of.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkIncomingCall(given: unknown, parts: unknown): void {
  checkArgument(given, transaction, 'transaction', 'IncomingCall');
  checks.options(parts, incomingRules, 'IncomingCall');
}

/**
 * Looks at what a call is placed with.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkPlacedCall(over: unknown, build: unknown, offer: unknown, options: unknown): void {
  checkArgument(over, line, 'line', 'placeCall');
  checkArgument(
    build,
    required(callback, 'give what creates the INVITE for each attempt'),
    'build',
    'placeCall',
  );
  checkArgument(offer, body, 'offer', 'placeCall');
  checks.options(options, callOptions, 'placeCall');
}

/**
 * Looks at what a session is made of.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkSession(endpoint: unknown, connection: unknown, touched: unknown): void {
  checkArgument(
    endpoint,
    required(
      having('a SipEndpoint', { ask: 'function', newToken: 'function' }),
      'give the endpoint that sends',
    ),
    'endpoint',
    'UserSession',
  );
  checkArgument(
    connection,
    required(having('a connection', {}), 'give the connection that the requests go over'),
    'connection',
    'UserSession',
  );
  checkArgument(
    touched,
    required(callback, 'give what is called when something is sent'),
    'touched',
    'UserSession',
  );
}
