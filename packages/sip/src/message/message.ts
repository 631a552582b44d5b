import { type CSeq, readCSeq } from '../headers/cseq.ts';
import { type NameAddr, readNameAddr, readNameAddrs } from '../headers/name-addr.ts';
import { stopped } from '../headers/parameters.ts';
import { readVia, type Via } from '../headers/via.ts';
import { skipSpace, trimEnd, trimSpace } from '../syntax/characters.ts';
import { malformedHeader, SipSyntaxError } from '../syntax/problem.ts';
import { splitAtCommas } from '../syntax/quoted.ts';
import { bytesFromWire, isAscii, textFromWire, unfold, wireFromText } from '../syntax/text.ts';
import { readCallId, readInteger, readTokens } from './field-readers.ts';
import { FOLDED, type Head, STRIDE } from './head-index.ts';
import {
  CALL_ID,
  CONTACT,
  CSEQ,
  EXPIRES,
  FROM,
  headerId,
  MAX_FORWARDS,
  nameOfId,
  RECORD_ROUTE,
  ROUTE,
  TO,
  UNKNOWN,
  usualName,
  VIA,
} from './header-names.ts';

/** Reads a value at the start of a range, leaves `stopped.at` behind it, and returns `undefined` where malformed. */
type Reader<T> = (text: string, start: number, end: number) => T | undefined;

/** Where the value being read lies. Reading is synchronous, so one serves all messages. */
const span = { text: '', start: 0, end: 0, line: 0 };

/**
 * What requests and responses share: lazy access to the header fields on the bytes received. Immutable; `edit` makes a
 * changed copy in which every other byte stays as it was.
 *
 * Text comes back unfolded and UTF-8 decoded. A typed getter whose field is malformed throws `SipSyntaxError`
 * (code SIP_MALFORMED_HEADER); after `parseMessage` this cannot happen for the fields it checked.
 */
export abstract class SipMessageBase {
  abstract readonly kind: 'request' | 'response';
  /** The whole message, one character per byte (Latin-1). A socket writes it with encoding `latin1`. */
  readonly wire: string;
  /** Where the parts lie. Internal; may change between versions. */
  readonly head: Head;

  private ascii: boolean | undefined = undefined;
  private viaIsAlone = false;
  private cachedVia: Via | undefined = undefined;
  private cachedFrom: NameAddr | undefined = undefined;
  private cachedTo: NameAddr | undefined = undefined;
  private cachedCallId: string | undefined = undefined;
  private cachedMaxForwards: number | undefined = undefined;
  private cachedCSeq: CSeq | undefined = undefined;
  private cachedRoutes: readonly NameAddr[] | undefined = undefined;

  constructor(wire: string, head: Head) {
    this.wire = wire;
    this.head = head;
  }

  /** The first Via value. */
  get topVia(): Via {
    if (this.cachedVia !== undefined) return this.cachedVia;
    this.locate(VIA);
    const value = readVia(span.text, span.start, span.end);
    if (value === undefined) throw this.malformed(span.line);
    this.viaIsAlone = stopped.at === span.end;
    this.cachedVia = value;
    return value;
  }

  /** All Via values, topmost first. */
  get vias(): readonly Via[] {
    const first = this.find(VIA);
    // One field with one value, as most messages have towards their end: it is read already.
    if (first !== -1 && this.findNext(VIA, first) === -1) {
      const via = this.topVia;
      if (this.viaIsAlone) return [via];
    }
    return this.list(VIA, readVia);
  }

  get from(): NameAddr {
    this.cachedFrom ??= this.address(FROM);
    return this.cachedFrom;
  }

  get to(): NameAddr {
    this.cachedTo ??= this.address(TO);
    return this.cachedTo;
  }

  get callId(): string {
    if (this.cachedCallId !== undefined) return this.cachedCallId;
    this.locate(CALL_ID);
    const value = readCallId(span.text, span.start, span.end);
    if (value === undefined || stopped.at !== span.end) throw this.malformed(span.line);
    this.cachedCallId = value;
    return value;
  }

  get cseq(): CSeq {
    if (this.cachedCSeq !== undefined) return this.cachedCSeq;
    this.locate(CSEQ);
    const value = readCSeq(span.text, span.start, span.end);
    if (value === undefined || stopped.at !== span.end) throw this.malformed(span.line);
    this.cachedCSeq = value;
    return value;
  }

  /** 0–255; `undefined` where the field is absent. */
  get maxForwards(): number | undefined {
    if (this.cachedMaxForwards !== undefined) return this.cachedMaxForwards;
    const value = this.number(MAX_FORWARDS);
    if (value !== undefined && value > 255) throw this.malformed(span.line);
    this.cachedMaxForwards = value;
    return value;
  }

  /** All Contact addresses; empty where there is none, and for `Contact: *`. */
  get contacts(): readonly NameAddr[] {
    return this.isContactWildcard ? [] : this.addresses(CONTACT);
  }

  /** Whether this is `Contact: *` (RFC 3261 §10.2.2). */
  get isContactWildcard(): boolean {
    const line = this.find(CONTACT);
    return line !== -1 && this.textAt(line) === '*' && this.findNext(CONTACT, line) === -1;
  }

  /** The Route set, first hop first. */
  get routes(): readonly NameAddr[] {
    this.cachedRoutes ??= this.addresses(ROUTE);
    return this.cachedRoutes;
  }

  get recordRoutes(): readonly NameAddr[] {
    return this.addresses(RECORD_ROUTE);
  }

  /** Bytes of the body as announced; `undefined` where the field is absent. */
  get contentLength(): number | undefined {
    return this.head.contentLength === -1 ? undefined : this.head.contentLength;
  }

  /** Seconds, at most 2^32 - 1 (a larger number counts as that); `undefined` where the field is absent. */
  get expires(): number | undefined {
    const value = this.number(EXPIRES);
    return value === undefined ? undefined : Math.min(value, 0xffff_ffff);
  }

  /** The Content-Type value as text. `parseMediaType` takes it apart. */
  get contentType(): string | undefined {
    return this.get('Content-Type');
  }

  /** The option tags of Require. */
  get requires(): readonly string[] {
    return this.tokens('Require');
  }

  /** The option tags of Proxy-Require. */
  get proxyRequires(): readonly string[] {
    return this.tokens('Proxy-Require');
  }

  /** The option tags of Supported. */
  get supported(): readonly string[] {
    return this.tokens('Supported');
  }

  /** The methods of Allow. */
  get allow(): readonly string[] {
    return this.tokens('Allow');
  }

  /** The body: a fresh copy, empty where there is none. */
  get body(): Uint8Array {
    return bytesFromWire(this.wire.slice(this.head.bodyStart));
  }

  /** The body decoded as UTF-8. */
  get bodyText(): string {
    return textFromWire(this.wire.slice(this.head.bodyStart));
  }

  /** How many bytes the body has. */
  get bodyLength(): number {
    return this.wire.length - this.head.bodyStart;
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

  /** Whether a field of this name is there. */
  has(name: string): boolean {
    return this.findByName(name) !== -1;
  }

  /** All fields of a name, each cut at its commas (RFC 3261 §7.3.1). Not for fields whose grammar forbids it. */
  values(name: string): readonly string[] {
    const all = this.all(name);
    if (all.length === 1 && all[0]!.indexOf(',') === -1) return all[0] === '' ? [] : all;
    return all.flatMap((value) => (value === '' ? [] : splitAtCommas(value)));
  }

  /**
   * A list of tokens: option tags, methods, event types.
   *
   * @throws SipSyntaxError (code SIP_MALFORMED_HEADER) where an element is no token.
   */
  tokens(name: string): readonly string[] {
    const out: string[] = [];
    for (let line = this.findByName(name); line !== -1; line = this.findByName(name, line + STRIDE)) {
      const lines = this.head.lines;
      const folded = (lines[line + 3]! & FOLDED) !== 0;
      const text = folded ? this.unfolded(line) : this.wire;
      const read = readTokens(
        text,
        folded ? 0 : lines[line + 1]!,
        folded ? text.length : lines[line + 2]!,
        out,
      );
      if (!read)
        throw new SipSyntaxError(malformedHeader(usualName(name), 'a list of tokens', this.textAt(line)));
    }
    return out;
  }

  /**
   * The addresses of any field that holds name-addr values: Path, Service-Route, P-Asserted-Identity, Refer-To, …
   *
   * @throws SipSyntaxError (code SIP_MALFORMED_HEADER) where one is malformed.
   */
  addressesOf(name: string): readonly NameAddr[] {
    const id = headerId(name);
    if (id !== UNKNOWN) return this.addresses(id);
    return this.all(name).flatMap((value) => {
      const into: NameAddr[] = [];
      const wire = wireFromText(value);
      if (!readNameAddrs(wire, 0, wire.length, into)) {
        throw new SipSyntaxError(malformedHeader(name, 'a list of addresses', value));
      }
      return into;
    });
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
    const from = skipSpace(this.wire, start, end);
    const value = this.wire.slice(from, trimEnd(this.wire, from, end));
    this.ascii ??= isAscii(this.wire.slice(0, this.head.bodyStart));
    return this.ascii ? value : textFromWire(value);
  }

  private nameAt(line: number): string {
    const start = this.head.lines[line]!;
    const raw = this.wire.slice(start, this.head.lines[line + 1]! - 1);
    return raw.trimEnd();
  }

  private findNext(id: number, after: number): number {
    const lines = this.head.lines;
    for (let i = after + STRIDE + 3; i < lines.length; i += STRIDE)
      if ((lines[i]! & 0xff) === id) return i - 3;
    return -1;
  }

  private findByName(name: string, from = 0): number {
    const lines = this.head.lines;
    const id = headerId(name);
    const lower = id === UNKNOWN ? name.toLowerCase() : '';
    for (let i = from; i < lines.length; i += STRIDE) {
      if ((lines[i + 3]! & 0xff) !== id) continue;
      if (id !== UNKNOWN || this.nameAt(i).toLowerCase() === lower) return i;
    }
    return -1;
  }

  private require(id: number): number {
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

  /** Puts the value of the first line with an id into `span`; without folds it is read where it stands. */
  private locate(id: number): void {
    const line = this.require(id);
    const lines = this.head.lines;
    span.line = line;
    if ((lines[line + 3]! & FOLDED) === 0) {
      span.text = this.wire;
      span.start = lines[line + 1]!;
      span.end = lines[line + 2]!;
    } else {
      span.text = this.unfolded(line);
      span.start = 0;
      span.end = span.text.length;
    }
  }

  private list<T>(id: number, reader: Reader<T>): T[] {
    const out: T[] = [];
    for (let line = this.find(id); line !== -1; line = this.findNext(id, line)) {
      const lines = this.head.lines;
      const folded = (lines[line + 3]! & FOLDED) !== 0;
      const text = folded ? this.unfolded(line) : this.wire;
      const end = folded ? text.length : lines[line + 2]!;
      let at = folded ? 0 : lines[line + 1]!;
      for (;;) {
        const value = reader(text, at, end);
        if (value === undefined) throw this.malformed(line);
        out.push(value);
        if (stopped.at >= end) break;
        at = stopped.at + 1;
      }
    }
    return out;
  }

  private unfolded(line: number): string {
    const lines = this.head.lines;
    return trimSpace(unfold(this.wire.slice(lines[line + 1]!, lines[line + 2]!)));
  }

  private address(id: number): NameAddr {
    this.locate(id);
    const value = readNameAddr(span.text, span.start, span.end);
    if (value === undefined || stopped.at !== span.end) throw this.malformed(span.line);
    return value;
  }

  private addresses(id: number): readonly NameAddr[] {
    return this.list(id, readNameAddr);
  }

  private number(id: number): number | undefined {
    if (this.find(id) === -1) return undefined;
    this.locate(id);
    const value = readInteger(span.text, span.start, span.end);
    if (value === undefined) throw this.malformed(span.line);
    return value;
  }

  private malformed(line: number): SipSyntaxError {
    const header = nameOfId(this.head.lines[line + 3]! & 0xff);
    return new SipSyntaxError(malformedHeader(header, 'the syntax of RFC 3261 §25.1', this.textAt(line)));
  }
}
