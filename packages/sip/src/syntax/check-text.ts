import { kindOf } from './check-parts.ts';
import { SipArgumentError } from './problem.ts';

/**
 * Looks at a text that a caller gives: without a compiler it may be anything, and is often the `undefined` of a field that a message does not have.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkText(value: unknown): asserts value is string {
  if (typeof value === 'string') return;
  throw new SipArgumentError(
    `expected a text, found ${kindOf(value)}`,
    'text that is read',
    'give a text; get returns undefined for a header field that the message does not have',
  );
}

/**
 * Looks at the name of a header field or a parameter.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkName(name: unknown): asserts name is string {
  if (typeof name === 'string') return;
  throw new SipArgumentError(
    `expected the name of a header field or a parameter, found ${kindOf(name)}`,
    'name',
    "give the name as a text, for example 'Contact' or 'expires'",
  );
}
