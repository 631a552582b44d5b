import { crlRoundTrip } from '../../../packages/x509/test/round-trip.ts';
import { crls } from '../../../packages/x509/test/samples.ts';
import { derTarget } from './x509/der-target.ts';

/** CRLs. */
export const target = derTarget('x509-crl', crls(), crlRoundTrip);
