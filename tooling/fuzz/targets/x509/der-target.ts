import { restructure } from '../../../../packages/x509/test/der-tree.ts';
import type { FuzzTarget } from '../../target.ts';

/**
 * A reader of DER: it is given any octets as they are, and a well-formed sample changed in ways that follow from them.
 *
 * @param name - of the target
 * @param samples - well-formed
 * @param roundTrip - reads octets, and throws where what was read is not written as it was
 */
export function derTarget(
  name: string,
  samples: Uint8Array[],
  roundTrip: (input: Uint8Array) => void,
): FuzzTarget {
  return {
    name,
    seeds: () => samples,
    run(input) {
      roundTrip(input);
      roundTrip(restructure(samples, input));
    },
  };
}
