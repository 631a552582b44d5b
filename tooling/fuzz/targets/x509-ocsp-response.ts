import { restructure } from '../../../packages/x509/test/der-tree.ts';
import { ocspResponseRoundTrip } from '../../../packages/x509/test/round-trip.ts';
import { ocspResponses } from '../../../packages/x509/test/samples.ts';
import type { FuzzTarget } from '../target.ts';

const samples = ocspResponses();

/** OCSP responses: any octets as they are, and a well-formed one changed in ways that follow from them. */
export const target: FuzzTarget = {
  name: 'x509-ocsp-response',
  seeds: () => samples,
  run(input) {
    ocspResponseRoundTrip(input);
    ocspResponseRoundTrip(restructure(samples, input));
  },
};
