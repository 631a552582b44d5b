import { requestRoundTrip } from '../../../packages/x509/test/round-trip.ts';
import { requests } from '../../../packages/x509/test/samples.ts';
import { derTarget } from './x509/der-target.ts';

/** PKCS#10 requests. */
export const target = derTarget('x509-request', requests(), requestRoundTrip);
