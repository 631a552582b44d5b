import {
  abortSignal,
  anyText,
  callback,
  checkArgument,
  checkOptions,
  eventPackage,
  nested,
  type OptionRule,
  type OptionRules,
  text,
  wholeNumber,
} from '../options/option-rules.ts';
import type { SessionBody } from './session-body.ts';

/**
 * A body with its type.
 * @param missing - what to do where one of them is left out
 */
export function bodyRule(missing: string): OptionRule {
  const rules: { readonly [name in keyof Required<SessionBody>]: OptionRule } = {
    contentType: text(missing),
    body: anyText(missing),
  };
  return nested(rules, { missing });
}

const session = bodyRule('give the session description: { contentType, body }');
const information = bodyRule('give what is sent: { contentType, body }');
const changeOptions = { signal: abortSignal() } satisfies OptionRules;
const referOptions = {
  replaces: {
    wanted: 'a call',
    fits: (value) => typeof value === 'object' && value !== null && 'dialog' in value,
  },
  onProgress: callback(),
} satisfies OptionRules;
const subscribeOptions = {
  expiresSeconds: wholeNumber(0, 4_294_967_295),
  onNotify: callback('write onNotify: (notify, state) => …'),
} satisfies OptionRules;

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
  checkOptions(options, changeOptions, of);
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
  checkOptions(options, referOptions, 'refer');
}

/**
 * Looks at what is subscribed to, and who hears of it.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkSubscribe(event: string, options: unknown): void {
  checkArgument(event, eventPackage('give the event package, such as conference'), 'event', 'subscribe');
  checkOptions(options, subscribeOptions, 'subscribe');
}
