import type { RequestUrgency } from '../overload/overload-control.ts';
import { loopTurn } from './loop-turn.ts';

/** How much this process has to do; the endpoints of a process share its event loop. */
export const processLoad = {
  /** The longest that anything has waited to be read since this was last asked, milliseconds. */
  takeLongestDelayMs: (): number => loopTurn.delay.takeLongest(),
  /** How many times the process has begun to refuse what is new. */
  overloads: (): number => loopTurn.overload.overloads,
  /** How many requests it has refused because of that, by what they are for. */
  refusals: (): Readonly<Record<RequestUrgency, number>> => loopTurn.overload.refusals,
  /**
   * Of the time that a client asks to be registered for, the part that it gets; see `OverloadControl.partOfExpires`.
   * @returns above 0.5, at most 1
   */
  partOfExpires: (): number => loopTurn.overload.partOfExpires(loopTurn.delay.now(), Math.random()),
} as const;
