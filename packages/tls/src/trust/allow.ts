import { type Authorise, allowNames } from '@entente/trust';

/** Who may use a link: exact names (DNS names, SIP domains or URIs), or a function that decides. */
export type Allow = readonly string[] | Authorise;

/**
 * The function behind `allow`.
 * @param allow - names or a function
 */
export function authoriseOf(allow: Allow): Authorise {
  return typeof allow === 'function' ? allow : allowNames(allow);
}
