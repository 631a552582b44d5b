import type { Refusal } from './connect-authority.ts';

/** A change that is in force at the authority and that members cannot hear of yet. */
export type Untold = Pick<Refusal, 'message' | 'remedy'>;

/** What a command says of it beside what was done. */
export interface ToldMembers {
  /** For the JSON of the command. */
  readonly json: { readonly untold?: Untold };
  readonly lines: readonly string[];
  readonly next: readonly string[];
}

/**
 * Says whether members can hear of a change.
 * @param answer - of the authority that has put the change in force
 * @param usual - what to say where they can
 */
export function toldMembers(answer: Readonly<Record<string, unknown>>, usual: string): ToldMembers {
  const { message, remedy } = (answer.untold ?? {}) as Partial<Untold>;
  if (typeof message !== 'string' || typeof remedy !== 'string')
    return { json: {}, lines: [], next: [usual] };
  return { json: { untold: { message, remedy } }, lines: [message], next: [remedy] };
}
