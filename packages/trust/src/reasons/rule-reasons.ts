import { certificateAt, clip, counted, listed, type ReasonEntries } from './entry.ts';

const producedBy = ['@entente/trust'];

/** Reasons of stage 2: what a certificate may be used for, and the limits on its anchor. */
export const ruleReasons: ReasonEntries<
  | 'not-a-ca'
  | 'path-length-exceeded'
  | 'key-usage-missing'
  | 'extended-key-usage-missing'
  | 'name-constraint-violated'
  | 'anchor-limit-violated'
  | 'policy-required'
  | 'unknown-critical-extension'
> = {
  'not-a-ca': {
    stage: 'path',
    rank: 86,
    producedBy,
    means: 'A certificate that issued another one is not a CA certificate.',
    sentence: ({ depth, subject, found }) =>
      `expected ${certificateAt(depth, subject)} to be a CA (basicConstraints cA), found ${found}`,
    remedy: () =>
      'have the certificate below it issued by a CA; an end-entity certificate must not issue any',
  },
  'path-length-exceeded': {
    stage: 'path',
    rank: 88,
    producedBy,
    means: 'More intermediates follow a CA than its pathLenConstraint allows.',
    sentence: ({ depth, subject, allowed, found }) =>
      `expected at most ${counted(allowed, 'intermediate')} below ${certificateAt(depth, subject)}, found ${found}`,
    remedy: () => 'issue from a CA higher up, or have the CA certified with a greater pathLenConstraint',
  },
  'key-usage-missing': {
    stage: 'path',
    rank: 85,
    producedBy,
    means: 'The keyUsage extension lacks the bit that the certificate needs at its place in the path.',
    sentence: ({ depth, subject, needed }) =>
      `expected ${certificateAt(depth, subject)} to allow ${needed} in keyUsage, found that it does not`,
    remedy: ({ needed }) => `have the certificate issued again with the keyUsage bit ${needed}`,
  },
  'extended-key-usage-missing': {
    stage: 'path',
    rank: 80,
    producedBy,
    means: 'The extended key usage of a certificate in the path does not cover the purpose of the link.',
    sentence: ({ depth, subject, needed, found }) =>
      `expected ${certificateAt(depth, subject)} to be usable for ${needed}, found ${listed(found, 'no extended key usage')}`,
    remedy: ({ needed }) => `have the certificate issued with the extended key usage ${needed}`,
  },
  'name-constraint-violated': {
    stage: 'path',
    rank: 93,
    producedBy,
    means: 'A name in the certificate lies outside the name constraints of a CA above it.',
    sentence: ({ depth, subject, name, constraint, by }) =>
      constraint === 'unsupported'
        ? `expected names that the constraints of "${clip(by)}" can be applied to, found ${clip(name)} in ${certificateAt(depth, subject)}`
        : `expected names within the constraints of "${clip(by)}", found ${clip(name)} in ${certificateAt(depth, subject)}, which is ${constraint === 'excluded' ? 'excluded' : 'not permitted'}`,
    remedy: () =>
      'have the certificate issued for permitted names, or by a CA that may issue for these names',
  },
  'anchor-limit-violated': {
    stage: 'path',
    rank: 95,
    producedBy,
    means:
      'The path breaks a limit that the topology or the configuration sets for its anchor, whatever the anchor’s own certificate allows.',
    sentence: ({ anchor, limit, allowed, found }) =>
      `expected anchor "${anchor}" to stay within its limit ${limit} (${clip(allowed)}), found ${clip(found)}`,
    remedy: ({ anchor, limit, allowed }) => {
      switch (limit) {
        case 'domains':
          return `find out why the CA has certified this name; have the peer present a certificate with names of ${clip(allowed)} only. Only where the name is the partner’s too, add its domain to the entry that anchor "${anchor}" belongs to`;
        case 'excludedDomains':
          return 'find out why the CA has certified this name, which only other CAs may certify here; have the peer present a certificate without it';
        default:
          return `find out why the peer has this certificate; if this use is legitimate, change the limit ${limit} of anchor "${anchor}" in the topology or the configuration`;
      }
    },
  },
  'policy-required': {
    stage: 'path',
    rank: 87,
    producedBy,
    means: 'A certificate policy is required, and no acceptable one holds along the whole path.',
    sentence: ({ depth, subject, expected }) =>
      `expected one of the policies ${listed(expected)} along the whole path, found none left at ${certificateAt(depth, subject)}`,
    remedy: () => 'have the path issued under an acceptable certificate policy',
  },
  'unknown-critical-extension': {
    stage: 'path',
    rank: 90,
    producedBy,
    means:
      'A certificate carries a critical extension that is not supported, so the certificate cannot be used.',
    sentence: ({ depth, subject, oid }) =>
      `expected only supported critical extensions, found ${oid} in ${certificateAt(depth, subject)}`,
    remedy: () =>
      'have the certificate issued without that extension, or with the extension marked not critical',
  },
};
