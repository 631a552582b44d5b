import { skipSpace, trimEnd, trimSpace } from '../syntax/characters.ts';
import { malformedHeader, SipArgumentError, SipSyntaxError } from '../syntax/problem.ts';
import { splitAtCommas } from '../syntax/quoted.ts';
import { bytesFromWire, textFromWire, unfold } from '../syntax/text.ts';
import { FOLDED, type Head, mayHave, noHead, STRIDE } from './head-index.ts';
import { headerId, nameOfId, UNKNOWN } from './header-names.ts';

/**
 * The bytes of a message with access to its header fields by name, as text. In all message and value classes fields are declared
 * and set by the constructors: a field definition would cost a look-up for each object.
 */
export abstract class HeaderLines {
  /** The header as wire text, followed by the body where that is small. Internal. */
  declare readonly headerWire: string;
  /** The offsets of the parts. Internal; may change between versions. */
  declare readonly head: Head;
  /** A body of more than `smallBodyBytes`, else empty; `undefined` once it was dropped. */
  declare private largeBody: string | undefined;

  constructor(headerWire: string, head: Head) {
    this.headerWire = headerWire;
    this.head = head;
    this.largeBody = '';
  }

  /** The whole message, one character per byte (Latin-1). A socket writes it with encoding `latin1`. */
  get wire(): string {
    return this.largeBody === '' ? this.headerWire : this.headerWire + this.separateBody;
  }

  /** The body: a fresh copy, empty where there is none. */
  get body(): Uint8Array {
    return bytesFromWire(this.bodyWire);
  }

  /** The body decoded as UTF-8. */
  get bodyText(): string {
    return textFromWire(this.bodyWire);
  }

  /** How many bytes the body has. */
  get bodyLength(): number {
    const { largeBody } = this;
    if (largeBody === undefined) return this.head.contentLength;
    return this.headerWire.length - this.head.bodyStart + largeBody.length;
  }

  /** Bytes that {@link dropBody} would release. */
  get droppableBytes(): number {
    return this.largeBody?.length ?? 0;
  }

  /**
   * Releases a body of more than 4 KiB, for a message that is kept only to match others with it and is not sent again. Its header can
   * then be read as before, and what needs the body throws.
   *
   * @returns the bytes released; 0 where the body is small or was dropped already.
   */
  dropBody(): number {
    const dropped = this.droppableBytes;
    if (dropped > 0) this.largeBody = undefined;
    return dropped;
  }

  /** Releases header and body: what is left can neither be read nor sent. Internal; see `SipRequest.dropText`. */
  protected release(): void {
    const nothing: Pick<HeaderLines, 'headerWire' | 'head'> = { headerWire: '', head: noHead };
    Object.assign(this, nothing);
    this.largeBody = undefined;
  }

  /**
   * The body where it is kept apart from the header. Internal.
   *
   * @throws SipArgumentError `SIP_INVALID_ARGUMENT` after {@link dropBody}.
   */
  get separateBody(): string {
    if (this.largeBody !== undefined) return this.largeBody;
    throw new SipArgumentError(
      'expected the body of this message, found that it was dropped',
      'body of a message',
      'read or send it before the request is answered',
    );
  }

  /** Takes the body that `headerWire` does not hold. Internal; call once. */
  attachBody(body: string): void {
    this.largeBody = body;
  }

  private get bodyWire(): string {
    return this.largeBody === '' ? this.headerWire.slice(this.head.bodyStart) : this.separateBody;
  }

  /**
   * The value of the first field of a name, trimmed, unfolded, not cut at commas.
   *
   * @param name - Any case, compact or long form.
   */
  get(name: string): string | undefined {
    const line = this.findByName(name);
    return line === -1 ? undefined : this.textAt(line);
  }

  /** The values of all fields of a name, one entry a field, not cut at commas. */
  all(name: string): readonly string[] {
    const out: string[] = [];
    for (let line = this.findByName(name); line !== -1; line = this.findByName(name, line + STRIDE)) {
      out.push(this.textAt(line));
    }
    return out;
  }

  /** Whether a field of this name is present. */
  has(name: string): boolean {
    return this.findByName(name) !== -1;
  }

  /** All fields of a name, each cut at its commas (RFC 3261 §7.3.1). Not for fields whose grammar forbids it. */
  values(name: string): readonly string[] {
    const all = this.all(name);
    if (all.length === 1 && all[0]!.indexOf(',') === -1) return all[0] === '' ? [] : all;
    return all.flatMap((value) => (value === '' ? [] : splitAtCommas(value)));
  }

  /** Names (as received) and values of all fields in order. */
  *headers(): Generator<readonly [name: string, value: string]> {
    for (let i = 0; i < this.head.lines.length; i += STRIDE) yield [this.nameAt(i), this.textAt(i)];
  }

  /** The message as bytes: for a received message the bytes received. */
  toBytes(): Uint8Array {
    return bytesFromWire(this.wire);
  }

  /** The message as text, UTF-8 decoded. */
  toString(): string {
    return textFromWire(this.wire);
  }

  /** Offset into `head.lines` of the first line with an id, or -1. Internal. */
  find(id: number): number {
    const lines = this.head.lines;
    for (let i = 3; i < lines.length; i += STRIDE) if ((lines[i]! & 0xff) === id) return i - 3;
    return -1;
  }

  /** The value of a line: trimmed, unfolded, decoded. Internal. */
  textAt(line: number): string {
    const lines = this.head.lines;
    const start = lines[line + 1]!;
    const end = lines[line + 2]!;
    if ((lines[line + 3]! & FOLDED) !== 0) return textFromWire(this.unfolded(line));
    const from = skipSpace(this.headerWire, start, end);
    const value = this.headerWire.slice(from, trimEnd(this.headerWire, from, end));
    return textFromWire(value);
  }

  protected nameAt(line: number): string {
    const start = this.head.lines[line]!;
    const raw = this.headerWire.slice(start, this.head.lines[line + 1]! - 1);
    return raw.trimEnd();
  }

  protected findNext(id: number, after: number): number {
    const lines = this.head.lines;
    for (let i = after + STRIDE + 3; i < lines.length; i += STRIDE)
      if ((lines[i]! & 0xff) === id) return i - 3;
    return -1;
  }

  protected findByName(name: string, from = 0): number {
    const lines = this.head.lines;
    const id = headerId(name);
    if (!mayHave(this.head, id)) return -1;
    const lower = id === UNKNOWN ? name.toLowerCase() : '';
    for (let i = from; i < lines.length; i += STRIDE) {
      if ((lines[i + 3]! & 0xff) !== id) continue;
      if (id !== UNKNOWN || this.nameAt(i).toLowerCase() === lower) return i;
    }
    return -1;
  }

  protected require(id: number): number {
    const line = this.find(id);
    if (line !== -1) return line;
    const header = nameOfId(id);
    throw new SipSyntaxError({
      code: 'missing-header',
      header,
      status: 400,
      message: `${header}: expected this field, found none`,
    });
  }

  protected unfolded(line: number): string {
    const lines = this.head.lines;
    return trimSpace(unfold(this.headerWire.slice(lines[line + 1]!, lines[line + 2]!)));
  }

  protected malformed(line: number): SipSyntaxError {
    const header = nameOfId(this.head.lines[line + 3]! & 0xff);
    return new SipSyntaxError(malformedHeader(header, 'the syntax of RFC 3261 §25.1', this.textAt(line)));
  }
}
