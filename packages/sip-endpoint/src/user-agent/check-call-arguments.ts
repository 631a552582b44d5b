import {
  abortSignal,
  anyText,
  callback,
  nested,
  type Rule,
  required,
  rule,
  text,
  wholeNumber,
} from '@entente/options';
import { checkArgument, checks, eventPackage, type Rules } from '../options/option-rules.ts';
import type { SessionBody } from './session-body.ts';

/**
 * A body with its type.
 * @param missing - what to do where one of them is left out
 */
export function bodyRule(missing: string): Rule {
  const rules: { readonly [name in keyof Required<SessionBody>]: Rule } = {
    contentType: required(text, missing),
    body: required(anyText, missing),
  };
  return required(nested(rules), missing);
}

const session = bodyRule('give the session description: { contentType, body }');
const information = bodyRule('give what is sent: { contentType, body }');
const changeOptions = { signal: abortSignal } satisfies Rules;
const referOptions = {
  replaces: rule('a call', (value) => typeof value === 'object' && value !== null && 'dialog' in value),
  onProgress: callback,
} satisfies Rules;
const subscribeOptions = {
  expiresSeconds: wholeNumber(0, 4_294_967_295),
  onNotify: required(callback, 'write onNotify: (notify, state) => …'),
} satisfies Rules;

/**
 * Looks at what a call is accepted with.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkAnswer(answer: SessionBody): void {
  checkArgument(answer, session, 'answer', 'accept');
}

/**
 * Looks at what a session is changed with.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkChange(offer: SessionBody, of: 'reinvite' | 'update', options: unknown = {}): void {
  checkArgument(offer, session, 'offer', of);
  checks.options(options, changeOptions, of);
}

/**
 * Looks at what is sent in a call.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkInfo(sent: SessionBody): void {
  checkArgument(sent, information, 'body', 'info');
}

/**
 * Looks at how a call is transferred.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkRefer(options: unknown): void {
  checks.options(options, referOptions, 'refer');
}

/**
 * Looks at what is subscribed to, and who hears of it.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkSubscribe(event: string, options: unknown): void {
  checkArgument(event, eventPackage('give the event package, such as conference'), 'event', 'subscribe');
  checks.options(options, subscribeOptions, 'subscribe');
}
