import { type CSeq, readCSeq } from '../headers/cseq.ts';
import { type NameAddr, readNameAddr, readNameAddrs } from '../headers/name-addr.ts';
import { readVia, type Via } from '../headers/via.ts';
import { stopped } from '../parameters/read-parameters.ts';
import { codesOf } from '../syntax/codes.ts';
import { malformedHeader, SipSyntaxError } from '../syntax/problem.ts';
import { wireFromText } from '../syntax/text.ts';
import { readCallId, readHops, readInteger, readTokens } from './field-readers.ts';
import { FOLDED, type Head, STRIDE } from './head-index.ts';
import { HeaderLines } from './header-lines.ts';
import {
  CALL_ID,
  CONTACT,
  CSEQ,
  EXPIRES,
  FROM,
  headerId,
  MAX_FORWARDS,
  RECORD_ROUTE,
  ROUTE,
  TO,
  UNKNOWN,
  usualName,
  VIA,
} from './header-names.ts';

/** Reads a value at the start of a range, leaves `stopped.at` behind it, and returns `undefined` where malformed. */
type Reader<T> = (text: string, codes: Uint8Array, start: number, end: number) => T | undefined;

/**
 * What requests and responses share: lazy access to the header fields on the bytes received. Immutable; `edit` makes a
 * changed copy in which every other byte stays as it was.
 *
 * Text comes back unfolded and UTF-8 decoded. A typed getter whose field is malformed throws `SipSyntaxError`
 * (code SIP_MALFORMED_HEADER); after `parseMessage` this cannot happen for the fields it checked.
 */
export abstract class SipMessageBase extends HeaderLines {
  declare abstract readonly kind: 'request' | 'response';
  declare private viaIsAlone: boolean;
  declare private cachedVia: Via | undefined;
  declare private cachedFrom: NameAddr | undefined;
  declare private cachedTo: NameAddr | undefined;
  declare private cachedCallId: string | undefined;
  declare private cachedMaxForwards: number | undefined;
  declare private cachedCSeq: CSeq | undefined;
  declare private cachedRoutes: readonly NameAddr[] | undefined;

  constructor(headerWire: string, head: Head) {
    super(headerWire, head);
    this.viaIsAlone = false;
    this.cachedVia = undefined;
    this.cachedFrom = undefined;
    this.cachedTo = undefined;
    this.cachedCallId = undefined;
    this.cachedMaxForwards = undefined;
    this.cachedCSeq = undefined;
    this.cachedRoutes = undefined;
  }

  /**
   * Releases what has been read of the header fields, for a message that is kept only to match others with it. Each field is read again
   * when it is asked for.
   */
  forgetFields(): void {
    this.viaIsAlone = false;
    this.cachedVia = undefined;
    this.cachedFrom = undefined;
    this.cachedTo = undefined;
    this.cachedCallId = undefined;
    this.cachedMaxForwards = undefined;
    this.cachedCSeq = undefined;
    this.cachedRoutes = undefined;
  }

  /**
   * Reads in one go what `checkRouting` asks for. What is missing, folded or malformed stays unread, so that its getter
   * says what is wrong with it. Internal.
   *
   * @param method - Of a request: mostly CSeq has the same.
   */
  readRouting(method: string): void {
    const wire = this.headerWire;
    const { lines, bodyStart } = this.head;
    const codes = codesOf(wire, bodyStart);
    let sawVia = false;
    let sawRoute = false;
    for (let i = 0; i < lines.length; i += STRIDE) {
      // The bit of a folded line makes its id none of these.
      const id = lines[i + 3]!;
      if ((id & 0xff) === VIA) {
        if (!sawVia && id === VIA) {
          const end = lines[i + 2]!;
          this.cachedVia = readVia(wire, codes, lines[i + 1]!, end);
          this.viaIsAlone = stopped.at === end;
        }
        sawVia = true;
      } else if ((id & 0xff) === ROUTE) {
        // One field with one value, as most requests have it. More, or a malformed one, are read when asked for.
        const end = lines[i + 2]!;
        const value = !sawRoute && id === ROUTE ? readNameAddr(wire, codes, lines[i + 1]!, end) : undefined;
        this.cachedRoutes = value !== undefined && stopped.at === end ? [value] : undefined;
        sawRoute = true;
      } else if (id <= MAX_FORWARDS && id !== UNKNOWN) {
        const start = lines[i + 1]!;
        const end = lines[i + 2]!;
        if (id === FROM || id === TO) {
          const value = readNameAddr(wire, codes, start, end);
          if (stopped.at === end) {
            if (id === FROM) this.cachedFrom = value;
            else this.cachedTo = value;
          }
        } else if (id === CALL_ID) this.cachedCallId = readCallId(wire, codes, start, end);
        else if (id === CSEQ) this.cachedCSeq = readCSeq(wire, codes, start, end, method);
        else this.cachedMaxForwards = readHops(codes, start, end);
      }
    }
  }

  /** What the first Via field has been written from: it holds this value alone. Internal. */
  knowTopVia(via: Via): void {
    this.cachedVia = via;
    this.viaIsAlone = true;
  }

  /**
   * Takes over what another message has read of its topmost Via, where the first Via fields of both are the same text without folds.
   * Internal.
   */
  knowTopViaAs(other: SipMessageBase): void {
    if (other.cachedVia === undefined) return;
    const here = this.find(VIA);
    const there = other.find(VIA);
    if (here === -1 || there === -1) return;
    const { lines } = this.head;
    const others = other.head.lines;
    if (lines[here + 3] !== VIA || others[there + 3] !== VIA) return;
    const text = this.headerWire.slice(lines[here + 1], lines[here + 2]);
    if (text !== other.headerWire.slice(others[there + 1], others[there + 2])) return;
    this.cachedVia = other.cachedVia;
    this.viaIsAlone = other.viaIsAlone;
  }

  /** Whether the topmost Via value is known to have a field of its own. Internal. */
  get hasTopViaAlone(): boolean {
    return this.viaIsAlone;
  }

  /**
   * The offset into `head.lines` of the Via field below the first one, where each of the two holds whole values: the first one just the
   * topmost. -1 where that is not so, or not known before the fields are read again. Internal.
   */
  get viaBelowTop(): number {
    const first = this.find(VIA);
    return first === -1 || !this.viaIsAlone ? -1 : this.findNext(VIA, first);
  }

  /** The first Via value. */
  get topVia(): Via {
    if (this.cachedVia !== undefined) return this.cachedVia;
    const line = this.require(VIA);
    const { text, codes, start, end } = this.spanOf(line);
    const value = readVia(text, codes, start, end);
    if (value === undefined) throw this.malformed(line);
    this.viaIsAlone = stopped.at === end;
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
    const line = this.require(CALL_ID);
    const { text, codes, start, end } = this.spanOf(line);
    const value = readCallId(text, codes, start, end);
    if (value === undefined) throw this.malformed(line);
    this.cachedCallId = value;
    return value;
  }

  get cseq(): CSeq {
    if (this.cachedCSeq !== undefined) return this.cachedCSeq;
    const line = this.require(CSEQ);
    const { text, codes, start, end } = this.spanOf(line);
    const value = readCSeq(text, codes, start, end);
    if (value === undefined) throw this.malformed(line);
    this.cachedCSeq = value;
    return value;
  }

  /** 0–255; `undefined` where the field is absent. */
  get maxForwards(): number | undefined {
    if (this.cachedMaxForwards !== undefined) return this.cachedMaxForwards;
    const line = this.find(MAX_FORWARDS);
    if (line === -1) return undefined;
    const { codes, start, end } = this.spanOf(line);
    const value = readHops(codes, start, end);
    if (value === undefined) throw this.malformed(line);
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
    const line = this.find(EXPIRES);
    if (line === -1) return undefined;
    const { codes, start, end } = this.spanOf(line);
    const value = readInteger(codes, start, end);
    if (value === undefined) throw this.malformed(line);
    return Math.min(value, 0xffff_ffff);
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

  /**
   * A list of tokens: option tags, methods, event types.
   *
   * @throws SipSyntaxError `SIP_MALFORMED_HEADER` where an element is not a token.
   */
  tokens(name: string): readonly string[] {
    const out: string[] = [];
    for (let line = this.findByName(name); line !== -1; line = this.findByName(name, line + STRIDE)) {
      const { text, start, end } = this.spanOf(line);
      if (!readTokens(text, start, end, out))
        throw new SipSyntaxError(malformedHeader(usualName(name), 'a list of tokens', this.textAt(line)));
    }
    return out;
  }

  /**
   * The addresses of any field that holds name-addr values: Path, Service-Route, P-Asserted-Identity, Refer-To, …
   *
   * @throws SipSyntaxError `SIP_MALFORMED_HEADER` where one is malformed.
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

  /** The value of a line with its codes; without folds it is read where it stands. */
  private spanOf(line: number): { text: string; codes: Uint8Array; start: number; end: number } {
    const { lines } = this.head;
    const folded = (lines[line + 3]! & FOLDED) !== 0;
    const text = folded ? this.unfolded(line) : this.headerWire;
    const end = folded ? text.length : lines[line + 2]!;
    return { text, codes: codesOf(text, end), start: folded ? 0 : lines[line + 1]!, end };
  }

  private list<T>(id: number, reader: Reader<T>): readonly T[] {
    const first = this.find(id);
    if (first === -1) return [];
    const out: T[] = [];
    for (let line = first; line !== -1; line = this.findNext(id, line)) {
      const { text, codes, start, end } = this.spanOf(line);
      let at = start;
      for (;;) {
        const value = reader(text, codes, at, end);
        if (value === undefined) throw this.malformed(line);
        // Mostly the only one: then the list takes no more room than it needs.
        if (line === first && at === start && stopped.at >= end && this.findNext(id, line) === -1)
          return [value];
        out.push(value);
        if (stopped.at >= end) break;
        at = stopped.at + 1;
      }
    }
    return out;
  }

  private address(id: number): NameAddr {
    const line = this.require(id);
    const { text, codes, start, end } = this.spanOf(line);
    const value = readNameAddr(text, codes, start, end);
    if (value === undefined || stopped.at !== end) throw this.malformed(line);
    return value;
  }

  private addresses(id: number): readonly NameAddr[] {
    return this.list(id, readNameAddr);
  }
}
