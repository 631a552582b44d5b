import { restructure } from '../../../packages/x509/test/der-tree.ts';
import { requestRoundTrip } from '../../../packages/x509/test/round-trip.ts';
import { requests } from '../../../packages/x509/test/samples.ts';
import type { FuzzTarget } from '../target.ts';

const samples = requests();

/** PKCS#10 requests: any octets as they are, and a well-formed one changed in ways that follow from them. */
export const target: FuzzTarget = {
  name: 'x509-request',
  seeds: () => samples,
  run(input) {
    requestRoundTrip(input);
    requestRoundTrip(restructure(samples, input));
  },
};
