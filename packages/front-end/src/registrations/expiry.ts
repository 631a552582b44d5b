import type { Locations } from '@entente/sip-proxy/locations';

/** Addresses of record that are looked at in a second: a million in less than ten minutes. */
const sweptAtOnce = 2_000;
/** Seconds between two passes over a store that can do no part of one. */
const wholePassSec = 60;

/**
 * Has a store forget what has expired.
 * @param locations - the store
 * @param options - time, and who hears what the store throws
 * @returns to be called each second; what the store has not finished yet is not begun again
 */
export function expiring(
  locations: Locations,
  { clock, onFault }: { readonly clock: () => number; readonly onFault: (error: unknown) => void },
): () => void {
  let seconds = 0;
  let isUnderWay = false;
  const pass = () => {
    if (locations.expireSome !== undefined) return locations.expireSome(clock(), sweptAtOnce);
    seconds++;
    return seconds % wholePassSec === 0 ? locations.expire(clock()) : undefined;
  };
  return () => {
    if (isUnderWay) return;
    try {
      const done = pass();
      if (!(done instanceof Promise)) return;
      isUnderWay = true;
      done.catch(onFault).finally(() => {
        isUnderWay = false;
      });
    } catch (error) {
      onFault(error);
    }
  };
}
