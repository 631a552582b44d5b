import type { DecodeErrorCode } from './decoded.ts';
import { DerFault } from './fault.ts';
import { describeTag, TAG } from './tags.ts';
import { readGeneralizedTime, readUtcTime } from './time.ts';

/**
 * A cursor over DER that accepts nothing else: definite minimal lengths, minimal integers, 00/FF booleans, zero padding bits,
 * whole elements only (X.690 §10, §11). It allocates nothing; a refusal is a thrown `DerFault`, which `decodeDer` turns into a
 * value.
 *
 * A primitive read leaves its content in `start`..`stop` and moves `pos` behind it. `open` narrows the reader to the
 * content of a constructed element and returns what `close` needs to widen it again.
 */
export class DerReader {
  /** The whole input; all offsets count from its first octet. */
  readonly bytes: Uint8Array;
  /** Where the next element starts. */
  pos = 0;
  /** Where the innermost open element ends. */
  end: number;
  /** First content octet of the element read last. */
  start = 0;
  /** Behind the last content octet of the element read last. */
  stop = 0;
  /** Padding bits of the BIT STRING read last. */
  unusedBits = 0;
  /** The field being read, for errors. */
  where: string;
  /** Deepest nesting that `any` accepts: an element within as many constructed ones. */
  readonly maxDepth: number;
  /** Most elements in one list; enforced where the list's reader calls `count`. */
  readonly maxItems: number;

  constructor(bytes: Uint8Array, where: string, maxDepth: number, maxItems: number) {
    this.bytes = bytes;
    this.end = bytes.length;
    this.where = where;
    this.maxDepth = maxDepth;
    this.maxItems = maxItems;
  }

  /** Refuses the input at `offset`. */
  fail(message: string, offset = this.pos, code: DecodeErrorCode = 'malformed'): never {
    throw new DerFault(code, message, offset, this.where);
  }

  /** Identifier octet of the next element, or -1 at the end of the open element. */
  peek(): number {
    return this.pos < this.end ? this.bytes[this.pos]! : -1;
  }

  /** Whether the open element has more content. */
  more(): boolean {
    return this.pos < this.end;
  }

  /** Refuses a list that exceeds the limit. */
  count(items: number): void {
    if (items > this.maxItems) {
      this.fail(`expected at most ${this.maxItems} elements, found more`, this.pos, 'limit-exceeded');
    }
  }

  /** Reads identifier and length of an element with this tag; `pos` is then at its content. Returns the content's end. */
  private header(tag: number): number {
    const { bytes, end } = this;
    const pos = this.pos;
    if (pos >= end) this.fail(`expected ${describeTag(tag)}, found the end`);
    if (bytes[pos] !== tag) this.fail(`expected ${describeTag(tag)}, found ${describeTag(bytes[pos]!)}`);
    return this.length(pos + 1);
  }

  /** Reads a length at `pos`; leaves `this.pos` at the content. Returns the content's end. */
  private length(at: number): number {
    const { bytes, end } = this;
    let pos = at;
    if (pos >= end) this.fail('expected a length, found the end', pos);
    let length = bytes[pos++]!;
    if (length >= 0x80) {
      const octets = length & 0x7f;
      if (octets === 0) this.fail('expected a definite length, found the indefinite form', pos - 1);
      if (octets > 4) this.fail('expected a length of at most four octets, found more', pos - 1);
      if (octets > end - pos) this.fail('expected a length, found the end', pos);
      length = 0;
      for (let i = 0; i < octets; i++) length = length * 256 + bytes[pos++]!;
      if (length < 0x80 || (octets > 1 && length < 2 ** (8 * (octets - 1)))) {
        this.fail('expected a length in its shortest form, found a longer one', at);
      }
    }
    if (length > end - pos) {
      this.fail(`expected ${length} octets of content, found ${end - pos}`, at);
    }
    this.pos = pos;
    return pos + length;
  }

  /** Enters a constructed element. Pass the result to `close`. */
  open(tag: number): number {
    const stop = this.header(tag);
    const outer = this.end;
    this.end = stop;
    return outer;
  }

  /** Leaves a constructed element, whose whole content must have been read. */
  close(outer: number): void {
    if (this.pos !== this.end) this.fail('expected the end of the element, found more content');
    this.end = outer;
  }

  /** Reads an element with this tag and does not check its content. */
  take(tag: number): void {
    const stop = this.header(tag);
    this.start = this.pos;
    this.stop = stop;
    this.pos = stop;
  }

  /** Reads an INTEGER (or, with another tag, an ENUMERATED or an implicitly tagged one) and checks that it is minimal. */
  integer(tag: number = TAG.INTEGER): void {
    this.take(tag);
    const { bytes, start, stop } = this;
    const length = stop - start;
    if (length === 0) this.fail('expected an integer of at least one octet, found none', start);
    if (length > 1) {
      const first = bytes[start]!;
      const sign = bytes[start + 1]! & 0x80;
      if ((first === 0 && sign === 0) || (first === 0xff && sign !== 0)) {
        this.fail('expected an integer in its shortest form, found a padded one', start);
      }
    }
  }

  /** Reads a non-negative integer that fits 31 bits. */
  smallUnsigned(tag: number = TAG.INTEGER): number {
    this.integer(tag);
    const { bytes, start, stop } = this;
    if (bytes[start]! & 0x80) this.fail('expected an integer of 0 or more, found a negative one', start);
    if (stop - start > 4) {
      this.fail('expected an integer below 2^31, found a larger one', start, 'unsupported');
    }
    let value = 0;
    for (let i = start; i < stop; i++) value = value * 256 + bytes[i]!;
    return value;
  }

  /** Reads a BOOLEAN that is 00 or FF. */
  boolean(tag: number = TAG.BOOLEAN): boolean {
    this.take(tag);
    const value = this.bytes[this.start];
    if (this.stop - this.start !== 1 || (value !== 0 && value !== 0xff)) {
      this.fail('expected a boolean of 00 or FF, found something else', this.start);
    }
    return value === 0xff;
  }

  /** Reads a BOOLEAN DEFAULT FALSE that may be absent; an encoded FALSE is not DER (X.690 §11.5). */
  optionalTrue(tag: number = TAG.BOOLEAN): boolean {
    if (this.peek() !== tag) return false;
    if (!this.boolean(tag)) this.fail('expected FALSE to be omitted, found it encoded', this.start);
    return true;
  }

  /** Reads a BIT STRING; `start` is at its first bit, `unusedBits` says how many padding bits (all zero) end it. */
  bitString(tag: number = TAG.BIT_STRING): void {
    this.take(tag);
    const { bytes, start, stop } = this;
    if (start === stop)
      this.fail('expected a bit string with its count of unused bits, found nothing', start);
    const unused = bytes[start]!;
    if (unused > 7 || (unused > 0 && stop - start === 1)) {
      this.fail(`expected at most 7 unused bits, found ${unused}`, start);
    }
    if (unused > 0 && (bytes[stop - 1]! & ((1 << unused) - 1)) !== 0) {
      this.fail('expected unused bits to be 0, found a 1', stop - 1);
    }
    this.unusedBits = unused;
    this.start = start + 1;
  }

  /** Reads a BIT STRING of whole octets. */
  octetAlignedBits(tag: number = TAG.BIT_STRING): void {
    this.bitString(tag);
    if (this.unusedBits !== 0)
      this.fail('expected a bit string of whole octets, found unused bits', this.start);
  }

  /**
   * Reads a BIT STRING of named bits and returns them, bit 0 in the lowest place. Trailing zero bits are not DER
   * (X.690 §11.2.2).
   * @param names - number of bits that have a name, 1 to 16
   * @param trailingZeros - whether to accept them
   */
  namedBits(names: number, tag: number = TAG.BIT_STRING, trailingZeros = false): number {
    this.bitString(tag);
    const { bytes, start, stop, unusedBits } = this;
    const count = (stop - start) * 8 - unusedBits;
    if (count > names && !(trailingZeros && count <= 16)) {
      this.fail(`expected at most ${names} named bits, found ${count}`, start);
    }
    if (count > 0 && !trailingZeros && (bytes[stop - 1]! & (1 << unusedBits)) === 0) {
      this.fail('expected named bits without trailing zeros, found some', stop - 1);
    }
    let bits = 0;
    for (let i = 0; i < count; i++) {
      if (bytes[start + (i >> 3)]! & (0x80 >> (i & 7))) bits |= 1 << i;
    }
    if (bits >> names !== 0) this.fail(`expected at most ${names} named bits, found one more`, start);
    return bits;
  }

  /** Reads an OCTET STRING of any length, 0 included; `start`..`stop` is its content. */
  octetString(tag: number = TAG.OCTET_STRING): void {
    this.take(tag);
  }

  /** Reads an OBJECT IDENTIFIER and checks that its arcs are minimal and whole. */
  oid(tag: number = TAG.OID): void {
    this.take(tag);
    const { bytes, start, stop } = this;
    if (start === stop) this.fail('expected an object identifier, found an empty one', start);
    if (stop - start > 128) {
      this.fail('expected an object identifier of at most 128 octets, found more', start, 'limit-exceeded');
    }
    let first = true;
    for (let i = start; i < stop; i++) {
      const octet = bytes[i]!;
      if (first && octet === 0x80) this.fail('expected an arc in its shortest form, found padding', i);
      first = octet < 0x80;
    }
    if (!first) this.fail('expected the last arc to end, found it cut off', stop - 1);
  }

  /** Reads a UTCTime or GeneralizedTime in the one form that RFC 5280 §4.1.2.5 allows. Returns ms since 1970. */
  time(): number {
    const tag = this.peek();
    if (tag !== TAG.UTC_TIME) return this.generalizedTime();
    this.take(TAG.UTC_TIME);
    const ms = readUtcTime(this.bytes, this.start, this.stop);
    if (Number.isNaN(ms))
      this.fail('expected a UTCTime YYMMDDHHMMSSZ that exists, found another', this.start);
    return ms;
  }

  /** Reads a GeneralizedTime without fraction. Returns ms since 1970. */
  generalizedTime(tag: number = TAG.GENERALIZED_TIME): number {
    this.take(tag);
    const ms = readGeneralizedTime(this.bytes, this.start, this.stop);
    if (Number.isNaN(ms)) {
      this.fail('expected a GeneralizedTime YYYYMMDDHHMMSSZ that exists, found another', this.start);
    }
    return ms;
  }

  /** Reads a NULL. */
  null(): void {
    this.take(TAG.NULL);
    if (this.start !== this.stop) this.fail('expected an empty NULL, found content', this.start);
  }

  /**
   * Reads one element of any type and checks that it consists of whole elements down to `maxDepth`. `start` is then at its
   * identifier octet.
   */
  any(): void {
    const from = this.pos;
    const outer = this.end;
    this.skimElement(0);
    this.end = outer;
    this.start = from;
    this.stop = this.pos;
  }

  /** Moves `pos` behind one element of any type, and checks what it contains down to `maxDepth`. */
  private skimElement(depth: number): void {
    if (this.pos >= this.end) this.fail('expected an element, found the end');
    const tag = this.bytes[this.pos]!;
    if (tag === 0) this.fail('expected an element, found end-of-contents octets');
    let at = this.pos + 1;
    if ((tag & 0x1f) === 0x1f) at = this.highTagNumber(at);
    else if (tag < 0x40 && this.universal(tag)) return;
    const stop = this.length(at);
    if ((tag & 0x20) === 0) {
      this.pos = stop;
      return;
    }
    if (depth >= this.maxDepth) {
      this.fail(
        `expected at most ${this.maxDepth} levels of nesting, found more`,
        this.pos,
        'limit-exceeded',
      );
    }
    const outer = this.end;
    this.end = stop;
    while (this.pos < stop) this.skimElement(depth + 1);
    this.end = outer;
  }

  /** Reads a primitive of a universal type whose content has rules; false where the caller must read it. */
  private universal(tag: number): boolean {
    const number = tag & 0x1f;
    // Only SEQUENCE, SET, EXTERNAL and EMBEDDED PDV are constructed in DER: strings in pieces are BER (X.690 §10.2).
    const constructed = number === 16 || number === 17 || number === 8 || number === 11;
    if (constructed !== ((tag & 0x20) !== 0)) {
      this.fail(`expected universal type ${number} in its only form, found the other one`);
    }
    if (tag === TAG.BOOLEAN) this.boolean();
    else if (tag === TAG.INTEGER || tag === TAG.ENUMERATED) this.integer(tag);
    else if (tag === TAG.BIT_STRING) this.bitString();
    else if (tag === TAG.NULL) this.null();
    else if (tag === TAG.OID) this.oid();
    else return false;
    return true;
  }

  /** Checks a tag number of 31 or more, whose first octet is at `from`. Returns the offset behind it. */
  private highTagNumber(from: number): number {
    let at = from;
    let number = 0;
    for (;;) {
      if (at >= this.end) this.fail('expected a tag number, found the end', at);
      const octet = this.bytes[at++]!;
      if (number === 0 && octet === 0x80) this.fail('expected a tag number in its shortest form', at - 1);
      number = number * 128 + (octet & 0x7f);
      if (number > 0x7fffffff) this.fail('expected a tag number below 2^31', at - 1, 'unsupported');
      if (octet < 0x80) break;
    }
    if (number < 31) this.fail('expected a tag number below 31 in one octet', from);
    return at;
  }

  /** A view on part of the input. */
  view(start = this.start, stop = this.stop): Uint8Array {
    return this.bytes.subarray(start, stop);
  }
}
