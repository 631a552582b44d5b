import { certificateAt, clip, listed, type ReasonEntries } from './entry.ts';

const producedBy = '@entente/trust';

/** Reasons of stage 2 that concern what a certificate may be used for, and the limits on its anchor. */
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
      'have the lower certificate issued by a real CA; an end-entity certificate must never issue',
  },
  'path-length-exceeded': {
    stage: 'path',
    rank: 88,
    producedBy,
    means: 'More intermediates follow a CA than its pathLenConstraint allows.',
    sentence: ({ depth, subject, allowed, found }) =>
      `expected at most ${allowed} intermediates below ${certificateAt(depth, subject)}, found ${found}`,
    remedy: () => 'issue from a CA higher up, or have the CA certified with a greater pathLenConstraint',
  },
  'key-usage-missing': {
    stage: 'path',
    rank: 85,
    producedBy,
    means: 'The keyUsage extension lacks the bit that the certificate’s part in the path needs.',
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
    remedy: ({ needed }) => `have the certificate issued with extended key usage ${needed}`,
  },
  'name-constraint-violated': {
    stage: 'path',
    rank: 93,
    producedBy,
    means: 'A name lies outside what a CA above it may speak for.',
    sentence: ({ depth, subject, name, constraint, by }) =>
      constraint === 'unsupported'
        ? `expected names that the constraints of "${clip(by)}" can be applied to, found ${clip(name)} in ${certificateAt(depth, subject)}`
        : `expected names within the constraints of "${clip(by)}", found ${clip(name)} in ${certificateAt(depth, subject)}, which is ${constraint === 'excluded' ? 'excluded' : 'not among the permitted'}`,
    remedy: () => 'have the certificate issued for permitted names, or by a CA that may speak for them',
  },
  'anchor-limit-violated': {
    stage: 'path',
    rank: 95,
    producedBy,
    means:
      'The path breaks a limit that we impose on its anchor, whatever the anchor’s own certificate says.',
    sentence: ({ anchor, limit, allowed, found }) =>
      `expected anchor "${anchor}" to be used within its limit ${limit} (${clip(allowed)}), found ${clip(found)}`,
    remedy: ({ anchor, limit }) =>
      `if this use is legitimate, have the limit ${limit} of anchor "${anchor}" widened by those who sign the topology; otherwise the peer shows a certificate it should not have`,
  },
  'policy-required': {
    stage: 'path',
    rank: 87,
    producedBy,
    means: 'No certificate policy that is acceptable holds along the whole path, and one is required.',
    sentence: ({ depth, subject, expected }) =>
      `expected one of the policies ${listed(expected)} along the whole path, found none left at ${certificateAt(depth, subject)}`,
    remedy: () => 'have the path issued under an acceptable certificate policy',
  },
  'unknown-critical-extension': {
    stage: 'path',
    rank: 90,
    producedBy,
    means:
      'A certificate carries a critical extension that we do not know, so its meaning cannot be honoured.',
    sentence: ({ depth, subject, oid }) =>
      `expected only critical extensions that are understood, found ${oid} in ${certificateAt(depth, subject)}`,
    remedy: () => 'have the certificate issued without that extension, or with it not critical',
  },
};
