import { abortSignal, callback, type Rule, wholeNumber } from '@entente/options';
import { checkArgument, checks, uri } from '../options/option-rules.ts';
import { bodyRule } from './check-call-arguments.ts';
import type { CallOptions } from './outgoing-call.ts';
import type { SessionBody } from './session-body.ts';

const rules: { readonly [name in keyof Required<CallOptions>]: Rule } = {
  onProvisional: callback,
  signal: abortSignal,
  maxForwards: wholeNumber(0, 255),
};
const firstOffer = bodyRule('give the session description as second argument: { contentType, body }');

/**
 * Looks at what a call is made with.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkCall(to: string, offer: SessionBody, options: CallOptions): void {
  checkArgument(to, uri('give the address to call, such as sip:bob@contoso.example'), 'to', 'call');
  checkArgument(offer, firstOffer, 'offer', 'call');
  checks.options(options, rules, 'call');
}
