import { DerWriter } from '../der/der-writer.ts';
import { TAG } from '../der/tags.ts';
import type { TimeForm } from '../der/time.ts';
import type { Extension } from '../extension/extension-values.ts';
import { writeExtensions } from '../extension/write-extensions.ts';
import type { AlgorithmIdentifier } from '../key/algorithm.ts';

/** Something that brings its own DER: a Name, a key, an algorithm. */
export interface Encoded {
  readonly der: Uint8Array;
}

/**
 * What the signed part of a certificate says. A decoded `Certificate` fits, and gives back its own bytes.
 */
export interface TbsCertificateFields {
  /** 3 when left out. */
  readonly version?: 1 | 2 | 3;
  /** Content octets of the INTEGER: shortest form, the first bit 0 for a positive number. */
  readonly serialNumber: Uint8Array;
  readonly signatureAlgorithm: Encoded;
  readonly issuer: Encoded;
  readonly subject: Encoded;
  /** Milliseconds since 1970; whole seconds count. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** The prescribed form when left out. */
  readonly notBeforeForm?: TimeForm;
  readonly notAfterForm?: TimeForm;
  readonly publicKey: Encoded;
  /** Content octets of the BIT STRING, its count of unused bits first. */
  readonly issuerUniqueId?: Uint8Array | undefined;
  readonly subjectUniqueId?: Uint8Array | undefined;
  readonly extensions?: readonly Extension[];
}

/**
 * Writes the part of a certificate that is signed.
 * @returns the DER to sign
 * @throws EncodeError (`ENTENTE_X509_ENCODE`) when a value has no canonical encoding
 * @see RFC 5280 §4.1.2
 */
export function encodeTbsCertificate(fields: TbsCertificateFields): Uint8Array {
  const { version = 3 } = fields;
  const writer = new DerWriter(1024);
  const tbs = writer.begin(TAG.SEQUENCE);
  if (version !== 1) {
    const explicit = writer.begin(0xa0);
    writer.integer(version - 1);
    writer.end(explicit);
  }
  writer.integer(fields.serialNumber);
  writer.raw(fields.signatureAlgorithm.der);
  writer.raw(fields.issuer.der);
  const validity = writer.begin(TAG.SEQUENCE);
  writer.time(fields.notBefore, fields.notBeforeForm);
  writer.time(fields.notAfter, fields.notAfterForm);
  writer.end(validity);
  writer.raw(fields.subject.der);
  writer.raw(fields.publicKey.der);
  if (fields.issuerUniqueId !== undefined) writer.element(0x81, fields.issuerUniqueId);
  if (fields.subjectUniqueId !== undefined) writer.element(0x82, fields.subjectUniqueId);
  writeExtensions(writer, fields.extensions ?? [], 0xa3);
  writer.end(tbs);
  return writer.toBytes();
}

/** A signature's octets, or something decoded whose BIT STRING is to be written as it was. */
export type SignatureInput = Uint8Array | { readonly signatureValue: Uint8Array };

/**
 * Puts a signature to a signed part.
 * @param tbs - what `encodeTbsCertificate` returned
 * @param signatureAlgorithm - the algorithm that the signed part names
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

/** SEQUENCE of signed part, algorithm and signature: certificates, CRLs and requests are all this. */
export function encodeSigned(tbs: Uint8Array, algorithm: Encoded, signature: SignatureInput): Uint8Array {
  const writer = new DerWriter(tbs.length + 1024);
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
  writer.raw(algorithm.der);
  if ('signatureValue' in signature) writer.element(TAG.BIT_STRING, signature.signatureValue);
  else writer.bitString(signature);
}

/**
 * Builds an AlgorithmIdentifier.
 * @param oid - dotted decimal, e.g. `oids.ecdsaWithSHA256`
 * @param parameters - a whole TLV, or `'null'` for the NULL that RSA algorithms carry; left out for ECDSA and EdDSA
 * @throws EncodeError (`ENTENTE_X509_ENCODE`) when `oid` is no object identifier
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
