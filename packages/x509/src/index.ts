export type { Certificate } from './certificate/certificate.ts';
export {
  type CertificateNames,
  certificateNamesOf,
  sameCertificateNames,
} from './certificate/certificate-names.ts';
export { decodeCertificate } from './certificate/decode-certificate.ts';
export { type CertificationRequest, decodeCertificationRequest } from './certificate/decode-request.ts';
export {
  createAlgorithm,
  type Encoded,
  encodeCertificate,
  encodeTbsCertificate,
  type SignatureInput,
  type TbsCertificateFields,
} from './certificate/encode-certificate.ts';
export {
  encodeCertificationRequest,
  encodeRequestInfo,
  type RequestInfoFields,
} from './certificate/encode-request.ts';
export { decodePem, decodePemCertificates, encodePem, type PemBlock } from './certificate/pem.ts';
export type { CertificateList, CrlReason, RevokedCertificate } from './crl/certificate-list.ts';
export { decodeCrl } from './crl/decode-crl.ts';
export {
  certificateIssuerExtension,
  crlNumberExtension,
  deltaCrlIndicatorExtension,
  encodeCrl,
  encodeTbsCrl,
  invalidityDateExtension,
  type RevokedFields,
  reasonCodeExtension,
  type TbsCrlFields,
  TbsCrlWriter,
} from './crl/encode-crl.ts';
export { readDer } from './der/decode-der.ts';
export type { Decoded, DecodeError, DecodeErrorCode, DecodeLimits } from './der/decoded.ts';
export type { DerReader } from './der/der-reader.ts';
export { DerWriter } from './der/der-writer.ts';
export { EncodeError } from './der/encode-error.ts';
export { oids } from './der/oids.ts';
export { TAG } from './der/tags.ts';
export type { TimeForm } from './der/time.ts';
export type {
  AccessDescription,
  Attribute,
  AuthorityKeyIdentifier,
  BasicConstraints,
  DistributionPoint,
  DistributionPointName,
  Extended,
  Extension,
  ExtensionValues,
  GeneralSubtree,
  IssuingDistributionPoint,
  KeyUsage,
  NameConstraints,
  PolicyConstraints,
  PolicyInformation,
  PolicyMapping,
  PolicyQualifier,
  ReasonFlags,
  Signed,
  UserNotice,
} from './extension/extension-values.ts';
export { reasonFlagNames } from './extension/extension-values.ts';
export {
  crlDistributionPointsExtension,
  freshestCrlExtension,
  issuingDistributionPointExtension,
} from './extension/write-distribution-point.ts';
export {
  authorityInfoAccessExtension,
  authorityKeyIdExtension,
  basicConstraintsExtension,
  certificatePoliciesExtension,
  extKeyUsageExtension,
  inhibitAnyPolicyExtension,
  issuerAltNameExtension,
  keyUsageExtension,
  nameConstraintsExtension,
  policyConstraintsExtension,
  policyMappingsExtension,
  subjectAltNameExtension,
  subjectDirectoryAttributesExtension,
  subjectInfoAccessExtension,
  subjectKeyIdExtension,
} from './extension/write-extensions.ts';
export type { AlgorithmIdentifier } from './key/algorithm.ts';
export type { KeyKind, SubjectPublicKeyInfo } from './key/public-key.ts';
export type { GeneralName } from './name/general-name.ts';
export { ipAddress, ipText } from './name/ip-address.ts';
export type { AttributeValue, Name } from './name/name.ts';
export { type AttributeInput, appendRdn, createName } from './name/write-name.ts';
export { decodeOcspRequest } from './ocsp/decode-ocsp-request.ts';
export { decodeOcspResponse } from './ocsp/decode-ocsp-response.ts';
export {
  type CertIdFields,
  encodeOcspError,
  encodeOcspRequest,
  encodeOcspResponse,
  encodeTbsOcspRequest,
  encodeTbsOcspResponse,
  type OcspRequestFields,
  type OcspSignatureFields,
  ocspNonceExtension,
  type TbsOcspResponseFields,
} from './ocsp/encode-ocsp.ts';
export type {
  BasicOcspResponse,
  CertId,
  OcspCertStatus,
  OcspRequest,
  OcspRequestSignature,
  OcspResponse,
  OcspResponseStatus,
  OcspSingleRequest,
  OcspSingleResponse,
  ResponderId,
} from './ocsp/ocsp.ts';
