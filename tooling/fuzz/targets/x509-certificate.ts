import { restructure } from '../../../packages/x509/test/der-tree.ts';
import { certificateRoundTrip } from '../../../packages/x509/test/round-trip.ts';
import { certificates } from '../../../packages/x509/test/samples.ts';
import type { FuzzTarget } from '../target.ts';

const samples = certificates();

/** Certificates: any octets as they are, and a well-formed one changed in ways that follow from them. */
export const target: FuzzTarget = {
  name: 'x509-certificate',
  seeds: () => samples,
  run(input) {
    certificateRoundTrip(input);
    certificateRoundTrip(restructure(samples, input));
  },
};
