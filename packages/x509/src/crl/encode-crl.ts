import { type Encoded, encodeSigned, type SignatureInput } from '../certificate/encode-certificate.ts';
import { DerWriter } from '../der/der-writer.ts';
import { checks, EncodeError } from '../der/encode-error.ts';
import { derOf, listOf } from '../der/given.ts';
import { oids } from '../der/oids.ts';
import { TAG } from '../der/tags.ts';
import type { TimeForm } from '../der/time.ts';
import type { Extension } from '../extension/extension-values.ts';
import { extension, writeExtensionList, writeExtensions } from '../extension/write-extensions.ts';
import type { CrlReason } from './certificate-list.ts';
import { CRL_REASONS } from './crl-extensions.ts';

/** One revoked certificate. A decoded `RevokedCertificate` fits, and encodes to its own bytes. */
export interface RevokedFields {
  /** Content octets of the INTEGER. */
  readonly serialNumber: Uint8Array;
  /** Milliseconds since 1970; whole seconds count. */
  readonly revocationDate: number;
  /** Default: the required form. */
  readonly revocationDateForm?: TimeForm;
  /** `unspecified` is omitted, as RFC 5280 §5.3.1 requires. */
  readonly reason?: CrlReason | undefined;
  /** Milliseconds since 1970. */
  readonly invalidityDate?: number | undefined;
  /** All extensions of the entry; `reason` and `invalidityDate` are then ignored. */
  readonly extensions?: readonly Extension[];
}

/** The content of the signed part of a CRL, without its entries. */
export interface TbsCrlFields {
  /** Default 2. */
  readonly version?: 1 | 2;
  /** The whole AlgorithmIdentifier; `encodeCrl` has to be given the same one. @see RFC 5280 §5.1.2.2 */
  readonly signatureAlgorithm: Encoded;
  /** The whole Name of the signer; the RFC does not allow an empty one. @see RFC 5280 §5.1.2.3 */
  readonly issuer: Encoded;
  /** Milliseconds since 1970; whole seconds count. */
  readonly thisUpdate: number;
  /** Milliseconds since 1970; whole seconds count. Default: none, although RFC 5280 §5.1.2.5 requires it. */
  readonly nextUpdate?: number | undefined;
  /** Default: the required form. */
  readonly thisUpdateForm?: TimeForm;
  /** Default: the required form. Ignored where there is no `nextUpdate`. */
  readonly nextUpdateForm?: TimeForm | undefined;
  /** RFC 5280 §5.2 requires cRLNumber and authorityKeyIdentifier. */
  readonly extensions?: readonly Extension[];
}

const tbsFields = [
  'version',
  'signatureAlgorithm',
  'issuer',
  'thisUpdate',
  'nextUpdate',
  'thisUpdateForm',
  'nextUpdateForm',
  'extensions',
] as const satisfies readonly (keyof TbsCrlFields)[];

const entryFields = [
  'serialNumber',
  'revocationDate',
  'revocationDateForm',
  'reason',
  'invalidityDate',
  'extensions',
] as const satisfies readonly (keyof RevokedFields)[];

/**
 * Encodes the signed part of a CRL entry by entry: a million entries can come one at a time, and only the encoded bytes are kept.
 *
 * ```ts
 * const writer = new TbsCrlWriter(fields);
 * for await (const row of rows) writer.add(row);
 * const tbs = writer.finish();
 * ```
 * @see RFC 5280 §5.1.2
 */
export class TbsCrlWriter {
  /** Holds the bytes encoded so far. */
  private readonly writer: DerWriter;
  /** As given to the constructor; the extensions are written by `finish`. */
  private readonly fields: TbsCrlFields;
  /** Mark of the TBSCertList, which `finish` ends. */
  private readonly tbs: number;
  /** Mark of revokedCertificates, begun by the first entry: the list is omitted where there is none. */
  private list = 0;
  /** Entries added so far. */
  private count = 0;
  /** Whether `finish` was called; the writer then takes nothing more. */
  private finished = false;

  /** @param expectedEntries - approximate number of entries, so that memory is allocated once */
  constructor(fields: TbsCrlFields, expectedEntries = 0) {
    checks.names(fields, tbsFields, 'tbsCertList');
    this.fields = fields;
    const writer = new DerWriter(1024 + expectedEntries * ENTRY_BYTES);
    this.writer = writer;
    this.tbs = writer.begin(TAG.SEQUENCE);
    if (fields.version !== 1) writer.integer(1);
    writer.raw(derOf(fields.signatureAlgorithm, 'signatureAlgorithm'));
    writer.raw(derOf(fields.issuer, 'issuer'));
    writer.time(fields.thisUpdate, fields.thisUpdateForm);
    if (fields.nextUpdate !== undefined) writer.time(fields.nextUpdate, fields.nextUpdateForm);
  }

  /**
   * Adds one certificate.
   * @throws EncodeError `ENTENTE_X509_ENCODE` where a value has no canonical encoding, or after `finish`
   */
  add(entry: RevokedFields): void {
    if (this.finished)
      throw new EncodeError(
        'expected no more entries after finish, found one',
        'revokedCertificates',
        'create another writer',
      );
    checks.names(entry, entryFields, 'revokedCertificates');
    const { writer } = this;
    if (this.count++ === 0) this.list = writer.begin(TAG.SEQUENCE);
    const mark = writer.begin(TAG.SEQUENCE);
    writer.integer(entry.serialNumber);
    writer.time(entry.revocationDate, entry.revocationDateForm);
    if (entry.extensions !== undefined) {
      if (listOf(entry.extensions, 'extensions').length > 0) writeExtensionList(writer, entry.extensions);
    } else writeReason(writer, entry);
    writer.end(mark);
  }

  /** Ends the CRL. @returns the DER to sign */
  finish(): Uint8Array {
    if (this.finished)
      throw new EncodeError(
        'expected finish to be called once, found a second call',
        'TBSCertList',
        'use the result of the first call',
      );
    this.finished = true;
    if (this.count > 0) this.writer.end(this.list);
    writeExtensions(this.writer, this.fields.extensions ?? [], 0xa0);
    this.writer.end(this.tbs);
    return this.writer.takeBytes();
  }
}

/** An entry with a serial number of 20 octets and a reason. */
const ENTRY_BYTES = 56;

function writeReason(writer: DerWriter, { reason, invalidityDate }: RevokedFields): void {
  const hasReason = reason !== undefined && reason !== 'unspecified';
  if (hasReason && invalidityDate === undefined) {
    writer.raw(REASON_ONLY[reasonNumber(reason)]!);
    return;
  }
  const extensions: Extension[] = [];
  if (hasReason) extensions.push(reasonCodeExtension(reason));
  if (invalidityDate !== undefined) extensions.push(invalidityDateExtension(invalidityDate));
  if (extensions.length > 0) writeExtensionList(writer, extensions);
}

/** `Extensions` of an entry with a reason and nothing else, by the reason's number. */
const REASON_ONLY: readonly Uint8Array[] = CRL_REASONS.map((_, number) =>
  Uint8Array.of(0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01, number),
);

/**
 * Encodes the signed part of a CRL. A decoded `CertificateList` with its `entries()` encodes to its own bytes, unless it has
 * `emptyEntryExtensions`.
 * @param revoked - the entries; default none
 * @returns the DER to sign
 * @throws EncodeError `ENTENTE_X509_ENCODE` where a value has no canonical encoding
 * @see RFC 5280 §5.1.2
 */
export function encodeTbsCrl(fields: TbsCrlFields, revoked: Iterable<RevokedFields> = []): Uint8Array {
  const writer = new TbsCrlWriter(fields, Array.isArray(revoked) ? revoked.length : 0);
  if (typeof revoked?.[Symbol.iterator] !== 'function')
    throw checks.unlike(revoked, 'a list of entries', 'revokedCertificates');
  for (const entry of revoked) writer.add(entry);
  return writer.finish();
}

/**
 * Encodes a CRL from its signed part and the signature.
 * @param tbs - what `encodeTbsCrl` or `TbsCrlWriter.finish` returned
 * @see RFC 5280 §5.1.1
 */
export function encodeCrl(
  tbs: Uint8Array,
  signatureAlgorithm: Encoded,
  signature: SignatureInput,
): Uint8Array {
  return encodeSigned(tbs, signatureAlgorithm, signature);
}

/** cRLNumber. @see RFC 5280 §5.2.3 */
export function crlNumberExtension(number: bigint | number): Extension {
  return extension(oids.cRLNumber, false, (writer) => writer.integer(requireUnsigned(number)));
}

/** deltaCRLIndicator, critical: the number of the base CRL. @see RFC 5280 §5.2.4 */
export function deltaCrlIndicatorExtension(baseNumber: bigint | number): Extension {
  return extension(oids.deltaCRLIndicator, true, (writer) => writer.integer(requireUnsigned(baseNumber)));
}

function requireUnsigned(number: bigint | number): bigint {
  if (typeof number !== 'bigint' && !Number.isSafeInteger(number))
    throw checks.unlike(number, 'a whole number or a bigint', 'cRLNumber');
  const value = BigInt(number);
  if (value < 0n || value >= 1n << 160n) {
    throw new EncodeError(
      `expected a CRL number from 0 to 2^160 - 1, found ${value}`,
      'cRLNumber',
      'count the CRLs of the issuer from 0 (RFC 5280 §5.2.3)',
    );
  }
  return value;
}

/** The number of a reason. */
export function reasonNumber(reason: CrlReason): number {
  const code = CRL_REASONS.indexOf(reason);
  if (code < 0 || reason === undefined)
    throw checks.unlike(reason, `a reason of ${CRL_REASONS.filter(Boolean).join(', ')}`, 'reasonCode');
  return code;
}

/** reasonCode of an entry. @see RFC 5280 §5.3.1 */
export function reasonCodeExtension(reason: CrlReason): Extension {
  return extension(oids.reasonCode, false, (writer) => writer.integer(reasonNumber(reason), TAG.ENUMERATED));
}

/** invalidityDate of an entry. @param ms - milliseconds since 1970 @see RFC 5280 §5.3.2 */
export function invalidityDateExtension(ms: number): Extension {
  return extension(oids.invalidityDate, false, (writer) => writer.generalizedTime(ms));
}

/**
 * certificateIssuer of an entry, critical: this entry and those after it are certificates of that issuer.
 * @see RFC 5280 §5.3.3
 */
export function certificateIssuerExtension(issuer: Encoded): Extension {
  return extension(oids.certificateIssuer, true, (writer) => {
    const names = writer.begin(TAG.SEQUENCE);
    writer.element(0xa4, derOf(issuer, 'certificateIssuer'));
    writer.end(names);
  });
}
