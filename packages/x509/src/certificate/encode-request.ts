import { DerWriter } from '../der/der-writer.ts';
import { checks } from '../der/encode-error.ts';
import { derOf, listOf } from '../der/given.ts';
import { oids } from '../der/oids.ts';
import { TAG } from '../der/tags.ts';
import type { Attribute, Extension } from '../extension/extension-values.ts';
import { writeAttribute, writeExtensionList } from '../extension/write-extensions.ts';
import { writeSetOf } from '../name/write-name.ts';
import { type Encoded, encodeSigned, type SignatureInput } from './encode-certificate.ts';

/** The content of a request. A decoded `CertificationRequest` fits, and encodes to its own bytes. */
export interface RequestInfoFields {
  /** The whole Name that is requested; `createName([])` for none. */
  readonly subject: Encoded;
  /** The whole SubjectPublicKeyInfo to certify; its private key signs the request. */
  readonly publicKey: Encoded;
  /** All attributes; `extensions` is then ignored. */
  readonly attributes?: readonly Attribute[];
  /** Encoded as the only attribute, extensionRequest. */
  readonly extensions?: readonly Extension[];
}

/**
 * Encodes the part of a PKCS#10 request that is signed.
 * @returns the DER to sign with the key of the request
 * @throws EncodeError `ENTENTE_X509_ENCODE` where a value has no canonical encoding
 * @see RFC 2986 §4.1
 */
export function encodeRequestInfo(fields: RequestInfoFields): Uint8Array {
  checks.names(fields, ['subject', 'publicKey', 'attributes', 'extensions'], 'certificationRequestInfo');
  const writer = new DerWriter(1024);
  const info = writer.begin(TAG.SEQUENCE);
  writer.integer(0);
  writer.raw(derOf(fields.subject, 'subject'));
  writer.raw(derOf(fields.publicKey, 'publicKey'));
  writeSetOf(writer, attributesOf(fields).map(encodeAttribute), 0xa0);
  writer.end(info);
  return writer.toBytes();
}

function attributesOf({ attributes, extensions = [] }: RequestInfoFields): readonly Attribute[] {
  if (attributes !== undefined) return listOf(attributes, 'attributes');
  if (listOf(extensions, 'extensions').length === 0) return [];
  const writer = new DerWriter();
  writeExtensionList(writer, extensions);
  return [{ oid: oids.extensionRequest, values: [writer.toBytes()] }];
}

function encodeAttribute(attribute: Attribute): Uint8Array {
  const writer = new DerWriter();
  writeAttribute(writer, attribute);
  return writer.takeBytes();
}

/**
 * Encodes a request from its signed part and the signature.
 * @param info - what `encodeRequestInfo` returned
 * @see RFC 2986 §4.2
 */
export function encodeCertificationRequest(
  info: Uint8Array,
  signatureAlgorithm: Encoded,
  signature: SignatureInput,
): Uint8Array {
  return encodeSigned(info, signatureAlgorithm, signature);
}
