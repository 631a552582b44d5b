export type { AlgorithmIdentifier } from './algorithm.ts';
export type { Certificate } from './certificate.ts';
export type { CertificateList, CrlReason, RevokedCertificate } from './certificate-list.ts';
export type { CertificationRequest, RequestAttribute } from './certification-request.ts';
export type { Decoded, DecodeError, DecodeErrorCode, DecodeLimits } from './decoded.ts';
export type {
  AccessDescription,
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
} from './extension-values.ts';
export type { GeneralName } from './general-name.ts';
export type { AttributeValue, Name } from './name.ts';
export type {
  BasicOcspResponse,
  CertId,
  OcspCertStatus,
  OcspRequest,
  OcspResponse,
  OcspResponseStatus,
  OcspSingleRequest,
  OcspSingleResponse,
  ResponderId,
} from './ocsp.ts';
export type { PemBlock } from './pem.ts';
export type { KeyKind, SubjectPublicKeyInfo } from './public-key.ts';
