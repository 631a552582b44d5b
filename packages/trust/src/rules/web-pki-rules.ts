import { ipText, oids } from '@entente/x509';
import { commonNames } from '../names/certificate-names.ts';
import { sameBytes } from '../signatures/key-identifier.ts';
import { hasExtension, isCritical, type Rules } from './rule.ts';

/** What the Baseline Requirements of the CA/Browser Forum add to RFC 5280 for publicly trusted TLS certificates. */
export const webPkiRules = {
  /** Web PKI: subscribers are not CAs. */
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
  /** Web PKI: a common name repeats one subjectAltName exactly. */
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
  /** Web PKI: extended key usage is not critical, roots carry none, and no subscriber has all purposes at once. */
  extKeyUsageWebPki: [
    'extKeyUsage',
    (certificate, part) => {
      if (part === 'anchor')
        return hasExtension(certificate, oids.extKeyUsage) ? 'present in a root' : undefined;
      if (part === 'leaf' && certificate.extKeyUsage?.includes(oids.anyExtendedKeyUsage) === true)
        return 'anyExtendedKeyUsage in a leaf';
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
  /** Web PKI: CA certificates have keyUsage; roots may be older than the rule. */
  caHasKeyUsage: [
    'keyUsage',
    ({ keyUsage }, part) =>
      part === 'intermediate' && keyUsage === undefined ? 'missing in a CA certificate' : undefined,
  ],
  /** Web PKI: subscribers do not sign CRLs. */
  leafSignsNoCrls: [
    'keyUsage',
    ({ keyUsage }, part) => (part === 'leaf' && keyUsage?.cRLSign === true ? 'cRLSign in a leaf' : undefined),
  ],
} as const satisfies Rules;

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
