import type { CrlReason } from '../crl/certificate-list.ts';
import type { Extension, Signed } from '../extension/extension-values.ts';
import type { AlgorithmIdentifier } from '../key/algorithm.ts';
import type { GeneralName } from '../name/general-name.ts';
import type { Name } from '../name/name.ts';

/** Identifies the certificate of a request or an answer. @see RFC 6960 §4.1.1 */
export interface CertId {
  /** The whole CertID, DER: equal octets identify the same certificate. */
  readonly der: Uint8Array;
  /** The algorithm of both hashes; any is accepted here. */
  readonly hashAlgorithm: AlgorithmIdentifier;
  /** Hash over the DER of the issuer's name. */
  readonly issuerNameHash: Uint8Array;
  /** Hash over the issuer's key, `publicKey.bits`. */
  readonly issuerKeyHash: Uint8Array;
  /** Content octets of the INTEGER. */
  readonly serialNumber: Uint8Array;
  /** The serial number as lower-case hex, two digits an octet. */
  readonly serialHex: string;
}

/**
 * One certificate whose status is requested.
 * @see RFC 6960 §4.1.1
 */
export interface OcspSingleRequest {
  /** The certificate that is meant, by hashes of its issuer and its serial number. */
  readonly certId: CertId;
  /** Extensions of this single request in order, not decoded; empty where there is none. */
  readonly extensions: readonly Extension[];
}

/**
 * The signature of a signed request.
 * @see RFC 6960 §4.1.1
 */
export interface OcspRequestSignature {
  /** The algorithm that the client states; the signed part does not repeat it. */
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
  /** The whole OCSPRequest: the bytes that were decoded, not a copy. */
  readonly der: Uint8Array;
  /** The bytes that are signed, where the request is signed. */
  readonly tbs: Uint8Array;
  /** Whether version 1 was encoded although it is the default: not DER, but in use and harmless. */
  readonly versionSpeltOut: boolean;
  /** The client's name as the request states it; undefined where the field is absent. */
  readonly requestorName?: GeneralName | undefined;
  /** The certificates whose status is requested, in order; may be empty. */
  readonly requests: readonly OcspSingleRequest[];
  /** Extensions of the whole request in order, not decoded; empty where there is none. */
  readonly extensions: readonly Extension[];
  /**
   * Critical extensions, other than the request's nonce, as OIDs: those of the single requests first, then the
   * request's own.
   */
  readonly unknownCritical: readonly string[];
  /** 1 to 128 octets. @see RFC 9654 §2.1 */
  readonly nonce?: Uint8Array | undefined;
  /** Undefined where the request is not signed, as in nearly all. It is not checked. */
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
  /** The certificate that is meant; compare it with that of the request. */
  readonly certId: CertId;
  /** `good`, `revoked` (since when, in milliseconds since 1970) or `unknown` to the responder. @see RFC 6960 §2.2 */
  readonly status: OcspCertStatus;
  /** Milliseconds since 1970. */
  readonly thisUpdate: number;
  /** Milliseconds since 1970. */
  readonly nextUpdate?: number | undefined;
  /** Extensions of this statement in order, not decoded; empty where there is none. */
  readonly extensions: readonly Extension[];
  /** Critical extensions of this statement as OIDs; signed certificate timestamps (RFC 6962 §3.3) do not count. */
  readonly unknownCritical: readonly string[];
}

/**
 * The signed statements of a responder.
 * @see RFC 6960 §4.2.1
 */
export interface BasicOcspResponse extends Signed {
  /** The whole BasicOCSPResponse, DER: a view on the content of `response`. */
  readonly der: Uint8Array;
  /** Whether version 1 was encoded although it is the default: not DER, but in use and harmless. */
  readonly versionSpeltOut: boolean;
  /** The responder's name, or a hash of its key. @see RFC 6960 §4.2.2.3 */
  readonly responderId: ResponderId;
  /** Milliseconds since 1970. */
  readonly producedAt: number;
  /** The statements in order, one a certificate; may be empty. */
  readonly responses: readonly OcspSingleResponse[];
  /** Extensions of the whole response in order, not decoded; empty where there is none. */
  readonly extensions: readonly Extension[];
  /**
   * Critical extensions of the whole response, other than the nonce, as OIDs; those of a statement are in its own
   * list.
   */
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
  /** The whole OCSPResponse: the bytes that were decoded, not a copy. */
  readonly der: Uint8Array;
  /** Whether the responder answered, or why not; this status is not signed. */
  readonly status: OcspResponseStatus;
  /** Present exactly when `status` is `successful`. */
  readonly basic?: BasicOcspResponse | undefined;
}
