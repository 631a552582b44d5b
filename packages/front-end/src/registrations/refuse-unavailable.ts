import { type RequestRefusal, refusal } from '@entente/sip-proxy';
import { isLocationsUnavailable } from '@entente/sip-proxy/locations';

/**
 * Refuses a request that needs a store which is not available.
 * @param error - what the store has thrown
 * @param expected - of the store, as part of a sentence
 * @returns `locations-unavailable`, 503
 * @throws the error itself where it says anything else: that is a fault
 */
export function refuseUnavailable(error: unknown, expected: string): RequestRefusal {
  if (!isLocationsUnavailable(error)) throw error;
  return refusal(
    'locations-unavailable',
    503,
    `expected ${expected}, found: ${(error as Error).message}`,
    (error as { remedy?: string }).remedy ?? 'Look for why the store of locations does not answer.',
  );
}
