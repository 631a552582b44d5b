import { type Certificate, oids } from '@entente/x509';
import { dnsName, hostName } from '../names/host-name.ts';
import { mailAddress } from '../names/mail-address.ts';
import { verificationKey } from '../signatures/public-key.ts';
import { verifySignature } from '../signatures/verify-signature.ts';
import { isCritical, type Rules } from './rule.ts';

/** Signed with its own key; the names alone do not say so. */
const isSelfSigned = (certificate: Certificate): boolean =>
  verifySignature(certificate, verificationKey(certificate));

/** What RFC 5280 §4 lays on those who issue. */
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
  /** RFC 5280 §4.2.1.1: present with a keyId save in self-signed certificates, never critical. */
  authorityKeyIdentifier: [
    'authorityKeyIdentifier',
    (certificate, part) => {
      if (isCritical(certificate, oids.authorityKeyIdentifier)) return 'critical, which it must not be';
      if (certificate.authorityKeyId?.keyId !== undefined) return undefined;
      return part === 'anchor' && isSelfSigned(certificate) ? undefined : 'no keyIdentifier';
    },
  ],
  /** RFC 5280 §4.2.1.2. */
  subjectKeyIdentifier: [
    'subjectKeyIdentifier',
    (certificate, part) => {
      if (isCritical(certificate, oids.subjectKeyIdentifier)) return 'critical, which it must not be';
      return part !== 'leaf' && certificate.subjectKeyId === undefined
        ? 'missing in a CA certificate'
        : undefined;
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
        ? 'present in a certificate that is no CA'
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
  /** RFC 5280 §4.2.1.10: DNS constraints are host names without leading dot, addresses come with a mask. */
  nameConstraintsSyntax: [
    'nameConstraints',
    ({ nameConstraints }) => {
      if (nameConstraints === undefined) return undefined;
      for (const { base } of [...nameConstraints.permitted, ...nameConstraints.excluded]) {
        if (base.type === 'dns' && base.value !== '' && hostName(base.value) === undefined) {
          return `"${base.value}" is no host name`;
        }
        if (base.type === 'ip' && base.bytes.length !== 8 && base.bytes.length !== 32) {
          return `${base.bytes.length} octets are no address with a mask`;
        }
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
  /** RFC 5280 §4.2.1.6: preferred name syntax, mailboxes, 4 or 16 octets. */
  subjectAltNameSyntax: [
    'subjectAltName',
    ({ subjectAltName }) => {
      for (const name of subjectAltName ?? []) {
        if (name.type === 'dns' && (name.value.includes('_') || dnsName(name.value) === undefined)) {
          return `"${name.value}" is no DNS name`;
        }
        if (name.type === 'email' && mailAddress(name.value) === undefined)
          return `"${name.value}" is no mailbox`;
        if (name.type === 'ip' && name.bytes.length !== 4 && name.bytes.length !== 16) {
          return `${name.bytes.length} octets are no IP address`;
        }
      }
      return undefined;
    },
  ],
} as const satisfies Rules;
