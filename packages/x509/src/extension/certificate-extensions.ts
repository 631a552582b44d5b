import type { ExtensionTable, KnownExtension } from './extension-block.ts';
import {
  type ExtensionReader,
  readAccessDescriptions,
  readAltName,
  readAuthorityKeyId,
  readBasicConstraints,
  readExtKeyUsage,
  readInhibitAnyPolicy,
  readKeyUsage,
  readNameConstraints,
  readPolicyConstraints,
  readPolicyMappings,
  readSubjectKeyId,
} from './extension-readers.ts';
import { readDirectoryAttributes } from './read-attributes.ts';
import { readDistributionPoints } from './read-distribution-point.ts';
import { readCertificatePolicies } from './read-policies.ts';

/** Codes of extensions as `ExtensionBlock` numbers them: the last arc under id-ce, 128 more under id-pe, 256 more under id-pkix-ocsp. */
export const CODE = {
  subjectDirectoryAttributes: 9,
  subjectKeyIdentifier: 14,
  keyUsage: 15,
  subjectAltName: 17,
  issuerAltName: 18,
  basicConstraints: 19,
  cRLNumber: 20,
  reasonCode: 21,
  invalidityDate: 24,
  deltaCRLIndicator: 27,
  issuingDistributionPoint: 28,
  certificateIssuer: 29,
  nameConstraints: 30,
  cRLDistributionPoints: 31,
  certificatePolicies: 32,
  policyMappings: 33,
  authorityKeyIdentifier: 35,
  policyConstraints: 36,
  extKeyUsage: 37,
  freshestCRL: 46,
  inhibitAnyPolicy: 54,
  authorityInfoAccess: 129,
  subjectInfoAccess: 139,
  ocspNonce: 258,
} as const;

/** One row of a table: code, name and reader of a supported extension. */
export function known(
  name: keyof typeof CODE,
  read: ExtensionReader<unknown>,
  actedOn = true,
): [number, KnownExtension] {
  return [CODE[name], { where: `extensions.${name}`, read, actedOn }];
}

/** Extensions of certificates. @see RFC 5280 §4.2 */
export const CERTIFICATE_EXTENSIONS: ExtensionTable = new Map([
  known('subjectDirectoryAttributes', readDirectoryAttributes, false),
  known('subjectKeyIdentifier', readSubjectKeyId),
  known('keyUsage', readKeyUsage),
  known('subjectAltName', readAltName),
  known('issuerAltName', readAltName),
  known('basicConstraints', readBasicConstraints),
  known('nameConstraints', readNameConstraints),
  known('cRLDistributionPoints', readDistributionPoints),
  known('certificatePolicies', readCertificatePolicies),
  known('policyMappings', readPolicyMappings),
  known('authorityKeyIdentifier', readAuthorityKeyId),
  known('policyConstraints', readPolicyConstraints),
  known('extKeyUsage', readExtKeyUsage),
  known('freshestCRL', readDistributionPoints),
  known('inhibitAnyPolicy', readInhibitAnyPolicy),
  known('authorityInfoAccess', readAccessDescriptions),
  known('subjectInfoAccess', readAccessDescriptions),
]);
