import { ocspRequestRoundTrip } from '../../../packages/x509/test/round-trip.ts';
import { ocspRequests } from '../../../packages/x509/test/samples.ts';
import { derTarget } from './x509/der-target.ts';

/** OCSP requests. */
export const target = derTarget('x509-ocsp-request', ocspRequests(), ocspRequestRoundTrip);
