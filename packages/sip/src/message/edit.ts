import { Via } from '../headers/via.ts';
import { skipSpace } from '../syntax/characters.ts';
import { SipArgumentError } from '../syntax/problem.ts';
import { findComma } from '../syntax/quoted.ts';
import { bytesFromWire, unfold } from '../syntax/text.ts';
import type { Uri } from '../uri/uri.ts';
import { bodyWire, messageOfOwn, smallBodyBytes } from './assemble.ts';
import { carriedHead, type Line, type WrittenLine } from './carried-head.ts';
import { FOLDED, STRIDE } from './head-index.ts';
import { fieldLine, fieldValue, type HeaderValue } from './header-field.ts';
import { headerId, UNKNOWN, VIA } from './header-names.ts';
import type { SipMessage } from './sip-message.ts';

/**
 * Starts editing a message. The original is not changed; every byte that no edit touches stays as received.
 *
 * @example
 * ```ts
 * const forwarded = edit(request).setUri(target).prepend('Via', via).set('Max-Forwards', 69).toWire();
 * ```
 */
export function edit<M extends SipMessage>(message: M): MessageEditor<M> {
  return new MessageEditor(message);
}

/** Chainable edits on one message. */
export class MessageEditor<M extends SipMessage = SipMessage> {
  readonly #message: M;
  readonly #lines: Line[] = [];
  #startLine: string | undefined;
  /** The Request-URI in {@link #startLine}, where `setUri` wrote that. */
  #uri: string | undefined;
  #body: string | undefined;

  constructor(message: M) {
    this.#message = message;
    const count = message.head.lines.length;
    for (let i = 0; i < count; i += STRIDE) this.#lines.push(i);
  }

  /** Replaces the Request-URI. */
  setUri(uri: Uri | string): this {
    const message = this.#message;
    if (message.kind !== 'request')
      throw new SipArgumentError(
        'expected a request, found a response',
        'setUri',
        'use setStartLine for a response',
      );
    const text = uri.toString();
    this.setStartLine(`${message.method} ${text} SIP/2.0`);
    this.#uri = text;
    return this;
  }

  /**
   * Replaces the start line.
   *
   * @param line - Without CRLF.
   * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where it contains a line break.
   */
  setStartLine(line: string): this {
    this.#startLine = fieldValue('Start line', line);
    this.#uri = undefined;
    return this;
  }

  /** Sets a field: replaces the first of this name where it stands and removes the others, or adds it at the end. */
  set(name: string, value: HeaderValue): this {
    const line = this.#write(name, value);
    const first = this.#indexOf(line.id, line.lowerName, 0);
    if (first === -1) {
      this.#lines.push(line);
      return this;
    }
    this.#lines[first] = line;
    for (
      let next = this.#indexOf(line.id, line.lowerName, first + 1);
      next !== -1;
      next = this.#indexOf(line.id, line.lowerName, next)
    ) {
      this.#lines.splice(next, 1);
    }
    return this;
  }

  /** Puts a field before the first of its name; where there is none, Via goes on top and others behind the Via fields. */
  prepend(name: string, value: HeaderValue): this {
    const line = this.#write(name, value);
    let at = this.#indexOf(line.id, line.lowerName, 0);
    if (at === -1) at = line.id === VIA ? 0 : this.#afterVias();
    this.#lines.splice(at, 0, line);
    return this;
  }

  /** Puts a field behind the last of its name, or at the end. */
  append(name: string, value: HeaderValue): this {
    const line = this.#write(name, value);
    let last = -1;
    for (let at = this.#indexOf(line.id, line.lowerName, 0); at !== -1; ) {
      last = at;
      at = this.#indexOf(line.id, line.lowerName, at + 1);
    }
    if (last === -1) this.#lines.push(line);
    else this.#lines.splice(last + 1, 0, line);
    return this;
  }

  /** Removes all fields of a name. */
  remove(name: string): this {
    const id = headerId(name);
    const lower = name.toLowerCase();
    for (let at = this.#indexOf(id, lower, 0); at !== -1; at = this.#indexOf(id, lower, at))
      this.#lines.splice(at, 1);
    return this;
  }

  /** Removes the first value of a name: the whole first field, or what stands before its first comma. */
  removeFirstValue(name: string): this {
    return this.#changeFirstValue(name, undefined);
  }

  /** Replaces the first value of a name and leaves those behind a comma alone. */
  replaceFirstValue(name: string, value: HeaderValue): this {
    return this.#changeFirstValue(name, fieldValue(name, value));
  }

  /** Replaces the body, sets Content-Length, and Content-Type where given. */
  setBody(body: string | Uint8Array, contentType?: string): this {
    this.#body = bodyWire(body);
    if (contentType !== undefined) this.set('Content-Type', contentType);
    else if (this.#body === '') this.remove('Content-Type');
    return this.set('Content-Length', this.#body.length);
  }

  /**
   * The edited message as wire text.
   *
   * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where the body of the original was dropped and none was set.
   */
  toWire(): string {
    return this.#headerWire() + this.#largeBody();
  }

  /** The edited message as bytes. */
  toBytes(): Uint8Array {
    return bytesFromWire(this.toWire());
  }

  /**
   * The edited message as a message.
   *
   * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where the edits do not form a message.
   */
  toMessage(): M {
    const wire = this.#headerWire();
    const largeBody = this.#largeBody();
    const carried = this.#carried(wire);
    if (carried === undefined) return messageOfOwn(wire, largeBody) as M;
    if (largeBody !== '') carried.attachBody(largeBody);
    return carried as M;
  }

  /** The edited message, by what is known of its parts; undefined where it is to be read again. */
  #carried(wire: string): SipMessage | undefined {
    const message = this.#message;
    const uri = this.#uri;
    const startLine = this.#startLine;
    if (startLine !== undefined && (uri === undefined || !isPlainUri(uri))) return undefined;
    const end = startLine === undefined ? message.head.startLineEnd : startLine.length;
    const head = carriedHead(message.head, this.#lines, end);
    if (head === undefined) return undefined;
    const carried =
      message.kind === 'request' ? message.withHead(wire, head, uri) : message.withHead(wire, head);
    const top = this.#lines[this.#indexOf(VIA, '', 0)];
    if (typeof top === 'object' && top.via !== undefined) carried.knowTopVia(top.via);
    return carried;
  }

  /** The body that `#headerWire` leaves out. The text of an untouched body is shared with the original. */
  #largeBody(): string {
    const body = this.#body;
    if (body === undefined) return this.#message.separateBody;
    return body.length > smallBodyBytes ? body : '';
  }

  /** The header, followed by the body where that is small. */
  #headerWire(): string {
    const wire = this.#message.headerWire;
    const { lines, startLineEnd, bodyStart } = this.#message.head;
    // Runs of untouched neighbours are copied in one piece; the start line's run begins at 0.
    let out = '';
    let from = 0;
    let to = startLineEnd + 2;
    if (this.#startLine !== undefined) {
      out = `${this.#startLine}\r\n`;
      from = to;
    }
    for (const line of this.#lines) {
      if (typeof line === 'number') {
        const start = lines[line]!;
        if (start !== to) {
          if (to !== from) out += wire.slice(from, to);
          from = start;
        }
        to = lines[line + 2]! + 2;
      } else {
        if (to !== from) out += wire.slice(from, to);
        from = to;
        out += line.text;
      }
    }
    if (this.#body !== undefined) {
      if (to !== from) out += wire.slice(from, to);
      return this.#body.length > smallBodyBytes ? `${out}\r\n` : `${out}\r\n${this.#body}`;
    }
    const tail = bodyStart - 2;
    if (tail === to) return out + wire.slice(from);
    if (to !== from) out += wire.slice(from, to);
    return out + wire.slice(tail);
  }

  #write(name: string, value: HeaderValue): WrittenLine {
    const id = headerId(name);
    const lowerName = id === UNKNOWN ? name.toLowerCase() : '';
    const via = id === VIA && value instanceof Via ? value : undefined;
    return { id, lowerName, nameLength: name.length, text: fieldLine(name, value), via };
  }

  #indexOf(id: number, lowerName: string, from: number): number {
    const lines = this.#message.head.lines;
    for (let i = from; i < this.#lines.length; i++) {
      const line = this.#lines[i]!;
      const lineId = typeof line === 'number' ? lines[line + 3]! & 0xff : line.id;
      if (lineId !== id) continue;
      if (id !== UNKNOWN || this.#lowerNameOf(line) === lowerName) return i;
    }
    return -1;
  }

  #lowerNameOf(line: Line): string {
    if (typeof line !== 'number') return line.lowerName;
    const lines = this.#message.head.lines;
    return this.#message.headerWire
      .slice(lines[line]!, lines[line + 1]! - 1)
      .trimEnd()
      .toLowerCase();
  }

  #afterVias(): number {
    let at = 0;
    for (let via = this.#indexOf(VIA, '', 0); via !== -1; via = this.#indexOf(VIA, '', via + 1)) at = via + 1;
    return at;
  }

  #changeFirstValue(name: string, replacement: string | undefined): this {
    const id = headerId(name);
    const at = this.#indexOf(id, name.toLowerCase(), 0);
    if (at === -1) return this;
    const [label, value] = this.#partsOf(this.#lines[at]!);
    const comma = findComma(value, 0, value.length);
    const rest = comma < value.length ? value.slice(comma + 1) : undefined;
    if (replacement === undefined && rest === undefined) {
      this.#lines.splice(at, 1);
      return this;
    }
    const start = skipSpace(value, 0, value.length);
    let text: string;
    if (replacement === undefined) text = rest!;
    else text = value.slice(0, start) + replacement + (rest === undefined ? '' : `,${rest}`);
    const lowerName = id === UNKNOWN ? name.toLowerCase() : '';
    const nameLength = label.length - 1;
    this.#lines[at] = { id, lowerName, nameLength, text: `${label}${text}\r\n`, via: undefined };
    return this;
  }

  /** Name with colon, and value, of a line; folds are undone, because the line is about to be rewritten. */
  #partsOf(line: Line): [label: string, value: string] {
    if (typeof line !== 'number') {
      const colon = line.text.indexOf(':') + 1;
      return [line.text.slice(0, colon), line.text.slice(colon, -2)];
    }
    const lines = this.#message.head.lines;
    const wire = this.#message.headerWire;
    const label = wire.slice(lines[line]!, lines[line + 1]!);
    const value = wire.slice(lines[line + 1]!, lines[line + 2]!);
    return [label, (lines[line + 3]! & FOLDED) === 0 ? value : unfold(value)];
  }
}

/** ASCII without white space: written as it is, and one word of the request line. */
function isPlainUri(uri: string): boolean {
  return /^[!-~]+$/.test(uri);
}
