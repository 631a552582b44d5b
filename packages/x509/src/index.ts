export type { AlgorithmIdentifier } from './algorithm.ts';
export type { Certificate } from './certificate.ts';
export type { CertificateList, CrlReason, RevokedCertificate } from './certificate-list.ts';
export type { CertificationRequest } from './certification-request.ts';
export { decodeCertificate } from './decode-certificate.ts';
export { decodeCrl } from './decode-crl.ts';
export { decodeOcspRequest } from './decode-ocsp-request.ts';
export { decodeOcspResponse } from './decode-ocsp-response.ts';
export { decodeCertificationRequest } from './decode-request.ts';
export type { Decoded, DecodeError, DecodeErrorCode, DecodeLimits } from './decoded.ts';
export { readDer } from './der/decode-der.ts';
export type { DerReader } from './der/der-reader.ts';
export { DerWriter } from './der/der-writer.ts';
export { TAG } from './der/tags.ts';
export type { TimeForm } from './der/time.ts';
export {
  createAlgorithm,
  type Encoded,
  encodeCertificate,
  encodeTbsCertificate,
  type SignatureInput,
  type TbsCertificateFields,
} from './encode-certificate.ts';
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
} from './encode-crl.ts';
export { EncodeError } from './encode-error.ts';
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
} from './encode-ocsp.ts';
export { encodeCertificationRequest, encodeRequestInfo, type RequestInfoFields } from './encode-request.ts';
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
} from './extension-values.ts';
export type { GeneralName } from './general-name.ts';
export type { AttributeValue, Name } from './name.ts';
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
} from './ocsp.ts';
export { oids } from './oids.ts';
export { decodePem, decodePemCertificates, encodePem, type PemBlock } from './pem.ts';
export type { KeyKind, SubjectPublicKeyInfo } from './public-key.ts';
export {
  crlDistributionPointsExtension,
  freshestCrlExtension,
  issuingDistributionPointExtension,
} from './write-distribution-point.ts';
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
} from './write-extensions.ts';
export { type AttributeInput, appendRdn, createName } from './write-name.ts';
