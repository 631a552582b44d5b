import { type Certificate, oids } from '@entente/x509';
import { commonNames } from '../names/certificate-names.ts';
import { dnsName, hostName } from '../names/host-name.ts';
import { ipText } from '../names/ip-address.ts';
import { mailAddress } from '../names/mail-address.ts';
import { sameBytes } from '../path/key-identifier.ts';

import { verificationKey } from '../signatures/public-key.ts';
import { verifySignature } from '../signatures/verify-signature.ts';

/** The part a certificate plays in a path. */
export type Part = 'leaf' | 'intermediate' | 'anchor';

/** Place and nature of a breach. */
export interface RuleBreach {
  readonly where: string;
  readonly problem: string;
}

type Check = (certificate: Certificate, part: Part) => string | undefined;

const isCritical = (certificate: Certificate, oid: string): boolean =>
  certificate.extensions.some((extension) => extension.oid === oid && extension.critical);

const has = (certificate: Certificate, oid: string): boolean =>
  certificate.extensions.some((extension) => extension.oid === oid);

/** Signed with its own key; the names alone do not say so. */
const isSelfSigned = (certificate: Certificate): boolean =>
  verifySignature(certificate, verificationKey(certificate));

/** Each rule: the field it looks at, and what it finds wrong there. */
const rules = {
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
  /** Web PKI: subscribers are no CAs. */
  leafIsNoCa: [
    'basicConstraints',
    ({ basicConstraints }, part) =>
      part === 'leaf' && basicConstraints?.cA === true ? 'cA in a leaf' : undefined,
  ],
  /** Web PKI: version 3 only. */
  versionThree: [
    'version',
    ({ version }, part) =>
      part !== 'anchor' && version !== 3 ? `version ${version} instead of 3` : undefined,
  ],
  /** Web PKI: names are in subjectAltName, which is critical only beside an empty subject. */
  leafHasSubjectAltName: [
    'subjectAltName',
    (certificate, part) => {
      if (part !== 'leaf') return undefined;
      if (certificate.subjectAltName === undefined) return 'missing';
      return !certificate.subject.isEmpty && isCritical(certificate, oids.subjectAltName)
        ? 'critical beside a subject'
        : undefined;
    },
  ],
  /** Web PKI: a common name repeats one subjectAltName, letter by letter. */
  commonNameRepeatsSubjectAltName: [
    'subject.commonName',
    (certificate, part) => {
      if (part !== 'leaf') return undefined;
      const listed = (certificate.subjectAltName ?? []).map((name) =>
        name.type === 'dns' ? name.value : name.type === 'ip' ? canonicalIp(ipText(name.bytes)) : '',
      );
      const stray = commonNames(certificate.subject).find((name) => !listed.includes(name));
      return stray === undefined ? undefined : `"${stray}" is not among the subjectAltNames`;
    },
  ],
  /** Web PKI: extended key usage is not critical, and roots carry none. */
  extKeyUsageWebPki: [
    'extKeyUsage',
    (certificate, part) => {
      if (part === 'anchor') return has(certificate, oids.extKeyUsage) ? 'present in a root' : undefined;
      return isCritical(certificate, oids.extKeyUsage) ? 'critical' : undefined;
    },
  ],
  /** Web PKI: both key identifiers of a root are the same. */
  rootKeyIdentifiersAgree: [
    'authorityKeyIdentifier',
    ({ authorityKeyId, subjectKeyId, subject, issuer }, part) => {
      const isRoot = part === 'anchor' && subject.canonical === issuer.canonical;
      if (!isRoot || authorityKeyId?.keyId === undefined || subjectKeyId === undefined) return undefined;
      return sameBytes(authorityKeyId.keyId, subjectKeyId)
        ? undefined
        : 'not the same as subjectKeyIdentifier';
    },
  ],
  /** Web PKI: the authority key identifier of roots and others is a keyIdentifier and nothing else. */
  authorityKeyIdentifierKeyOnly: [
    'authorityKeyIdentifier',
    ({ authorityKeyId }) => {
      if (authorityKeyId === undefined) return undefined;
      if (authorityKeyId.keyId === undefined) return 'no keyIdentifier';
      return authorityKeyId.issuer !== undefined || authorityKeyId.serial !== undefined
        ? 'authorityCertIssuer or authorityCertSerialNumber beside the keyIdentifier'
        : undefined;
    },
  ],
} as const satisfies Record<string, readonly [string, Check]>;

/** Name of a rule for single certificates. */
export type CertificateRule = keyof typeof rules;

/**
 * Holds a certificate against the rules of a profile.
 *
 * @returns the first breach, or undefined
 */
export function ruleBreach(
  certificate: Certificate,
  part: Part,
  names: readonly CertificateRule[],
): RuleBreach | undefined {
  for (const name of names) {
    const [where, check] = rules[name] as readonly [string, Check];
    const problem = check(certificate, part);
    if (problem !== undefined) return { where, problem };
  }
  return undefined;
}

/** RFC 5952 in brief: the longest run of zero groups becomes `::`. */
function canonicalIp(text: string): string {
  if (!text.includes(':')) return text;
  const groups = text.split(':');
  let best = { start: 0, length: 0 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === '0') length++;
    if (length > best.length) best = { start, length };
  }
  if (best.length < 2) return text;
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(best.start + best.length).join(':')}`;
}
