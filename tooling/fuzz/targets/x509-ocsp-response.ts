import { ocspResponseRoundTrip } from '../../../packages/x509/test/round-trip.ts';
import { ocspResponses } from '../../../packages/x509/test/samples.ts';
import { derTarget } from './x509/der-target.ts';

/** OCSP responses. */
export const target = derTarget('x509-ocsp-response', ocspResponses(), ocspResponseRoundTrip);
