import { DerWriter } from '../der/der-writer.ts';
import { checks } from '../der/encode-error.ts';
import { derOf, octetsOf } from '../der/given.ts';
import { TAG } from '../der/tags.ts';
import type { TimeForm } from '../der/time.ts';
import type { Extension } from '../extension/extension-values.ts';
import { writeExtensions } from '../extension/write-extensions.ts';
import type { AlgorithmIdentifier } from '../key/algorithm.ts';

/** A value with its own DER: a Name, a key, an algorithm. */
export interface Encoded {
  /** The whole element, DER; written as it is, without a check. */
  readonly der: Uint8Array;
}

/**
 * The content of the signed part of a certificate. A decoded `Certificate` fits, and encodes to its own bytes.
 */
export interface TbsCertificateFields {
  /** Default 3. */
  readonly version?: 1 | 2 | 3;
  /** Content octets of the INTEGER: shortest form, the first bit 0 for a positive number. */
  readonly serialNumber: Uint8Array;
  /** The whole AlgorithmIdentifier; `encodeCertificate` has to be given the same one. @see RFC 5280 §4.1.2.3 */
  readonly signatureAlgorithm: Encoded;
  /** The whole Name of the CA that signs. @see RFC 5280 §4.1.2.4 */
  readonly issuer: Encoded;
  /** The whole Name of the key's owner. Where it is empty, subjectAltName has to be critical. @see RFC 5280 §4.1.2.6 */
  readonly subject: Encoded;
  /** Milliseconds since 1970; whole seconds count. */
  readonly notBefore: number;
  /** Milliseconds since 1970, the last instant of validity; whole seconds count. */
  readonly notAfter: number;
  /** Default: the required form. */
  readonly notBeforeForm?: TimeForm;
  /** Default: the required form, which is UTCTime through 2049. @see RFC 5280 §4.1.2.5 */
  readonly notAfterForm?: TimeForm;
  /** The whole SubjectPublicKeyInfo, as `createPublicKey(…).export({ format: 'der', type: 'spki' })` returns it. */
  readonly publicKey: Encoded;
  /** Content octets of the BIT STRING, its count of unused bits first. */
  readonly issuerUniqueId?: Uint8Array | undefined;
  /** Content octets of the BIT STRING, its count of unused bits first. Default: none. */
  readonly subjectUniqueId?: Uint8Array | undefined;
  /** Encoded in this order; the field is omitted where there is none. They need version 3, which is not checked. */
  readonly extensions?: readonly Extension[];
}

const tbsFields = [
  'version',
  'serialNumber',
  'signatureAlgorithm',
  'issuer',
  'subject',
  'notBefore',
  'notAfter',
  'notBeforeForm',
  'notAfterForm',
  'publicKey',
  'issuerUniqueId',
  'subjectUniqueId',
  'extensions',
] as const satisfies readonly (keyof TbsCertificateFields)[];

/**
 * Encodes the part of a certificate that is signed.
 * @returns the DER to sign
 * @throws EncodeError `ENTENTE_X509_ENCODE` where a value has no canonical encoding
 * @see RFC 5280 §4.1.2
 */
export function encodeTbsCertificate(fields: TbsCertificateFields): Uint8Array {
  checks.names(fields, tbsFields, 'tbsCertificate');
  const { version = 3 } = fields;
  if (!Number.isInteger(version)) throw checks.unlike(version, '1, 2 or 3', 'version');
  const writer = new DerWriter(1024);
  const tbs = writer.begin(TAG.SEQUENCE);
  if (version !== 1) {
    const explicit = writer.begin(0xa0);
    writer.integer(version - 1);
    writer.end(explicit);
  }
  writer.integer(fields.serialNumber);
  writer.raw(derOf(fields.signatureAlgorithm, 'signatureAlgorithm'));
  writer.raw(derOf(fields.issuer, 'issuer'));
  const validity = writer.begin(TAG.SEQUENCE);
  writer.time(fields.notBefore, fields.notBeforeForm);
  writer.time(fields.notAfter, fields.notAfterForm);
  writer.end(validity);
  writer.raw(derOf(fields.subject, 'subject'));
  writer.raw(derOf(fields.publicKey, 'publicKey'));
  if (fields.issuerUniqueId !== undefined) writer.element(0x81, fields.issuerUniqueId);
  if (fields.subjectUniqueId !== undefined) writer.element(0x82, fields.subjectUniqueId);
  writeExtensions(writer, fields.extensions ?? [], 0xa3);
  writer.end(tbs);
  return writer.toBytes();
}

/** A signature's octets, or a decoded object whose BIT STRING is encoded as it was. */
export type SignatureInput = Uint8Array | { readonly signatureValue: Uint8Array };

/**
 * Encodes a certificate from its signed part and the signature.
 * @param tbs - what `encodeTbsCertificate` returned
 * @param signatureAlgorithm - the algorithm in the signed part
 * @param signature - its octets (ECDSA: the DER form, not the raw pair)
 * @see RFC 5280 §4.1.1
 */
export function encodeCertificate(
  tbs: Uint8Array,
  signatureAlgorithm: Encoded,
  signature: SignatureInput,
): Uint8Array {
  return encodeSigned(tbs, signatureAlgorithm, signature);
}

/** SEQUENCE of signed part, algorithm and signature: the form of certificates, CRLs and requests. */
export function encodeSigned(tbs: Uint8Array, algorithm: Encoded, signature: SignatureInput): Uint8Array {
  const writer = new DerWriter(octetsOf(tbs, 'signed part').length + 1024);
  const whole = writer.begin(TAG.SEQUENCE);
  writeSigned(writer, tbs, algorithm, signature);
  writer.end(whole);
  return writer.takeBytes();
}

/** Writes signed part, algorithm and signature. */
export function writeSigned(
  writer: DerWriter,
  tbs: Uint8Array,
  algorithm: Encoded,
  signature: SignatureInput,
): void {
  writer.raw(tbs);
  writer.raw(derOf(algorithm, 'signatureAlgorithm'));
  if (typeof signature !== 'object' || signature === null)
    throw checks.unlike(signature, 'octets in a Uint8Array', 'signature');
  if ('signatureValue' in signature) writer.element(TAG.BIT_STRING, signature.signatureValue);
  else writer.bitString(signature);
}

/**
 * Builds an AlgorithmIdentifier.
 * @param oid - dotted decimal, e.g. `oids.ecdsaWithSHA256`
 * @param parameters - a whole TLV, or `'null'` for the NULL of RSA algorithms; omit it for ECDSA and EdDSA
 * @throws EncodeError `ENTENTE_X509_ENCODE` where `oid` is not an object identifier
 * @see RFC 5280 §4.1.1.2
 */
export function createAlgorithm(oid: string, parameters?: Uint8Array | 'null'): AlgorithmIdentifier {
  const value = parameters === 'null' ? Uint8Array.of(TAG.NULL, 0) : parameters;
  const writer = new DerWriter(32);
  const mark = writer.begin(TAG.SEQUENCE);
  writer.oid(oid);
  if (value !== undefined) writer.raw(value);
  writer.end(mark);
  return { oid, der: writer.toBytes(), parameters: value };
}
