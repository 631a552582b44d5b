import { certificateRoundTrip } from '../../../packages/x509/test/round-trip.ts';
import { certificates } from '../../../packages/x509/test/samples.ts';
import { derTarget } from './x509/der-target.ts';

/** Certificates. */
export const target = derTarget('x509-certificate', certificates(), certificateRoundTrip);
