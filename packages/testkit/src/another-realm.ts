import { runInNewContext } from 'node:vm';

/**
 * Copies octets as a test runner with a realm of its own hands them over: `instanceof Uint8Array` says no.
 * @param octets - of this realm
 */
export function ofAnotherRealm(octets: Uint8Array): Uint8Array {
  const copy = runInNewContext('new Uint8Array(length)', { length: octets.length }) as Uint8Array;
  copy.set(octets);
  return copy;
}
