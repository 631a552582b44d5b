import { derOf, listOf } from '../der/given.ts';
import { oids } from '../der/oids.ts';
import { ipText } from '../name/ip-address.ts';
import type { Certificate } from './certificate.ts';

/** The names of a leaf: those that it carries, or is to carry. */
export interface CertificateNames {
  /** For people only: nothing trusts a common name. */
  readonly commonName: string;
  /** dNSName entries of the subjectAltName, in the order of encoding. */
  readonly dnsNames: readonly string[];
  /** uniformResourceIdentifier entries; a server has each SIP name again as `sip:<name>` (RFC 5922 §7.1). */
  readonly uris: readonly string[];
  /** iPAddress entries as `ipText` writes them; default none. */
  readonly ipAddresses?: readonly string[];
}

/**
 * The names that a certificate carries.
 *
 * @param certificate - as decoded
 * @returns its names; the common name is empty where the subject has none, names of other kinds are left out
 */
export function certificateNamesOf(certificate: Certificate): CertificateNames {
  derOf(certificate?.subject, 'certificate');
  const { subject, subjectAltName = [] } = certificate;
  const attributes = subject.rdns.flat();
  const common = attributes.find(({ oid }) => oid === oids.commonName);
  const ofType = (type: 'dns' | 'uri') =>
    subjectAltName.flatMap((name) => (name.type === type ? [name.value] : []));
  const ipAddresses = subjectAltName.flatMap((name) => (name.type === 'ip' ? [ipText(name.bytes)] : []));
  return {
    commonName: common?.text ?? '',
    dnsNames: ofType('dns'),
    uris: ofType('uri'),
    ...(ipAddresses.length === 0 ? {} : { ipAddresses }),
  };
}

/**
 * Whether two lists of names are the same, in any order and with any repetition. The common name does not count.
 *
 * @param one - the names of a certificate, or those decided for one
 * @param other - the same
 */
export function sameCertificateNames(one: CertificateNames, other: CertificateNames): boolean {
  return (
    sameMembers(one?.dnsNames, other?.dnsNames) &&
    sameMembers(one.uris, other.uris) &&
    sameMembers(one.ipAddresses ?? [], other.ipAddresses ?? [])
  );
}

function sameMembers(one: readonly string[], other: readonly string[]): boolean {
  const members = new Set(listOf(other, 'names'));
  return new Set(listOf(one, 'names')).size === members.size && one.every((item) => members.has(item));
}
