import type { SessionBody } from '@entente/sip-endpoint';
import { checkValue, isRecord, mostDelayMs, type Rule, text } from './check-options.ts';

const anyText: Rule = { wanted: 'a text', fits: (value) => typeof value === 'string' };
const session: Rule = {
  wanted: 'a session description: { contentType, body }',
  fits: (value) =>
    isRecord(value) &&
    text.fits(Reflect.get(value, 'contentType')) &&
    anyText.fits(Reflect.get(value, 'body')),
};
const addresses: Rule = {
  wanted: 'a list of addresses, or what gives one after the other',
  fits: (value) =>
    typeof value === 'object' &&
    value !== null &&
    (Symbol.iterator in value || Symbol.asyncIterator in value),
};
const milliseconds: Rule = {
  wanted: `a number of milliseconds from 0 to ${mostDelayMs}`,
  fits: (value) => typeof value === 'number' && value >= 0 && value <= mostDelayMs,
};

/**
 * Looks at who sends, before a URI is made of it.
 * @param of - the method that is called
 * @throws ApplicationFault `ENTENTE_APPLICATION_BAD_ARGUMENT`
 */
export function checkSender(of: string, from: string): void {
  checkValue(from, text, 'from', of);
}

/**
 * Looks at who sends to whom, before a URI is made of it.
 * @param of - the method that is called
 * @throws ApplicationFault `ENTENTE_APPLICATION_BAD_ARGUMENT`
 */
export function checkSending(of: string, from: string, to: string): void {
  checkSender(of, from);
  checkValue(to, text, 'to', of);
}

/**
 * Looks at a text: without one an empty message would be sent.
 * @throws ApplicationFault `ENTENTE_APPLICATION_BAD_ARGUMENT`
 */
export function checkText(given: string): void {
  checkValue(given, anyText, 'text', 'message');
}

/**
 * Looks at the offer of a call.
 * @throws ApplicationFault `ENTENTE_APPLICATION_BAD_ARGUMENT`
 */
export function checkOffer(offer: SessionBody): void {
  checkValue(offer, session, 'offer', 'call');
}

/**
 * Looks at whom something goes to: a text would be an address for each of its letters.
 * @throws ApplicationFault `ENTENTE_APPLICATION_BAD_ARGUMENT`
 */
export function checkTargets(targets: unknown): void {
  checkValue(targets, addresses, 'targets', 'fanOut');
}

/**
 * Looks at a time: without one every connection would be closed at once.
 * @throws ApplicationFault `ENTENTE_APPLICATION_BAD_ARGUMENT`
 */
export function checkTime(withinMs: number): void {
  checkValue(withinMs, milliseconds, 'withinMs', 'drain');
}
