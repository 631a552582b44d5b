import { type RejectionOf, reject } from '@entente/trust';

/**
 * A limit of the listener is reached. The catalogue speaks of partners under `throttled`; here it is the number of connections.
 *
 * @param what - the limit
 * @param max - its value
 */
export function tooMany(what: string, max: number): RejectionOf<'throttled'> {
  return {
    ...reject('throttled', {}),
    message: `expected at most ${max} ${what}, found one more`,
    remedy: 'wait, or raise the limit in the options of the listener if the load is legitimate',
  };
}
