import { anyText, isRecord, longestDelayMs, rule, text } from '@entente/options';
import type { SessionBody } from '@entente/sip-endpoint';
import { checks } from './fault.ts';

const session = rule(
  'a session description: { contentType, body }',
  (value) => isRecord(value) && text.fits?.(value.contentType) === true && typeof value.body === 'string',
);
const addresses = rule(
  'a list of addresses, or what gives one after the other',
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    (Symbol.iterator in value || Symbol.asyncIterator in value),
);
const milliseconds = rule(
  `a number of milliseconds from 0 to ${longestDelayMs}`,
  (value) => typeof value === 'number' && value >= 0 && value <= longestDelayMs,
);

/**
 * Looks at who sends, before a URI is made of it.
 * @param of - the method that is called
 * @throws ApplicationFault `ENTENTE_APPLICATION_BAD_ARGUMENT`
 */
export function checkSender(of: string, from: string): void {
  checks.argument(from, text, `from of ${of}`);
}

/**
 * Looks at who sends to whom, before a URI is made of it.
 * @param of - the method that is called
 * @throws ApplicationFault `ENTENTE_APPLICATION_BAD_ARGUMENT`
 */
export function checkSending(of: string, from: string, to: string): void {
  checkSender(of, from);
  checks.argument(to, text, `to of ${of}`);
}

/**
 * Looks at a text: without one an empty message would be sent.
 * @throws ApplicationFault `ENTENTE_APPLICATION_BAD_ARGUMENT`
 */
export function checkText(given: string): void {
  checks.argument(given, anyText, 'text of message');
}

/**
 * Looks at the offer of a call.
 * @throws ApplicationFault `ENTENTE_APPLICATION_BAD_ARGUMENT`
 */
export function checkOffer(offer: SessionBody): void {
  checks.argument(offer, session, 'offer of call');
}

/**
 * Looks at whom something goes to: a text would be an address for each of its letters.
 * @throws ApplicationFault `ENTENTE_APPLICATION_BAD_ARGUMENT`
 */
export function checkTargets(targets: unknown): void {
  checks.argument(targets, addresses, 'targets of fanOut');
}

/**
 * Looks at a time: without one every connection would be closed at once.
 * @throws ApplicationFault `ENTENTE_APPLICATION_BAD_ARGUMENT`
 */
export function checkTime(withinMs: number): void {
  checks.argument(withinMs, milliseconds, 'withinMs of drain');
}
