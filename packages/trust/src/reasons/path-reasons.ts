import { certificateAt, clip, listed, moment, type ReasonEntries } from './entry.ts';

const producedBy = ['@entente/trust'];

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
      'The chain allows so many candidate paths that the search ended at its limit: the chain is hostile, or contains unrelated certificates.',
    sentence: ({ what, max }) =>
      `expected the search for a path to end within ${max} ${what}, found that it did not`,
    remedy: () => 'present only the certificates of one path, in order',
  },
  'unknown-issuer': {
    stage: 'path',
    rank: 10,
    producedBy,
    means:
      'No path leads from the certificate to a trusted anchor: the issuer is unknown, or has the name of a known one and another key.',
    sentence: ({ depth, subject, issuer, keyId, knownKeyId }) => {
      if (knownKeyId !== undefined)
        return `expected ${certificateAt(depth, subject)} to be signed by the known key of "${clip(issuer)}" (key identifier ${clip(knownKeyId)}), found that another key of that name has signed it (${clip(keyId ?? 'not named')})`;
      const found = certificateAt(depth, subject);
      return depth === 0 && subject === issuer
        ? `expected a path to a trusted anchor, found ${found}, which is self-signed`
        : `expected a path to a trusted anchor, found ${found} issued by "${clip(issuer)}", which is unknown`;
    },
    remedy: ({ depth, issuer, knownKeyId, subject }) => {
      if (knownKeyId !== undefined)
        return 'ask the CA which key is its own: if it has a new one, add the new root or have the peer present the new intermediate; otherwise somebody else uses its name';
      return depth === 0 && subject === issuer
        ? 'have a certificate issued by a CA whose root is among the anchors: one that is self-signed vouches for nobody but itself'
        : 'add the root to the anchors if you trust it, or configure the peer to present the missing intermediate';
    },
  },
  'signature-invalid': {
    stage: 'path',
    rank: 50,
    producedBy,
    means: 'A signature does not verify with the key of the issuer that the certificate names.',
    sentence: ({ depth, subject, issuer, algorithm }) =>
      `expected ${certificateAt(depth, subject)} to be signed by "${clip(issuer)}", found a signature (${algorithm}) that does not verify`,
    remedy: () =>
      'if the issuer changed its key, present its current certificate; otherwise the certificate was altered or forged',
  },
  'algorithm-not-allowed': {
    stage: 'path',
    rank: 84,
    producedBy,
    means: 'The profile does not allow a signature algorithm, a curve or a kind of key.',
    sentence: ({ depth, subject, algorithm, allowed }) =>
      `expected one of ${listed(allowed)}, found ${algorithm} in ${certificateAt(depth, subject)}`,
    remedy: () =>
      'have the certificate issued again with ECDSA on P-256 or P-384, Ed25519, or RSA with SHA-256 or better',
  },
  'key-too-small': {
    stage: 'path',
    rank: 84,
    producedBy,
    means: 'A key is smaller than the profile requires.',
    sentence: ({ depth, subject, keyKind, sizeBits, minBits }) =>
      `expected a ${keyKind} key of at least ${minBits} bits, found ${sizeBits} bits in ${certificateAt(depth, subject)}`,
    remedy: ({ minBits }) =>
      `generate a new key (P-256, or RSA of at least ${minBits} bits) and have it certified`,
  },
  'certificate-expired': {
    stage: 'path',
    rank: 82,
    producedBy,
    means: 'The validity period of a certificate in the path has ended.',
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
      `expected a certificate valid at ${moment(now)}, found that ${certificateAt(depth, subject)} is valid only from ${moment(notBefore)}`,
    remedy: () => 'check the clock of this machine and the clock of the CA, or wait',
  },
};
