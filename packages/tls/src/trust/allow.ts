import { foundValue, isThenable } from '@entente/options';
import { type Authorise, type Authorised, allowNames } from '@entente/trust';
import { hearRejection } from '../fault/call-back.ts';
import { checks } from '../options/checks.ts';

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
  throw checks
    .optionsOf(of)
    .within('allow')
    .fault(
      `expected allow to answer { ok: true } or { ok: false, rejection }, found ${foundValue(answer)}`,
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
