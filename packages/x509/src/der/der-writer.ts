import { checks, EncodeError } from './encode-error.ts';
import { octetsOf } from './given.ts';
import { oidContent } from './oid.ts';
import { TAG } from './tags.ts';
import { prescribedForm, type TimeForm, writeTime } from './time.ts';

/**
 * Writes DER from front to back into one growing buffer. A constructed element is begun, filled and ended; its length is written
 * when it ends, and content moves only where that length needs more than one octet.
 */
export class DerWriter {
  /** At least `used` octets long; what lies behind is not part of the output. */
  private buffer: Uint8Array;
  /** Octets written so far. */
  private used = 0;

  /** @param expectedBytes - approximate size; the buffer grows as needed */
  constructor(expectedBytes = 512) {
    this.buffer = new Uint8Array(Math.max(expectedBytes, 16));
  }

  /** The number of octets written. */
  get length(): number {
    return this.used;
  }

  /** A copy of what has been written. */
  toBytes(): Uint8Array {
    return this.buffer.slice(0, this.used);
  }

  /** What has been written. It shares memory with the writer, which must not be used afterwards. */
  takeBytes(): Uint8Array {
    return this.buffer.subarray(0, this.used);
  }

  /** Removes what was written from `mark` on. */
  truncate(mark: number): void {
    this.used = mark;
  }

  /** Makes room for as many more octets; the buffer at least doubles when it grows. */
  private reserve(octets: number): void {
    const needed = this.used + octets;
    if (needed <= this.buffer.length) return;
    const grown = new Uint8Array(Math.max(needed, this.buffer.length * 2));
    grown.set(this.buffer.subarray(0, this.used));
    this.buffer = grown;
  }

  /** Begins an element; pass the result to `end`. */
  begin(tag: number): number {
    this.reserve(2);
    this.buffer[this.used] = tag;
    this.used += 2;
    return this.used;
  }

  /** Ends the element whose `begin` returned `mark`. */
  end(mark: number): void {
    const length = this.used - mark;
    if (length < 0x80) {
      this.buffer[mark - 1] = length;
      return;
    }
    const octets = length < 0x100 ? 1 : length < 0x10000 ? 2 : length < 0x1000000 ? 3 : 4;
    this.reserve(octets);
    this.buffer.copyWithin(mark + octets, mark, this.used);
    this.buffer[mark - 1] = 0x80 | octets;
    for (let i = octets - 1, rest = length; i >= 0; i--) {
      this.buffer[mark + i] = rest & 0xff;
      rest = Math.floor(rest / 256);
    }
    this.used += octets;
  }

  /**
   * Writes octets as they are: whole elements, or content of an element that was begun.
   * @throws EncodeError `ENTENTE_X509_ENCODE` where they are not octets
   */
  raw(octets: ArrayLike<number>): void {
    octetsOf(octets, 'octets of the encoding');
    this.reserve(octets.length);
    this.buffer.set(octets, this.used);
    this.used += octets.length;
  }

  /** Writes one octet of content. */
  octet(value: number): void {
    this.reserve(1);
    this.buffer[this.used++] = value;
  }

  /** Writes an element with this content. */
  element(tag: number, content: ArrayLike<number>): void {
    const mark = this.begin(tag);
    this.raw(content);
    this.end(mark);
  }

  /** Writes an element with other elements as content. */
  constructed(tag: number, fill: () => void): void {
    const mark = this.begin(tag);
    fill();
    this.end(mark);
  }

  /**
   * Writes an INTEGER.
   * @param value - a number, or the content octets
   * @throws EncodeError `ENTENTE_X509_ENCODE` where the octets are not the shortest ones
   */
  integer(value: bigint | number | Uint8Array, tag: number = TAG.INTEGER): void {
    if (typeof value === 'bigint' || Number.isSafeInteger(value)) {
      this.element(tag, integerContent(BigInt(value as bigint | number)));
      return;
    }
    if (typeof value === 'number' || !ArrayBuffer.isView(value))
      throw checks.unlike(value, 'a whole number, a bigint or octets', 'INTEGER');
    requireMinimal(value);
    this.element(tag, value);
  }

  /** Writes a BOOLEAN: FF for true, 00 for false. A DEFAULT FALSE must be omitted by the caller (X.690 §11.5). */
  boolean(value: boolean, tag: number = TAG.BOOLEAN): void {
    this.element(tag, [value ? 0xff : 0]);
  }

  /** Writes a NULL, which has no content. */
  null(): void {
    this.element(TAG.NULL, []);
  }

  /** Writes an OCTET STRING with these octets as content, in one piece (X.690 §10.2). */
  octetString(octets: Uint8Array, tag: number = TAG.OCTET_STRING): void {
    this.element(tag, octets);
  }

  /** Writes a BIT STRING of whole octets. */
  bitString(octets: Uint8Array, tag: number = TAG.BIT_STRING): void {
    const mark = this.begin(tag);
    this.octet(0);
    this.raw(octets);
    this.end(mark);
  }

  /** Writes a BIT STRING of named bits, bit 0 in the lowest place, without trailing zeros. */
  namedBits(bits: number, tag: number = TAG.BIT_STRING): void {
    const count = 32 - Math.clz32(bits);
    const octets = new Uint8Array(1 + Math.ceil(count / 8));
    octets[0] = (octets.length - 1) * 8 - count;
    for (let i = 0; i < count; i++) if (bits & (1 << i)) octets[1 + (i >> 3)]! |= 0x80 >> (i & 7);
    this.element(tag, octets);
  }

  /** Writes an OBJECT IDENTIFIER. @throws EncodeError `ENTENTE_X509_ENCODE` where `text` is not a dotted decimal */
  oid(text: string, tag: number = TAG.OID): void {
    this.element(tag, oidContent(text));
  }

  /**
   * Writes a point in time in whole seconds.
   * @param ms - milliseconds since 1970; a fraction of a second is dropped
   * @param form - default: the form that RFC 5280 §4.1.2.5 requires
   * @throws EncodeError `ENTENTE_X509_ENCODE` where the form cannot express it
   */
  time(ms: number, form: TimeForm = prescribedForm(ms)): void {
    const mark = this.begin(form === 'utc' ? TAG.UTC_TIME : TAG.GENERALIZED_TIME);
    this.timeContent(ms, form);
    this.end(mark);
  }

  /**
   * Writes a GeneralizedTime in whole seconds, whatever the year.
   * @param ms - milliseconds since 1970; a fraction of a second is dropped
   * @throws EncodeError `ENTENTE_X509_ENCODE` where the form cannot express it
   */
  generalizedTime(ms: number, tag: number = TAG.GENERALIZED_TIME): void {
    const mark = this.begin(tag);
    this.timeContent(ms, 'generalized');
    this.end(mark);
  }

  /** Writes the 13 octets of a UTCTime or the 15 of a GeneralizedTime. */
  private timeContent(ms: number, form: TimeForm): void {
    this.reserve(15);
    this.used += writeTime(this.buffer, this.used, ms, form);
  }
}

function integerContent(value: bigint): Uint8Array {
  const octets: number[] = [];
  let rest = value;
  do {
    octets.push(Number(BigInt.asUintN(8, rest)));
    rest >>= 8n;
  } while (!(rest === 0n && octets.at(-1)! < 0x80) && !(rest === -1n && octets.at(-1)! >= 0x80));
  return Uint8Array.from(octets.reverse());
}

function requireMinimal(octets: Uint8Array): void {
  const first = octets[0];
  const second = octets[1];
  const padded =
    second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
  if (first === undefined || padded) {
    throw new EncodeError(
      'expected the shortest content octets, found none or padding',
      'INTEGER',
      'remove leading zeros, except one before an octet of 0x80 or more',
    );
  }
}
