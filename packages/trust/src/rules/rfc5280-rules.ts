import { type Certificate, oids } from '@entente/x509';
import { constraintProblem, nameProblem } from '../names/name-syntax.ts';
import { verificationKey } from '../signatures/public-key.ts';
import { verifySignature } from '../signatures/verify-signature.ts';
import { isCritical, type Rules } from './rule.ts';
import { timeProblem } from './time-form.ts';

/** Whether a certificate is signed with its own key; equal names are not enough. */
const isSelfSigned = (certificate: Certificate): boolean =>
  verifySignature(certificate, verificationKey(certificate));

/** The rules of RFC 5280 §4 for the CAs that issue certificates. */
export const rfc5280Rules = {
  /** RFC 5280 §4.1.2.2: positive and at most 20 octets. */
  serialNumber: [
    'serialNumber',
    ({ serialNumber }, part) => {
      if (part === 'anchor') return undefined;
      if (serialNumber.length > 20) return `${serialNumber.length} octets instead of at most 20`;
      if (serialNumber.every((octet) => octet === 0)) return 'zero instead of a positive number';
      return (serialNumber[0]! & 0x80) === 0 ? undefined : 'negative instead of a positive number';
    },
  ],
  /** RFC 5280 §4.1.2.4. */
  issuerNotEmpty: [
    'issuer',
    ({ issuer }, part) =>
      part !== 'anchor' && issuer.isEmpty ? 'empty instead of the name of a CA' : undefined,
  ],
  /** RFC 5280 §4.1.2.6. */
  caSubjectNotEmpty: [
    'subject',
    ({ subject }, part) => (part !== 'leaf' && subject.isEmpty ? 'empty, but a CA needs a name' : undefined),
  ],
  /** RFC 5280 §4.2.1.1: present with a keyId except in self-signed certificates, never critical. */
  authorityKeyIdentifier: [
    'authorityKeyIdentifier',
    (certificate) => {
      if (isCritical(certificate, oids.authorityKeyIdentifier)) return 'critical, which it must not be';
      if (certificate.authorityKeyId?.keyId !== undefined) return undefined;
      return isSelfSigned(certificate) ? undefined : 'no keyIdentifier';
    },
  ],
  /** RFC 5280 §4.2.1.2. */
  subjectKeyIdentifier: [
    'subjectKeyIdentifier',
    (certificate, part) => {
      if (isCritical(certificate, oids.subjectKeyIdentifier)) return 'critical, which it must not be';
      const isCa = part !== 'leaf' || certificate.basicConstraints?.cA === true;
      return isCa && certificate.subjectKeyId === undefined ? 'missing in a CA certificate' : undefined;
    },
  ],
  /** RFC 5280 §4.2.1.9. */
  basicConstraintsCritical: [
    'basicConstraints',
    ({ basicConstraints }, part) =>
      part !== 'leaf' && basicConstraints?.critical === false
        ? 'not critical in a CA certificate'
        : undefined,
  ],
  /** RFC 5280 §4.2.1.3 and §4.2.1.9: keyCertSign and pathLenConstraint belong to CAs. */
  caBitsBelongToCas: [
    'keyUsage',
    ({ keyUsage, basicConstraints }) => {
      if (keyUsage?.keyCertSign === true && basicConstraints?.cA !== true) return 'keyCertSign without cA';
      return basicConstraints?.cA === false && basicConstraints.pathLength !== undefined
        ? 'pathLenConstraint without cA'
        : undefined;
    },
  ],
  /** RFC 5280 §4.2.1.10. */
  nameConstraintsInCasOnly: [
    'nameConstraints',
    ({ nameConstraints, basicConstraints }, part) =>
      part === 'leaf' && nameConstraints !== undefined && basicConstraints?.cA !== true
        ? 'present in a certificate that is not a CA'
        : undefined,
  ],
  /** RFC 5280 §4.2.1.10. */
  nameConstraintsNotEmpty: [
    'nameConstraints',
    ({ nameConstraints }) =>
      nameConstraints !== undefined &&
      nameConstraints.permitted.length + nameConstraints.excluded.length === 0
        ? 'present without any subtree'
        : undefined,
  ],
  /** RFC 5280 §4.2.1.10. */
  nameConstraintsCritical: [
    'nameConstraints',
    (certificate) =>
      certificate.nameConstraints !== undefined && !isCritical(certificate, oids.nameConstraints)
        ? 'not critical'
        : undefined,
  ],
  /** RFC 5280 §4.2.1.10: hosts without leading dot, mailboxes, addresses with a mask; neither minimum nor maximum. */
  nameConstraintsSyntax: [
    'nameConstraints',
    ({ nameConstraints }) => {
      if (nameConstraints === undefined) return undefined;
      for (const subtree of [...nameConstraints.permitted, ...nameConstraints.excluded]) {
        const problem = constraintProblem(subtree);
        if (problem !== undefined) return problem;
      }
      return undefined;
    },
  ],
  /** RFC 5280 §4.2.1.11. */
  policyConstraintsCritical: [
    'policyConstraints',
    (certificate) =>
      certificate.policyConstraints !== undefined && !isCritical(certificate, oids.policyConstraints)
        ? 'not critical'
        : undefined,
  ],
  /** RFC 5280 §4.2.2.1. */
  authorityInfoAccessNotCritical: [
    'authorityInfoAccess',
    (certificate) =>
      isCritical(certificate, oids.authorityInfoAccess) ? 'critical, which it must not be' : undefined,
  ],
  /** RFC 5280 §4.2.1.12: one purpose or more. */
  extKeyUsageNotEmpty: [
    'extKeyUsage',
    ({ extKeyUsage }) => (extKeyUsage?.length === 0 ? 'present without any purpose' : undefined),
  ],
  /** RFC 5280 §4.1.2.6. */
  subjectAltNameCritical: [
    'subjectAltName',
    (certificate) => {
      if (!certificate.subject.isEmpty) return undefined;
      if (certificate.subjectAltName === undefined) return 'missing beside an empty subject';
      return isCritical(certificate, oids.subjectAltName)
        ? undefined
        : 'not critical beside an empty subject';
    },
  ],
  /** RFC 5280 §4.2.1.6: preferred name syntax, mailboxes, absolute URIs, 4 or 16 octets. */
  subjectAltNameSyntax: [
    'subjectAltName',
    ({ subjectAltName }) => {
      for (const name of subjectAltName ?? []) {
        const problem = nameProblem(name);
        if (problem !== undefined) return problem;
      }
      return undefined;
    },
  ],
  /** RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050 on. */
  validityForm: [
    'validity',
    ({ notBefore, notBeforeForm, notAfter, notAfterForm }, part) =>
      part === 'anchor'
        ? undefined
        : (timeProblem(notBefore, notBeforeForm) ?? timeProblem(notAfter, notAfterForm)),
  ],
  /** RFC 5280 §4.1.2.8. */
  noUniqueIdentifiers: [
    'tbsCertificate',
    ({ issuerUniqueId, subjectUniqueId }, part) => {
      if (part === 'anchor') return undefined;
      if (issuerUniqueId !== undefined) return 'an issuerUniqueID, which CAs must not issue';
      return subjectUniqueId === undefined ? undefined : 'a subjectUniqueID, which CAs must not issue';
    },
  ],
  /** RFC 5280 §4.2.1.14. */
  inhibitAnyPolicyCritical: [
    'inhibitAnyPolicy',
    (certificate) =>
      certificate.inhibitAnyPolicy !== undefined && !isCritical(certificate, oids.inhibitAnyPolicy)
        ? 'not critical'
        : undefined,
  ],
  /** RFC 5280 §4.2.1.15. */
  freshestCrlNotCritical: [
    'freshestCRL',
    (certificate) =>
      isCritical(certificate, oids.freshestCRL) ? 'critical, which it must not be' : undefined,
  ],
  /** RFC 5280 §4.2.2.2. */
  subjectInfoAccessNotCritical: [
    'subjectInfoAccess',
    (certificate) =>
      isCritical(certificate, oids.subjectInfoAccess) ? 'critical, which it must not be' : undefined,
  ],
  /** X.690 §11.2.2: named bits end in a one. The reader takes others too, because old roots have them. */
  keyUsageWithoutTrailingZeros: [
    'keyUsage',
    ({ extensions }, part) => {
      if (part === 'anchor') return undefined;
      const bits = extensions.find(({ oid }) => oid === oids.keyUsage)?.value;
      // Tag, length, count of unused bits, then the bits.
      if (bits === undefined || bits.length < 4) return undefined;
      return (bits[bits.length - 1]! & (1 << bits[2]!)) === 0 ? 'trailing zeros' : undefined;
    },
  ],
  /** RFC 5280 §4.2.1.9. */
  pathLengthNeedsKeyCertSign: [
    'basicConstraints',
    ({ basicConstraints, keyUsage }) =>
      basicConstraints?.pathLength !== undefined && keyUsage?.keyCertSign === false
        ? 'pathLenConstraint without keyCertSign'
        : undefined,
  ],
} as const satisfies Rules;
