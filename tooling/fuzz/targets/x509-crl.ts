import { restructure } from '../../../packages/x509/test/der-tree.ts';
import { crlRoundTrip } from '../../../packages/x509/test/round-trip.ts';
import { crls } from '../../../packages/x509/test/samples.ts';
import type { FuzzTarget } from '../target.ts';

const samples = crls();

/** CRLs: any octets as they are, and a well-formed one changed in ways that follow from them. */
export const target: FuzzTarget = {
  name: 'x509-crl',
  seeds: () => samples,
  run(input) {
    crlRoundTrip(input);
    crlRoundTrip(restructure(samples, input));
  },
};
