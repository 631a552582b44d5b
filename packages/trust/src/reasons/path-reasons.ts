import { certificateAt, clip, listed, moment, type ReasonEntries } from './entry.ts';

const producedBy = '@entente/trust';

/** Reasons of stage 2 that concern signatures, keys, time and the search itself. */
export const pathReasons: ReasonEntries<
  | 'search-budget-exceeded'
  | 'unknown-issuer'
  | 'signature-invalid'
  | 'algorithm-not-allowed'
  | 'key-too-small'
  | 'certificate-expired'
  | 'certificate-not-yet-valid'
> = {
  'search-budget-exceeded': {
    stage: 'path',
    rank: 110,
    producedBy,
    means:
      'The chain offers so many candidate paths that the search was ended: hostile, or badly out of order.',
    sentence: ({ what, max }) =>
      `expected to find a path with at most ${max} ${what}, found no end of the search`,
    remedy: () => 'present only the certificates of one path, in order',
  },
  'unknown-issuer': {
    stage: 'path',
    rank: 10,
    producedBy,
    means: 'No path leads from the certificate to an anchor that we trust.',
    sentence: ({ depth, subject, issuer }) =>
      `expected a path to a trusted anchor, found ${certificateAt(depth, subject)} issued by "${clip(issuer)}", which is unknown`,
    remedy: () =>
      'add the root to the anchors if it deserves trust, or make the peer present the missing intermediate',
  },
  'signature-invalid': {
    stage: 'path',
    rank: 50,
    producedBy,
    means: 'A signature does not verify with the key of the issuer it names.',
    sentence: ({ depth, subject, issuer, algorithm }) =>
      `expected ${certificateAt(depth, subject)} to be signed by "${clip(issuer)}", found a signature (${algorithm}) that does not verify`,
    remedy: () =>
      'find out who altered or forged the certificate; if the issuer changed its key, present its current certificate',
  },
  'algorithm-not-allowed': {
    stage: 'path',
    rank: 84,
    producedBy,
    means: 'A signature algorithm, curve or kind of key is not on the list of the profile.',
    sentence: ({ depth, subject, algorithm, allowed }) =>
      `expected one of ${listed(allowed)}, found ${algorithm} in ${certificateAt(depth, subject)}`,
    remedy: () =>
      'have the certificate issued again with ECDSA on P-256 or P-384, Ed25519, or RSA with SHA-256 or better',
  },
  'key-too-small': {
    stage: 'path',
    rank: 84,
    producedBy,
    means: 'A key is smaller than the profile asks for.',
    sentence: ({ depth, subject, keyKind, sizeBits, minBits }) =>
      `expected a ${keyKind} key of at least ${minBits} bits, found ${sizeBits} bits in ${certificateAt(depth, subject)}`,
    remedy: ({ minBits }) =>
      `make a new key (P-256, or RSA of at least ${minBits} bits) and have it certified`,
  },
  'certificate-expired': {
    stage: 'path',
    rank: 82,
    producedBy,
    means: 'The validity period of a certificate in the path is over.',
    sentence: ({ depth, subject, notAfter, now }) =>
      `expected a certificate valid at ${moment(now)}, found that ${certificateAt(depth, subject)} expired at ${moment(notAfter)}`,
    remedy: () => 'renew the certificate; if it is new, check the clock of this machine',
  },
  'certificate-not-yet-valid': {
    stage: 'path',
    rank: 82,
    producedBy,
    means: 'The validity period of a certificate in the path has not begun.',
    sentence: ({ depth, subject, notBefore, now }) =>
      `expected a certificate valid at ${moment(now)}, found that ${certificateAt(depth, subject)} is valid from ${moment(notBefore)} only`,
    remedy: () => 'check the clocks of this machine and of the CA, or wait',
  },
};
