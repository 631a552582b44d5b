import { type Authorise, type Authorised, allowNames } from '@entente/trust';
import { hearRejection } from '../fault/call-back.ts';
import { foundValue } from '../options/found-value.ts';
import { OptionPlace, optionFault } from '../options/option-rule.ts';
import { isThenable } from '../options/thenable.ts';

/** Which peers may use a link: exact names (DNS names, SIP domains, URIs, or IP addresses of the certificate), or a function that decides. */
export type Allow = readonly string[] | Authorise;

/**
 * Gives the function that `allow` stands for. What a caller's function answers is checked: it may be a promise, or nothing.
 *
 * @param allow - names or a function
 * @param of - the function whose option it is
 */
export function authoriseOf(allow: Allow, of: string): Authorise {
  if (typeof allow !== 'function') return allowNames(allow);
  return (peer, link) => checked(allow(peer, link), of);
}

function checked(answer: unknown, of: string): Authorised {
  // What it may be rejected with counts as little as what it resolves to, and must not end the process.
  if (isThenable(answer)) hearRejection(answer, () => {});
  if (typeof answer === 'object' && answer !== null) {
    const { ok, rejection } = answer as Readonly<Record<string, unknown>>;
    if (ok === true) return answer as Authorised;
    if (ok === false && isRejection(rejection)) return answer as Authorised;
  }
  throw optionFault(
    new OptionPlace(of, 'allow'),
    `expected allow to answer { ok: true } or { ok: false, rejection }, found ${foundAnswer(answer)}`,
    "answer at once, not by a promise; reject('not-in-topology', { names }) of @entente/trust builds a rejection",
  );
}

function isRejection(rejection: unknown): boolean {
  return (
    typeof rejection === 'object' &&
    rejection !== null &&
    typeof (rejection as Readonly<Record<string, unknown>>).reason === 'string'
  );
}

function foundAnswer(answer: unknown): string {
  return isThenable(answer) ? 'a promise' : foundValue(answer);
}
