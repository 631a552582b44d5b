import { certificateAt, clip, moment, type ReasonEntries } from './entry.ts';

const producedBy = '@entente/trust';

/** Reasons of stage 3. */
export const revocationReasons: ReasonEntries<'revoked' | 'revocation-unknown' | 'revocation-stale'> = {
  revoked: {
    stage: 'revocation',
    rank: 100,
    producedBy,
    means: 'A source that may say so says that a certificate of the path is revoked.',
    sentence: ({ depth, subject, since, code, source, signer }) =>
      `expected a certificate that is not revoked, found ${certificateAt(depth, subject)} revoked since ${moment(since)} (${code}) by "${clip(signer)}" (${source})`,
    remedy: () =>
      'the holder needs a new key and a new certificate; if the revocation was a mistake, issue again',
  },
  'revocation-unknown': {
    stage: 'revocation',
    rank: 58,
    producedBy,
    means: 'Nothing acceptable is known about the revocation of a certificate, and the anchor demands it.',
    sentence: ({ depth, subject, why }) =>
      `expected to know whether ${certificateAt(depth, subject)} is revoked, found ${clip(why)}`,
    remedy: () =>
      'make the CRL or OCSP response of the issuer available: check its address, its signer and that the fetcher may reach it',
  },
  'revocation-stale': {
    stage: 'revocation',
    rank: 60,
    producedBy,
    means: 'What is known about revocation is older than the anchor allows.',
    sentence: ({ depth, subject, source, thisUpdate, nextUpdate, now }) =>
      `expected current revocation knowledge about ${certificateAt(depth, subject)} at ${moment(now)}, found ${source} of ${moment(thisUpdate)}${nextUpdate === undefined ? ' without nextUpdate' : `, due for renewal at ${moment(nextUpdate)}`}`,
    remedy: ({ graceMs }) =>
      `have the CA publish a new one and fetch it${graceMs > 0 ? ` (a grace of ${Math.round(graceMs / 3_600_000)} h is already counted)` : ''}`,
  },
};
