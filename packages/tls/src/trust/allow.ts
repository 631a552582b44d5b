import { type Authorise, allowNames } from '@entente/trust';

/** Which peers may use a link: exact names (DNS names, SIP domains or URIs), or a function that decides. */
export type Allow = readonly string[] | Authorise;

/**
 * Gives the function that `allow` stands for.
 * @param allow - names or a function
 */
export function authoriseOf(allow: Allow): Authorise {
  return typeof allow === 'function' ? allow : allowNames(allow);
}
