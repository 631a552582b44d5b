import type { DerReader } from '../der/der-reader.ts';
import { oidText } from '../der/oid.ts';
import { TAG } from '../der/tags.ts';
import type { ExtensionReader } from './extension-readers.ts';
import type { Extension } from './extension-values.ts';

/** An extension's name in errors, its reader, and whether it is supported where it is critical. */
export interface KnownExtension {
  readonly where: string;
  readonly read: ExtensionReader<unknown>;
  readonly actedOn: boolean;
}

/** The extensions of one kind of structure, by the code that `extensionCode` returns. */
export type ExtensionTable = ReadonlyMap<number, KnownExtension>;

// An extension occupies five numbers of the list: code, critical, identifier's offset, value's offset and end.
const STRIDE = 5;
const MAX_EXTENSIONS = 256;
const UNKNOWN = -1;

/**
 * Short code of an extension under id-ce (2.5.29.x → x), id-pe (1.3.6.1.5.5.7.1.x → 128 + x) or id-pkix-ocsp
 * (1.3.6.1.5.5.7.48.1.x → 256 + x), else -1.
 */
function extensionCode(bytes: Uint8Array, start: number, stop: number): number {
  const last = bytes[stop - 1]!;
  if (last >= 0x80) return UNKNOWN;
  if (stop - start === 3) return bytes[start] === 0x55 && bytes[start + 1] === 0x1d ? last : UNKNOWN;
  if (stop - start === 8) return startsWith(ID_PE, bytes, start) ? 128 + last : UNKNOWN;
  if (stop - start === 9) return startsWith(ID_PKIX_OCSP, bytes, start) ? 256 + last : UNKNOWN;
  return UNKNOWN;
}

function startsWith(prefix: readonly number[], bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < prefix.length; i++) if (bytes[start + i] !== prefix[i]) return false;
  return true;
}

const ID_PE = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x01];
const ID_PKIX_OCSP = [0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01];

/**
 * A list of extensions. Every known one has been checked; values are built when they are read, by the function that checked
 * them.
 */
export class ExtensionBlock {
  private readonly reader: DerReader;
  private readonly table: ExtensionTable;
  private readonly marks: number[];
  private readonly built: unknown[] = [];
  private list: readonly Extension[] | undefined;

  private constructor(reader: DerReader, table: ExtensionTable, marks: number[]) {
    this.reader = reader;
    this.table = table;
    this.marks = marks;
  }

  /** No extensions. */
  static none(reader: DerReader, table: ExtensionTable): ExtensionBlock {
    return new ExtensionBlock(reader, table, []);
  }

  /** Reads Extensions: one or more, none twice (RFC 5280 §4.2). */
  static read(reader: DerReader, table: ExtensionTable): ExtensionBlock {
    const { bytes, where } = reader;
    const marks: number[] = [];
    const outer = reader.open(TAG.SEQUENCE);
    do {
      if (marks.length >= STRIDE * MAX_EXTENSIONS) {
        reader.fail(
          `expected at most ${MAX_EXTENSIONS} extensions, found more`,
          reader.pos,
          'limit-exceeded',
        );
      }
      const extension = reader.open(TAG.SEQUENCE);
      const oidAt = reader.pos;
      reader.oid();
      const code = extensionCode(bytes, reader.start, reader.stop);
      refuseDuplicate(reader, marks, code, oidAt);
      const critical = reader.optionalTrue();
      reader.octetString();
      const { start, stop } = reader;
      reader.close(extension);
      marks.push(code, critical ? 1 : 0, oidAt, start, stop);
      const known = code === UNKNOWN ? undefined : table.get(code);
      if (known === undefined) continue;
      reader.where = known.where;
      const { pos, end } = reader;
      reader.pos = start;
      reader.end = stop;
      known.read(reader, false, critical);
      reader.close(end);
      reader.pos = pos;
      reader.where = where;
    } while (reader.more());
    reader.close(outer);
    return new ExtensionBlock(reader, table, marks);
  }

  /** The extension's value, built by the first call; undefined where it is absent. */
  value(code: number): unknown {
    const { marks, built, reader } = this;
    for (let i = 0; i < marks.length; i += STRIDE) {
      if (marks[i] !== code) continue;
      const slot = i / STRIDE;
      if (built[slot] === undefined) {
        // The reader's position is restored, because a list of entries continues to read afterwards.
        const { pos, end } = reader;
        reader.pos = marks[i + 3]!;
        reader.end = marks[i + 4]!;
        built[slot] = this.table.get(code)!.read(reader, true, marks[i + 1] === 1);
        reader.pos = pos;
        reader.end = end;
      }
      return built[slot];
    }
    return undefined;
  }

  get size(): number {
    return this.marks.length / STRIDE;
  }

  /** All extensions, raw. */
  get extensions(): readonly Extension[] {
    if (this.list !== undefined) return this.list;
    const { marks, reader } = this;
    const list: Extension[] = [];
    for (let i = 0; i < marks.length; i += STRIDE) {
      const value = reader.view(marks[i + 3]!, marks[i + 4]!);
      list.push({ oid: this.oid(i), critical: marks[i + 1] === 1, value });
    }
    this.list = list;
    return list;
  }

  /** Identifiers of the critical extensions that are unknown or not supported. */
  get unknownCritical(): readonly string[] {
    const { marks } = this;
    let unknown: string[] | undefined;
    for (let i = 0; i < marks.length; i += STRIDE) {
      if (marks[i + 1] === 0 || this.table.get(marks[i]!)?.actedOn) continue;
      unknown ??= [];
      unknown.push(this.oid(i));
    }
    return unknown ?? NOTHING;
  }

  private oid(mark: number): string {
    const { bytes } = this.reader;
    // Object identifiers are limited to 128 octets, and 128 needs the long form of length.
    const at = this.marks[mark + 2]!;
    const length = bytes[at + 1]!;
    return length < 0x80
      ? oidText(bytes, at + 2, at + 2 + length)
      : oidText(bytes, at + 3, at + 3 + bytes[at + 2]!);
  }
}

const NOTHING: readonly string[] = [];

function refuseDuplicate(reader: DerReader, marks: readonly number[], code: number, oidAt: number): void {
  for (let i = 0; i < marks.length; i += STRIDE) {
    if (marks[i] !== code) continue;
    // The identifiers' own lengths are part of what is compared.
    if (code === UNKNOWN && !sameElement(reader.bytes, marks[i + 2]!, oidAt, reader.stop)) continue;
    reader.fail('expected each extension once, found one again', oidAt);
  }
}

function sameElement(bytes: Uint8Array, a: number, b: number, bStop: number): boolean {
  for (let i = b, j = a; i < bStop; i++, j++) if (bytes[i] !== bytes[j]) return false;
  return true;
}
