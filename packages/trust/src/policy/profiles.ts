import { historicAlgorithms, modernAlgorithms } from '../signatures/algorithm-policy.ts';
import type { SearchBudget, TrustPolicy } from './profile.ts';
import { enterpriseRevocation } from './revocation-policy.ts';

const hour = 3_600_000;
const anyPolicy = {
  acceptable: ['2.5.29.32.0'],
  requireExplicit: false,
  inhibitMapping: false,
  inhibitAny: false,
};

/** The limit for a handshake: the worst case takes well under 50 ms on one slow core. */
const handshakeBudget: SearchBudget = {
  signatures: 128,
  steps: 600,
  comparisons: 100_000,
  maxIntermediates: 8,
  maxBytes: 256 * 1024,
};

/** The profile of an Entente network. */
const entente: TrustPolicy = {
  name: 'entente',
  algorithms: modernAlgorithms,
  policies: anyPolicy,
  budget: handshakeBudget,
  certificateRules: [
    'issuerNotEmpty',
    'caSubjectNotEmpty',
    'caBitsBelongToCas',
    'nameConstraintsInCasOnly',
    'extKeyUsageNotEmpty',
  ],
  anchorIs: 'certificate',
  extKeyUsage: { mode: 'nested', anyInLeaf: true },
  leafKeyUsage: true,
  revocation: {
    fallback: enterpriseRevocation,
    withoutNextUpdateMs: 0,
    futureSkewMs: hour / 12,
    strictCrls: false,
    ocspSignerStatus: 'required',
  },
  commonNameFallback: false,
};

/** RFC 5280, and the rules of §4 for CAs. */
const strict: TrustPolicy = {
  ...entente,
  name: 'rfc5280-strict',
  certificateRules: [
    'serialNumber',
    'issuerNotEmpty',
    'caSubjectNotEmpty',
    'authorityKeyIdentifier',
    'subjectKeyIdentifier',
    'basicConstraintsCritical',
    'caBitsBelongToCas',
    'nameConstraintsInCasOnly',
    'nameConstraintsNotEmpty',
    'nameConstraintsSyntax',
    'nameConstraintsCritical',
    'policyConstraintsCritical',
    'authorityInfoAccessNotCritical',
    'extKeyUsageNotEmpty',
    'subjectAltNameCritical',
    'subjectAltNameSyntax',
    'validityForm',
    'noUniqueIdentifiers',
    'inhibitAnyPolicyCritical',
    'freshestCrlNotCritical',
    'subjectInfoAccessNotCritical',
    'pathLengthNeedsKeyCertSign',
    'keyUsageWithoutTrailingZeros',
  ],
  leafKeyUsage: false,
  revocation: { ...entente.revocation, fallback: { mode: 'hard-fail' }, strictCrls: true },
};

/** The Web PKI: the strict profile with the Baseline Requirements where they differ. */
const webpki: TrustPolicy = {
  ...strict,
  name: 'webpki',
  algorithms: { ...modernAlgorithms, keys: ['ec-p256', 'ec-p384', 'ec-p521', 'rsa'], wholeOctets: true },
  certificateRules: [
    ...strict.certificateRules.filter((rule) => rule !== 'nameConstraintsCritical'),
    'leafIsNoCa',
    'versionThree',
    'leafHasSubjectAltName',
    'commonNameRepeatsSubjectAltName',
    'extKeyUsageWebPki',
    'authorityKeyIdentifierKeyOnly',
    'rootKeyIdentifiersAgree',
    'caHasKeyUsage',
    'leafSignsNoCrls',
  ],
  extKeyUsage: { mode: 'required', anyInLeaf: false },
};

/** The algorithm of RFC 5280 §6 and nothing else, for old vectors such as PKITS. */
const algorithm: TrustPolicy = {
  name: 'rfc5280-algorithm',
  algorithms: historicAlgorithms,
  policies: anyPolicy,
  budget: {
    ...handshakeBudget,
    signatures: 2_000,
    steps: 20_000,
    maxBytes: 4 * 1024 * 1024,
  },
  certificateRules: [],
  anchorIs: 'key',
  extKeyUsage: { mode: 'ignore', anyInLeaf: true },
  leafKeyUsage: false,
  revocation: {
    fallback: { mode: 'hard-fail' },
    withoutNextUpdateMs: 0,
    futureSkewMs: 0,
    strictCrls: false,
    ocspSignerStatus: 'if-known',
  },
  commonNameFallback: false,
};

/** One CRL against one issuer, as in the vectors `crl-boringssl`: a week of age, old keys. */
const crl: TrustPolicy = {
  ...algorithm,
  name: 'crl',
  revocation: { ...algorithm.revocation, maxAgeMs: 7 * 24 * hour, withoutNextUpdateMs: 7 * 24 * hour },
};

/** One OCSP response against one issuer. */
const ocsp: TrustPolicy = {
  ...algorithm,
  name: 'ocsp',
  revocation: { ...algorithm.revocation, maxAgeMs: 7 * 24 * hour, withoutNextUpdateMs: 7 * 24 * hour },
};

/**
 * The named profiles. Each is a plain value: spread one to change a setting.
 */
export const profiles = {
  entente,
  'rfc5280-strict': strict,
  'rfc5280-algorithm': algorithm,
  webpki,
  crl,
  ocsp,
} as const satisfies Record<string, TrustPolicy>;

/** Name of a profile. */
export type ProfileName = keyof typeof profiles;
