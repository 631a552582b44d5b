import { kindOf, writesItself } from '../syntax/check-parts.ts';
import { SipArgumentError } from '../syntax/problem.ts';
import { bytesFromWire } from '../syntax/text.ts';
import type { Uri } from '../uri/uri.ts';
import { bodyWire, messageOfOwn, smallBodyBytes } from './assemble.ts';
import { carriedHead } from './carried-head.ts';
import { checkIsMessage } from './check-given.ts';
import type { EditedLines } from './edited-lines.ts';
import { FewChanges } from './few-changes.ts';
import { fieldValue, type HeaderValue } from './header-field.ts';
import { CONTENT_LENGTH, headerId, UNKNOWN, VIA } from './header-names.ts';
import { requestUri } from './request-uri-text.ts';
import type { SipMessage } from './sip-message.ts';
import { type WrittenLine, writeLine } from './written-line.ts';

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

/**
 * Chainable edits on one message. Content-Length can only be set to the length of the body: another value would move the place where the
 * next message of a stream begins (RFC 3261 §18.3).
 */
export class MessageEditor<M extends SipMessage = SipMessage> {
  readonly #message: M;
  readonly #few: FewChanges;
  /** Once a change does not fit into the few. */
  #list: EditedLines | undefined;
  #startLine: string | undefined;
  /** The Request-URI in {@link #startLine}, where `setUri` wrote that. */
  #uri: string | undefined;
  #body: string | undefined;

  /**
   * @param message - stays as it is
   * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where it is not a message
   */
  constructor(message: M) {
    checkIsMessage(message, 'edit');
    this.#message = message;
    this.#few = new FewChanges(message);
  }

  /**
   * Replaces the Request-URI.
   *
   * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where it is a text that is not a valid URI, or no URI at all.
   */
  setUri(uri: Uri | string): this {
    const message = this.#message;
    if (message.kind !== 'request')
      throw new SipArgumentError(
        'expected a request, found a response',
        'setUri',
        'use setStartLine for a response',
      );
    const text = typeof uri === 'string' ? requestUri(uri) : textOf(uri);
    // The rest of the line holds no line break and nothing but ASCII.
    this.#startLine = `${message.method} ${fieldValue('Request-URI', text)} SIP/2.0`;
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
    const line = writeLine(name, value);
    if (line.id === CONTENT_LENGTH) this.#checkLength(value);
    return this.#set(line);
  }

  #set(line: WrittenLine): this {
    if (this.#list !== undefined || !this.#few.set(line)) this.#listed().set(line);
    return this;
  }

  /** Puts a field before the first of its name; where there is none, Via goes on top and others behind the Via fields. */
  prepend(name: string, value: HeaderValue): this {
    const line = writeLine(name, value);
    // It occurs once, wherever it stands.
    if (line.id === CONTENT_LENGTH) return this.set(name, value);
    if (this.#list !== undefined || !this.#few.prepend(line)) this.#listed().prepend(line);
    return this;
  }

  /** Puts a field behind the last of its name, or at the end. */
  append(name: string, value: HeaderValue): this {
    const line = writeLine(name, value);
    if (line.id === CONTENT_LENGTH) return this.set(name, value);
    this.#listed().append(line);
    return this;
  }

  /** Removes all fields of a name. */
  remove(name: string): this {
    const id = headerId(name);
    if (this.#list !== undefined || !this.#few.remove(id)) this.#listed().remove(id, lowerNameOf(id, name));
    return this;
  }

  /** Removes the first value of a name: the whole first field, or what stands before its first comma. */
  removeFirstValue(name: string): this {
    const id = headerId(name);
    if (this.#list !== undefined || !this.#few.removeFirstValue(id))
      this.#listed().changeFirstValue(id, lowerNameOf(id, name), undefined);
    return this;
  }

  /** Replaces the first value of a name and leaves those behind a comma alone. */
  replaceFirstValue(name: string, value: HeaderValue): this {
    const id = headerId(name);
    const text = fieldValue(name, value);
    if (id === CONTENT_LENGTH) this.#checkLength(value);
    if (this.#list !== undefined || id !== VIA || !this.#few.replaceTopVia(text))
      this.#listed().changeFirstValue(id, lowerNameOf(id, name), text);
    return this;
  }

  /** Replaces the body, sets Content-Length, and Content-Type where given. */
  setBody(body: string | Uint8Array, contentType?: string): this {
    this.#body = bodyWire(body);
    if (contentType !== undefined) this.set('Content-Type', contentType);
    else if (this.#body === '') this.remove('Content-Type');
    return this.#set(writeLine('Content-Length', this.#body.length));
  }

  #checkLength(value: HeaderValue): void {
    const found = value.toString();
    const length = this.#body?.length ?? this.#message.bodyLength;
    if (found === length.toString()) return;
    throw new SipArgumentError(
      `expected ${length}, the length of the body, found ${JSON.stringify(found)}`,
      'Content-Length',
      'leave it as it is, or use setBody, which sets both',
    );
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
    const largeBody = this.#largeBody();
    const written = this.#written();
    if (written === undefined) return messageOfOwn(this.#headerWire(), largeBody) as M;
    if (largeBody !== '') written.attachBody(largeBody);
    return written as M;
  }

  /** The edited message, by what is known of its parts; undefined where it is to be read again. */
  #written(): SipMessage | undefined {
    const message = this.#message;
    const uri = this.#uri;
    const startLine = this.#startLine;
    if (startLine !== undefined && (uri === undefined || !isPlainUri(uri))) return undefined;
    const list = this.#list;
    if (list === undefined) return this.#few.written(startLine, uri);
    const end = startLine === undefined ? message.head.startLineEnd : startLine.length;
    const head = carriedHead(message.head, list.lines, end);
    if (head === undefined) return undefined;
    const wire = this.#headerWire();
    const written =
      message.kind === 'request' ? message.withHead(wire, head, uri) : message.withHead(wire, head);
    const top = list.lines[list.indexOf(VIA, '', 0)];
    if (typeof top === 'object' && top.via !== undefined) written.knowTopVia(top.via);
    return written;
  }

  /** The body that `#headerWire` leaves out. The text of an untouched body is shared with the original. */
  #largeBody(): string {
    const body = this.#body;
    if (body === undefined) return this.#message.separateBody;
    return body.length > smallBodyBytes ? body : '';
  }

  /** The header, followed by the body where that is small. */
  #headerWire(): string {
    const body = this.#body;
    if (body === undefined && this.#list === undefined) return this.#few.wire(this.#startLine);
    const list = this.#list ?? this.#few.listed();
    return list.wire(this.#startLine, body === undefined || body.length <= smallBodyBytes ? body : '');
  }

  #listed(): EditedLines {
    this.#list ??= this.#few.listed();
    return this.#list;
  }
}

function textOf(uri: Uri): string {
  if (typeof uri === 'object' && uri !== null && writesItself(uri)) return uri.toString();
  throw new SipArgumentError(
    `expected a URI or its text, found ${kindOf(uri)}`,
    'Request-URI',
    'give what parseUri or SipUri.from returns, or a text such as sip:bob@contoso.example',
  );
}

function lowerNameOf(id: number, name: string): string {
  return id === UNKNOWN ? name.toLowerCase() : '';
}

/** ASCII without white space: written as it is, and one word of the request line. */
function isPlainUri(uri: string): boolean {
  return /^[!-~]+$/.test(uri);
}
