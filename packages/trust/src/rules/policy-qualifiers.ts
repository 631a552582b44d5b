import { type Certificate, oids } from '@entente/x509';
import { isCritical } from './rule.ts';

/**
 * Whether certificatePolicies is critical and has a qualifier that we cannot interpret: such a certificate must be refused, as
 * with any critical extension that cannot be processed.
 *
 * @see RFC 5280 §4.2.1.4
 */
export function hasUnknownQualifier(certificate: Certificate): boolean {
  if (!isCritical(certificate, oids.certificatePolicies)) return false;
  return (certificate.certificatePolicies ?? []).some(({ qualifiers }) =>
    qualifiers.some(({ oid }) => oid !== oids.cpsQualifier && oid !== oids.userNoticeQualifier),
  );
}
