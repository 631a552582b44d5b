import type { CrlReason } from '../crl/certificate-list.ts';
import type { Extension, Signed } from '../extension/extension-values.ts';
import type { AlgorithmIdentifier } from '../key/algorithm.ts';
import type { GeneralName } from '../name/general-name.ts';
import type { Name } from '../name/name.ts';

/** Identifies the certificate of a request or an answer. @see RFC 6960 §4.1.1 */
export interface CertId {
  readonly der: Uint8Array;
  readonly hashAlgorithm: AlgorithmIdentifier;
  /** Hash over the DER of the issuer's name. */
  readonly issuerNameHash: Uint8Array;
  /** Hash over the issuer's key, `publicKey.bits`. */
  readonly issuerKeyHash: Uint8Array;
  /** Content octets of the INTEGER. */
  readonly serialNumber: Uint8Array;
  readonly serialHex: string;
}

/**
 * One certificate whose status is requested.
 * @see RFC 6960 §4.1.1
 */
export interface OcspSingleRequest {
  readonly certId: CertId;
  readonly extensions: readonly Extension[];
}

/**
 * The signature of a signed request.
 * @see RFC 6960 §4.1.1
 */
export interface OcspRequestSignature {
  readonly signatureAlgorithm: AlgorithmIdentifier;
  /** The signature's octets; empty when the BIT STRING does not consist of whole octets. */
  readonly signature: Uint8Array;
  /** Content octets of the BIT STRING, its count of unused bits first. */
  readonly signatureValue: Uint8Array;
  /** Each certificate's whole TLV, not decoded. */
  readonly certificates: readonly Uint8Array[];
}

/**
 * A request to an OCSP responder.
 * @see RFC 6960 §4.1
 */
export interface OcspRequest {
  readonly der: Uint8Array;
  /** The bytes that are signed, where the request is signed. */
  readonly tbs: Uint8Array;
  /** Whether version 1 was encoded although it is the default: not DER, but in use and harmless. */
  readonly versionSpeltOut: boolean;
  readonly requestorName?: GeneralName | undefined;
  readonly requests: readonly OcspSingleRequest[];
  readonly extensions: readonly Extension[];
  readonly unknownCritical: readonly string[];
  /** 1 to 128 octets. @see RFC 9654 §2.1 */
  readonly nonce?: Uint8Array | undefined;
  readonly signature?: OcspRequestSignature | undefined;
}

/**
 * Whether the responder answered, or why not.
 * @see RFC 6960 §4.2.1
 */
export type OcspResponseStatus =
  | 'successful'
  | 'malformedRequest'
  | 'internalError'
  | 'tryLater'
  | 'sigRequired'
  | 'unauthorized';

/** Identifies the responder. @see RFC 6960 §4.2.1 */
export type ResponderId =
  | { readonly type: 'name'; readonly name: Name }
  /** SHA-1 over the responder's key, `publicKey.bits`. */
  | { readonly type: 'key'; readonly keyHash: Uint8Array };

/**
 * What the responder states about a certificate.
 * @see RFC 6960 §4.2.1
 */
export type OcspCertStatus =
  | { readonly state: 'good' }
  | { readonly state: 'revoked'; readonly revocationTime: number; readonly reason?: CrlReason | undefined }
  | { readonly state: 'unknown' };

/**
 * The statement about one certificate.
 * @see RFC 6960 §4.2.1
 */
export interface OcspSingleResponse {
  readonly certId: CertId;
  readonly status: OcspCertStatus;
  /** Milliseconds since 1970. */
  readonly thisUpdate: number;
  /** Milliseconds since 1970. */
  readonly nextUpdate?: number | undefined;
  readonly extensions: readonly Extension[];
  readonly unknownCritical: readonly string[];
}

/**
 * The signed statements of a responder.
 * @see RFC 6960 §4.2.1
 */
export interface BasicOcspResponse extends Signed {
  readonly der: Uint8Array;
  /** Whether version 1 was encoded although it is the default: not DER, but in use and harmless. */
  readonly versionSpeltOut: boolean;
  readonly responderId: ResponderId;
  /** Milliseconds since 1970. */
  readonly producedAt: number;
  readonly responses: readonly OcspSingleResponse[];
  readonly extensions: readonly Extension[];
  readonly unknownCritical: readonly string[];
  /** 1 to 128 octets. @see RFC 9654 §2.1 */
  readonly nonce?: Uint8Array | undefined;
  /** Each certificate's whole TLV, not decoded: candidates for the delegated signer. */
  readonly certificates: readonly Uint8Array[];
}

/**
 * A response of an OCSP responder.
 * @see RFC 6960 §4.2.1
 */
export interface OcspResponse {
  readonly der: Uint8Array;
  readonly status: OcspResponseStatus;
  /** Present exactly when `status` is `successful`. */
  readonly basic?: BasicOcspResponse | undefined;
}
