import { type Encoded, type SignatureInput, writeSigned } from '../certificate/encode-certificate.ts';
import type { CrlReason } from '../crl/certificate-list.ts';
import { reasonNumber } from '../crl/encode-crl.ts';
import { DerWriter } from '../der/der-writer.ts';
import { checks, EncodeError } from '../der/encode-error.ts';
import { derOf, listOf, octetsOf } from '../der/given.ts';
import { oids } from '../der/oids.ts';
import { TAG } from '../der/tags.ts';
import type { Extension } from '../extension/extension-values.ts';
import { extension, writeExtensions } from '../extension/write-extensions.ts';
import type { GeneralName } from '../name/general-name.ts';
import { writeGeneralName } from '../name/write-general-name.ts';
import { OCSP_STATUSES } from './decode-ocsp-response.ts';
import type { BasicOcspResponse, CertId, OcspCertStatus, OcspRequest, OcspResponseStatus } from './ocsp.ts';

/**
 * The identifier of a certificate: hashes over the DER of its issuer's name (`issuer.subject.der`) and over its issuer's
 * key (`issuer.publicKey.bits`), both by `hashAlgorithm`, and its serial number.
 * @see RFC 6960 §4.1.1
 */
export interface CertIdFields {
  /** The whole AlgorithmIdentifier; SHA-1 and SHA-256 have a NULL in practice: `createAlgorithm(oids.sha256, 'null')`. */
  readonly hashAlgorithm: Encoded;
  /** Hash over the DER of the issuer's name; its length is not checked. */
  readonly issuerNameHash: Uint8Array;
  /** Hash over the issuer's key, `publicKey.bits`; its length is not checked. */
  readonly issuerKeyHash: Uint8Array;
  /** Content octets of the INTEGER. */
  readonly serialNumber: Uint8Array;
}

/** The content of a request. A decoded `OcspRequest` fits, and encodes to its own bytes. */
export interface OcspRequestFields {
  /** The client's name, which a signed request needs; default: none. @see RFC 6960 §4.1.2 */
  readonly requestorName?: GeneralName | undefined;
  /** The certificates whose status is requested, in order; extensions default to none. */
  readonly requests: readonly {
    readonly certId: CertIdFields | CertId;
    readonly extensions?: readonly Extension[];
  }[];
  /** Add a nonce with `ocspNonceExtension`. */
  readonly extensions?: readonly Extension[];
  /** Whether to encode version 1 although it is the default, which is not DER; default false. */
  readonly versionSpeltOut?: boolean;
}

/** The signature of a request or a response. */
export interface OcspSignatureFields {
  /** The whole AlgorithmIdentifier of the signature. */
  readonly signatureAlgorithm: Encoded;
  /** The signature's octets (ECDSA: the DER form, not the raw pair). */
  readonly signature: Uint8Array;
  /** Used instead of `signature` where it is given: content octets of the BIT STRING. */
  readonly signatureValue?: Uint8Array;
  /** Certificates that help to verify it, DER. */
  readonly certificates?: readonly Uint8Array[];
}

/**
 * Encodes the part of an OCSP request that can be signed.
 * @throws EncodeError `ENTENTE_X509_ENCODE` where a value has no canonical encoding
 * @see RFC 6960 §4.1.1
 */
export function encodeTbsOcspRequest(fields: OcspRequestFields): Uint8Array {
  checks.names(fields, requestFields, 'tbsRequest');
  const writer = new DerWriter();
  const tbs = writer.begin(TAG.SEQUENCE);
  writeVersion(writer, fields.versionSpeltOut);
  const { requestorName } = fields;
  if (requestorName !== undefined) {
    writer.constructed(0xa1, () => writeGeneralName(writer, requestorName));
  }
  const list = writer.begin(TAG.SEQUENCE);
  for (const one of listOf(fields.requests, 'requests')) {
    checks.names(one, ['certId', 'extensions'], 'requests');
    const { certId, extensions = [] } = one;
    const single = writer.begin(TAG.SEQUENCE);
    writeCertId(writer, certId);
    writeExtensions(writer, extensions, 0xa0);
    writer.end(single);
  }
  writer.end(list);
  writeExtensions(writer, fields.extensions ?? [], 0xa2);
  writer.end(tbs);
  return writer.toBytes();
}

/**
 * Encodes an OCSP request.
 * @param tbs - what `encodeTbsOcspRequest` returned
 * @param signature - default: none, as in nearly all requests
 * @see RFC 6960 §4.1.1
 */
export function encodeOcspRequest(tbs: Uint8Array, signature?: OcspSignatureFields): Uint8Array {
  const writer = new DerWriter(octetsOf(tbs, 'signed part').length + 64);
  const whole = writer.begin(TAG.SEQUENCE);
  if (signature === undefined) writer.raw(tbs);
  else {
    writer.raw(tbs);
    checks.names(signature, responseFields, 'signature');
    const explicit = writer.begin(0xa0);
    const sequence = writer.begin(TAG.SEQUENCE);
    writeSigned(writer, NOTHING, signature.signatureAlgorithm, signatureInput(signature));
    writeCertificates(writer, signature.certificates);
    writer.end(sequence);
    writer.end(explicit);
  }
  writer.end(whole);
  return writer.takeBytes();
}

const NOTHING = new Uint8Array();

/** Decoded values fit, so they bring what they have besides. */
const decodedFields = [
  'der',
  'tbs',
  'unknownCritical',
  'nonce',
  'versionSpeltOut',
  'extensions',
  'signature',
] as const;
const requestFields: readonly (keyof OcspRequest)[] = [...decodedFields, 'requestorName', 'requests'];
const responseFields: readonly (keyof BasicOcspResponse)[] = [
  ...decodedFields,
  'responderId',
  'producedAt',
  'responses',
  'signatureAlgorithm',
  'signatureValue',
  'certificates',
];

/** The content of a response. A decoded `BasicOcspResponse` fits, and encodes to its own bytes. */
export interface TbsOcspResponseFields {
  /** The whole Name of the responder, or SHA-1 over its key (`publicKey.bits`), 20 octets. @see RFC 6960 §4.2.2.3 */
  readonly responderId:
    | { readonly type: 'name'; readonly name: Encoded }
    | { readonly type: 'key'; readonly keyHash: Uint8Array };
  /** Milliseconds since 1970; whole seconds count, as in all times here. */
  readonly producedAt: number;
  /**
   * One statement a certificate, in order; times in milliseconds since 1970, `nextUpdate` and extensions default to
   * none.
   */
  readonly responses: readonly {
    readonly certId: CertIdFields | CertId;
    readonly status: OcspCertStatus;
    readonly thisUpdate: number;
    readonly nextUpdate?: number | undefined;
    readonly extensions?: readonly Extension[];
  }[];
  /** Extensions of the whole response, e.g. `ocspNonceExtension` with the request's nonce; default none. */
  readonly extensions?: readonly Extension[];
  /** Whether to encode version 1 although it is the default, which is not DER; default false. */
  readonly versionSpeltOut?: boolean;
}

/**
 * Encodes the part of an OCSP response that is signed.
 * @returns the DER to sign
 * @throws EncodeError `ENTENTE_X509_ENCODE` where a value has no canonical encoding
 * @see RFC 6960 §4.2.1
 */
export function encodeTbsOcspResponse(fields: TbsOcspResponseFields): Uint8Array {
  checks.names(fields, responseFields, 'tbsResponseData');
  const writer = new DerWriter();
  const tbs = writer.begin(TAG.SEQUENCE);
  writeVersion(writer, fields.versionSpeltOut);
  const { responderId } = fields;
  if (responderId?.type !== 'name' && responderId?.type !== 'key')
    throw checks.unlike(responderId, "an object of the type 'name' or 'key'", 'responderID');
  const responder = writer.begin(responderId.type === 'name' ? 0xa1 : 0xa2);
  if (responderId.type === 'name') writer.raw(derOf(responderId.name, 'responderID'));
  else writer.octetString(requireKeyHash(responderId.keyHash));
  writer.end(responder);
  writer.generalizedTime(fields.producedAt);
  const list = writer.begin(TAG.SEQUENCE);
  for (const one of listOf(fields.responses, 'responses')) {
    checks.names(
      one,
      ['certId', 'status', 'thisUpdate', 'nextUpdate', 'extensions', 'unknownCritical'],
      'responses',
    );
    const { certId, status, thisUpdate, nextUpdate, extensions = [] } = one;
    const single = writer.begin(TAG.SEQUENCE);
    writeCertId(writer, certId);
    writeStatus(writer, status);
    writer.generalizedTime(thisUpdate);
    if (nextUpdate !== undefined) {
      const explicit = writer.begin(0xa0);
      writer.generalizedTime(nextUpdate);
      writer.end(explicit);
    }
    writeExtensions(writer, extensions, 0xa1);
    writer.end(single);
  }
  writer.end(list);
  writeExtensions(writer, fields.extensions ?? [], 0xa1);
  writer.end(tbs);
  return writer.toBytes();
}

/**
 * Encodes a successful OCSP response from its signed part and the signature.
 * @param tbs - what `encodeTbsOcspResponse` returned
 * @see RFC 6960 §4.2.1
 */
export function encodeOcspResponse(tbs: Uint8Array, signature: OcspSignatureFields): Uint8Array {
  checks.names(signature, responseFields, 'signature');
  const writer = new DerWriter(octetsOf(tbs, 'signed part').length + 1024);
  const whole = writer.begin(TAG.SEQUENCE);
  writer.integer(0, TAG.ENUMERATED);
  const explicit = writer.begin(0xa0);
  const bytes = writer.begin(TAG.SEQUENCE);
  writer.oid(oids.ocspBasic);
  const octets = writer.begin(TAG.OCTET_STRING);
  const basic = writer.begin(TAG.SEQUENCE);
  writeSigned(writer, tbs, signature.signatureAlgorithm, signatureInput(signature));
  writeCertificates(writer, signature.certificates);
  for (const mark of [basic, octets, bytes, explicit, whole]) writer.end(mark);
  return writer.takeBytes();
}

/**
 * Encodes the response of a responder that cannot answer.
 * @see RFC 6960 §4.2.1
 */
export function encodeOcspError(status: Exclude<OcspResponseStatus, 'successful'>): Uint8Array {
  const writer = new DerWriter(16);
  const whole = writer.begin(TAG.SEQUENCE);
  const code = OCSP_STATUSES.indexOf(status);
  if (code < 1) throw checks.unlike(status, 'a status of a responder that cannot answer', 'responseStatus');
  writer.integer(code, TAG.ENUMERATED);
  writer.end(whole);
  return writer.toBytes();
}

/**
 * The nonce of a request or a response.
 * @param nonce - 1 to 128 octets; 32 random ones in a request, the request's own in a response
 * @throws EncodeError `ENTENTE_X509_ENCODE` where it has another length
 * @see RFC 9654 §2.1
 */
export function ocspNonceExtension(nonce: Uint8Array): Extension {
  if (octetsOf(nonce, 'nonce').length < 1 || nonce.length > 128) {
    throw new EncodeError(
      `expected 1 to 128 octets, found ${nonce.length}`,
      'nonce',
      'give 32 random octets (RFC 9654 §2.1)',
    );
  }
  return extension(oids.ocspNonce, false, (writer) => writer.octetString(nonce));
}

function writeVersion(writer: DerWriter, speltOut = false): void {
  if (speltOut) writer.constructed(0xa0, () => writer.integer(0));
}

const certIdFields = [
  'hashAlgorithm',
  'issuerNameHash',
  'issuerKeyHash',
  'serialNumber',
  'der',
  'serialHex',
] as const satisfies readonly (keyof CertId)[];

function writeCertId(writer: DerWriter, certId: CertIdFields): void {
  const mark = writer.begin(TAG.SEQUENCE);
  checks.names(certId, certIdFields, 'certID');
  writer.raw(derOf(certId.hashAlgorithm, 'hashAlgorithm'));
  writer.octetString(certId.issuerNameHash);
  writer.octetString(certId.issuerKeyHash);
  writer.integer(certId.serialNumber);
  writer.end(mark);
}

function writeStatus(writer: DerWriter, status: OcspCertStatus): void {
  if (!['good', 'revoked', 'unknown'].includes(status?.state))
    throw checks.unlike(status, "an object of the state 'good', 'revoked' or 'unknown'", 'certStatus');
  if (status.state !== 'revoked') {
    checks.names(status, ['state'], 'certStatus');
    writer.element(status.state === 'good' ? 0x80 : 0x82, NOTHING);
    return;
  }
  checks.names(status, ['state', 'revocationTime', 'reason'], 'certStatus');
  const mark = writer.begin(0xa1);
  writer.generalizedTime(status.revocationTime);
  if (status.reason !== undefined) writeExplicitReason(writer, status.reason);
  writer.end(mark);
}

function writeExplicitReason(writer: DerWriter, reason: CrlReason): void {
  const explicit = writer.begin(0xa0);
  writer.integer(reasonNumber(reason), TAG.ENUMERATED);
  writer.end(explicit);
}

function writeCertificates(writer: DerWriter, certificates: readonly Uint8Array[] = []): void {
  if (listOf(certificates, 'certificates').length === 0) return;
  const explicit = writer.begin(0xa0);
  const list = writer.begin(TAG.SEQUENCE);
  for (const certificate of certificates) writer.raw(certificate);
  writer.end(list);
  writer.end(explicit);
}

function signatureInput({ signature, signatureValue }: OcspSignatureFields): SignatureInput {
  return signatureValue === undefined ? signature : { signatureValue };
}

function requireKeyHash(keyHash: Uint8Array): Uint8Array {
  if (octetsOf(keyHash, 'ResponderID').length !== 20) {
    throw new EncodeError(
      `expected the 20 octets of a SHA-1 hash, found ${keyHash.length}`,
      'ResponderID',
      "hash the responder's public key with SHA-1 (RFC 6960 §4.2.1)",
    );
  }
  return keyHash;
}
