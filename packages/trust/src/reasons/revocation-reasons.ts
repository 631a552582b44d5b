import { certificateAt, clip, moment, type ReasonEntries } from './entry.ts';

const producedBy = '@entente/trust';

const sources = {
  crl: 'a CRL',
  ocsp: 'an OCSP response',
  'stapled-ocsp': 'a stapled OCSP response',
} as const;

/** Reasons of stage 3. */
export const revocationReasons: ReasonEntries<'revoked' | 'revocation-unknown' | 'revocation-stale'> = {
  revoked: {
    stage: 'revocation',
    rank: 100,
    producedBy,
    means: 'A valid CRL or OCSP response says that a certificate in the path is revoked.',
    sentence: ({ depth, subject, since, code, source, signer }) =>
      `expected a certificate that is not revoked, found ${certificateAt(depth, subject)} revoked since ${moment(since)} (${code}), according to ${sources[source]} of "${clip(signer)}"`,
    remedy: () =>
      'issue the holder a new certificate for a new key; if the revocation was a mistake, issue a new certificate',
  },
  'revocation-unknown': {
    stage: 'revocation',
    rank: 58,
    producedBy,
    means: 'No usable CRL or OCSP response covers a certificate in the path, and the anchor requires one.',
    sentence: ({ depth, subject, why }) =>
      `expected to know whether ${certificateAt(depth, subject)} is revoked, found ${clip(why)}`,
    remedy: () =>
      'make the CRL or OCSP response of the issuer available: check its address, its signer, and that this server can reach it',
  },
  'revocation-stale': {
    stage: 'revocation',
    rank: 60,
    producedBy,
    means: 'The newest CRL or OCSP response is older than the anchor allows.',
    sentence: ({ depth, subject, source, thisUpdate, nextUpdate, now }) =>
      `expected a current statement about ${certificateAt(depth, subject)} at ${moment(now)}, found ${sources[source]} of ${moment(thisUpdate)}${nextUpdate === undefined ? ' without nextUpdate' : `, due for renewal at ${moment(nextUpdate)}`}`,
    remedy: ({ graceMs }) =>
      `have the CA publish a new one, and check that this server can fetch it${graceMs > 0 ? ` (the grace period of ${Math.round(graceMs / 3_600_000)} h is over)` : ''}`,
  },
};
