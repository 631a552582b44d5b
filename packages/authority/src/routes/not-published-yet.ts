import type { Authority } from '../authority.ts';
import type { Untold } from '../trust-state/state-publisher.ts';

/**
 * What an answer adds to a change that is in force at the authority and that members cannot hear of yet.
 * @param authority - that has put it in force
 * @returns a member `untold`, or none where members can hear of it
 */
export function untoldOf({ states }: Pick<Authority, 'states'>): { readonly untold?: Untold } {
  const { untold } = states;
  return untold === undefined ? {} : { untold };
}
