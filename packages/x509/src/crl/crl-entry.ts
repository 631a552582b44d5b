import { DerReader } from '../der/der-reader.ts';
import { TAG } from '../der/tags.ts';
import { hexText } from '../der/text.ts';
import type { TimeForm } from '../der/time.ts';
import { CODE } from '../extension/certificate-extensions.ts';
import { ExtensionBlock } from '../extension/extension-block.ts';
import type { Extension } from '../extension/extension-values.ts';
import type { GeneralName } from '../name/general-name.ts';
import type { Name } from '../name/name.ts';
import { LazyName } from '../name/read-name.ts';
import type { CrlReason, RevokedCertificate } from './certificate-list.ts';
import { ENTRY_EXTENSIONS } from './crl-extensions.ts';

/** Longest serial number of an entry. RFC 5280 allows 20 octets; some CAs issue a few more. */
const MAX_SERIAL = 127;

/** `Extensions` with a reasonCode and nothing else, up to the reason itself: those of nearly all entries. */
const REASON_ONLY = [0x30, 0x0c, 0x30, 0x0a, 0x06, 0x03, 0x55, 0x1d, 0x15, 0x04, 0x03, 0x0a, 0x01];

/**
 * Checks one entry without building it. An empty list of extensions is read as none: some CAs write one, and a newest CRL that
 * cannot be read would leave an older one in force, without the revocation that this one announces.
 *
 * @returns its extensions, `empty` where their list is empty, or undefined where there is none, or only a reason
 */
export function checkEntry(reader: DerReader, version: 1 | 2): ExtensionBlock | 'empty' | undefined {
  const outer = reader.open(TAG.SEQUENCE);
  reader.integer();
  if (reader.stop - reader.start > MAX_SERIAL) {
    reader.fail(`expected a serial number of at most ${MAX_SERIAL} octets`, reader.start, 'limit-exceeded');
  }
  reader.time();
  let block: ExtensionBlock | 'empty' | undefined;
  if (reader.more()) {
    if (version === 1) reader.fail('expected no entry extensions in version 1, found some');
    if (isEmpty(reader)) {
      block = 'empty';
      reader.pos = reader.end;
    } else if (isReasonOnly(reader.bytes, reader.pos, reader.end)) reader.pos = reader.end;
    else block = ExtensionBlock.read(reader, ENTRY_EXTENSIONS);
  }
  reader.close(outer);
  return block;
}

/** Whether what is left of an entry is an empty SEQUENCE. */
function isEmpty({ bytes, pos, end }: DerReader): boolean {
  return end - pos === 2 && bytes[pos] === TAG.SEQUENCE && bytes[pos + 1] === 0;
}

/** Whether the only extension of an entry is a valid reasonCode. */
function isReasonOnly(bytes: Uint8Array, start: number, stop: number): boolean {
  if (stop - start !== REASON_ONLY.length + 1) return false;
  for (let i = 0; i < REASON_ONLY.length; i++) if (bytes[start + i] !== REASON_ONLY[i]) return false;
  const reason = bytes[stop - 1]!;
  return reason <= 10 && reason !== 7;
}

/** Offset of the serial number's content in the entry at `at`, which `checkEntry` accepted. */
export function serialOffset(bytes: Uint8Array, at: number): number {
  const length = bytes[at + 1]!;
  return at + (length < 0x80 ? 4 : 4 + (length & 0x7f));
}

/** Offset behind the entry at `at`, which `checkEntry` accepted. */
export function entryEnd(bytes: Uint8Array, at: number): number {
  const first = bytes[at + 1]!;
  if (first < 0x80) return at + 2 + first;
  const octets = first & 0x7f;
  let length = 0;
  for (let i = 0; i < octets; i++) length = length * 256 + bytes[at + 2 + i]!;
  return at + 2 + octets + length;
}

/** An entry that `checkEntry` accepted; its values are built when they are read. */
export class ReadEntry implements RevokedCertificate {
  private readonly bytes: Uint8Array;
  private readonly at: number;
  private parsed: { date: number; form: TimeForm; block: ExtensionBlock } | undefined;
  readonly certificateIssuer: Name;

  constructor(bytes: Uint8Array, at: number, certificateIssuer: Name) {
    this.bytes = bytes;
    this.at = at;
    this.certificateIssuer = certificateIssuer;
  }

  get serialNumber(): Uint8Array {
    const start = serialOffset(this.bytes, this.at);
    return this.bytes.subarray(start, start + this.bytes[start - 1]!);
  }
  get serialHex(): string {
    const start = serialOffset(this.bytes, this.at);
    return hexText(this.bytes, start, start + this.bytes[start - 1]!);
  }
  get revocationDate(): number {
    return this.rest().date;
  }
  get revocationDateForm(): TimeForm {
    return this.rest().form;
  }
  get reason(): CrlReason | undefined {
    return this.rest().block.value(CODE.reasonCode) as CrlReason | undefined;
  }
  get invalidityDate(): number | undefined {
    return this.rest().block.value(CODE.invalidityDate) as number | undefined;
  }
  get extensions(): readonly Extension[] {
    return this.rest().block.extensions;
  }

  private rest() {
    if (this.parsed !== undefined) return this.parsed;
    const limit = Number.MAX_SAFE_INTEGER;
    const reader = new DerReader(this.bytes, 'revokedCertificates', limit, limit);
    reader.pos = this.at;
    reader.open(TAG.SEQUENCE);
    reader.integer();
    const form = reader.peek() === TAG.UTC_TIME ? 'utc' : 'generalized';
    const date = reader.time();
    const block =
      reader.more() && !isEmpty(reader)
        ? ExtensionBlock.read(reader, ENTRY_EXTENSIONS)
        : ExtensionBlock.none(reader, ENTRY_EXTENSIONS);
    this.parsed = { date, form, block };
    return this.parsed;
  }
}

/** The issuer that an entry's certificateIssuer extension names, if there is one. */
export function namedIssuer(block: ExtensionBlock): Name | undefined {
  const names = block.value(CODE.certificateIssuer) as readonly GeneralName[] | undefined;
  const directory = names?.find((name) => name.type === 'directory');
  return directory?.type === 'directory' ? directory.name : undefined;
}

/** Whether the entry at `at`, which `checkEntry` accepted, removes a certificate from the CRL. @see RFC 5280 §5.3.1 */
export function isRemoval(bytes: Uint8Array, at: number): boolean {
  const serial = serialOffset(bytes, at);
  const time = serial + bytes[serial - 1]!;
  const extensions = time + 2 + bytes[time + 1]!;
  const end = entryEnd(bytes, at);
  if (extensions === end) return false;
  if (isReasonOnly(bytes, extensions, end)) return bytes[end - 1] === REMOVE_FROM_CRL;
  return new ReadEntry(bytes, at, NOBODY).reason === 'removeFromCRL';
}

const REMOVE_FROM_CRL = 8;
const NOBODY = new LazyName(new Uint8Array([0x30, 0]), 0, 2);
