import { restructure } from '../../../packages/x509/test/der-tree.ts';
import { ocspRequestRoundTrip } from '../../../packages/x509/test/round-trip.ts';
import { ocspRequests } from '../../../packages/x509/test/samples.ts';
import type { FuzzTarget } from '../target.ts';

const samples = ocspRequests();

/** OCSP requests: any octets as they are, and a well-formed one changed in ways that follow from them. */
export const target: FuzzTarget = {
  name: 'x509-ocsp-request',
  seeds: () => samples,
  run(input) {
    ocspRequestRoundTrip(input);
    ocspRequestRoundTrip(restructure(samples, input));
  },
};
