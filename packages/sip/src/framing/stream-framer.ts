import { Buffer } from 'node:buffer';
import { smallBodyBytes } from '../message/assemble.ts';
import { sizeProblem } from '../message/check-size.ts';
import { type Head, indexHead } from '../message/head-index.ts';
import { headersTooLong, startLineTooLong } from '../message/head-problems.ts';
import { defaultLimits, framingLimits, type MessageLimits } from '../message/limits.ts';
import { completeMessage, fail, type MessageFault } from '../message/parse-message.ts';
import { type CheckDepth, readParseOptions } from '../message/parse-options.ts';
import { type PlainRequest, plainRequest } from '../message/plain-request.ts';
import type { SipMessage } from '../message/sip-message.ts';
import { startsWithVersion } from '../message/start-line.ts';
import { CR, LF } from '../syntax/characters.ts';
import { codesFrom } from '../syntax/codes.ts';
import type { SipProblem } from '../syntax/problem.ts';
import { checkBytes, wireFromBytes } from '../syntax/text.ts';
import { PendingBytes } from './pending-bytes.ts';

/** Receives what a framer finds, in order. One object can be used for many calls of `push`. */
export interface FramerSink {
  /** A whole, checked message. */
  message(message: SipMessage): void;
  /**
   * A message that was refused. Send `fault.response` where there is one; where `fault.fatal`, then close the
   * connection: the framer accepts no more bytes. Otherwise the message, with its body, is skipped.
   */
  error(fault: MessageFault): void;
  /**
   * Whether {@link glance} is asked about requests; looked at for each of them.
   */
  readonly glances?: boolean;
  /**
   * A whole request has come, and has not been read.
   *
   * @returns true where it is done with; it is read and handed over otherwise.
   */
  glance?(request: PlainRequest): boolean;
  /**
   * A message announces a body of more than 4 KiB; none of it is stored yet.
   *
   * @param bodyBytes - Length of the body.
   * @param messageBytes - Length of the whole message.
   * @returns why it is refused, before any of its body is stored; `undefined`: it is accepted.
   */
  largeBody?(bodyBytes: number, messageBytes: number): SipProblem | undefined;
  /**
   * A keep-alive between messages: `ping` (CRLF CRLF: answer with `pongBytes`) or `pong` (a single CRLF).
   *
   * @param times - how many pings followed each other; 1 for a pong that came alone, 0 for one that came together with a message: it may be
   * no more than the line break before or behind that, which means nothing
   * @see RFC 5626 §3.5.1, §4.4.1, RFC 3261 §7.5
   */
  keepAlive?(kind: 'ping' | 'pong', times: number): void;
}

/** Options of a `StreamFramer`. */
export interface FramerOptions {
  /** How large a message may be, in bytes and header fields: whole numbers above 0. What is left out is as in `defaultLimits`. */
  readonly limits?: Partial<MessageLimits>;
  /** Default `addresses`; see `CheckDepth`. */
  readonly check?: CheckDepth;
}

/** A keep-alive ping. @see RFC 5626 §3.5.1 */
export const pingBytes: Uint8Array = Uint8Array.of(CR, LF, CR, LF);

/** The answer to a ping. @see RFC 5626 §3.5.1 */
export const pongBytes: Uint8Array = Uint8Array.of(CR, LF);

/**
 * Cuts a TCP or TLS byte stream into messages. Content-Length is required on every message; limits hold before bytes
 * are stored; time is linear in the bytes however they are split. A message that exceeds a limit is refused and skipped; the
 * stream ends only where the start of the next message is unknown.
 *
 * @see RFC 3261 §18.3, §7.5
 */
export class StreamFramer {
  readonly #limits: MessageLimits;
  /** How far a header is read to find out where its message ends. */
  readonly #framing: MessageLimits;
  readonly #check: CheckDepth;
  readonly #pending = new PendingBytes();
  /** Once the header is complete: it, and the bytes of the whole message. */
  #head: Head | undefined;
  #needed = 0;
  /** Bytes still to be skipped of the body of a refused message. */
  #skip = 0;
  /** Number of the message that is not complete, or was last. */
  #ordinal = 0;
  /** Line breaks seen since the last message, 0 or 1 towards a ping. */
  #breaks = 0;
  #failed = false;

  /**
   * @param options - limits and depth of the checks
   * @throws SipArgumentError `SIP_INVALID_ARGUMENT` for a limit that is not a whole number above 0, and for a limit or an option that
   * does not exist
   */
  constructor(options: FramerOptions = {}) {
    const { check, limits } = readParseOptions(options);
    this.#limits = limits;
    this.#framing = this.#limits === defaultLimits ? defaultFraming : framingLimits(this.#limits);
    this.#check = check;
  }

  /** Whether a fatal fault, or what a sink has thrown, ended this stream. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Bytes held of a message that is not complete. */
  get pendingBytes(): number {
    return this.#pending.length;
  }

  /** Bytes of memory that an incomplete message uses, or will use: its body counts as soon as it is announced. */
  get reservedBytes(): number {
    return this.#pending.length === 0 ? 0 : Math.max(this.#needed, this.#pending.capacity);
  }

  /** Number of the incomplete message, which no other message of the stream has; 0 between two messages. */
  get unfinished(): number {
    const isBetween =
      this.#pending.length === 0
        ? this.#skip === 0
        : this.#pending.length === 1 && this.#pending.bytes[0] === CR;
    return isBetween ? 0 : this.#ordinal;
  }

  /**
   * Accepts the next bytes of the stream and reports everything that is complete.
   *
   * What the sink throws is thrown here, and the bytes of this call behind what it has received are lost: where the next message begins is no
   * longer known. So the stream has failed then, and what is pushed later is passed over: close the connection.
   *
   * @param bytes - Any number of bytes. They are not kept beyond the call.
   * @param sink - Called synchronously.
   * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where it is given no bytes; what the sink throws
   */
  push(bytes: Uint8Array, sink: FramerSink): void {
    checkBytes(bytes);
    if (this.#failed) return;
    let isTaken = false;
    try {
      this.#take(bytes, sink);
      isTaken = true;
    } finally {
      if (!isTaken) {
        this.#failed = true;
        this.#reset();
      }
    }
  }

  #take(bytes: Uint8Array, sink: FramerSink): void {
    let at = 0;
    if (this.#pending.length > 0) {
      at = this.#resume(bytes, sink);
      if (at === -1) return;
    } else if (this.#skip > 0) at = this.#passOver(bytes, 0);
    if (this.#failed || at >= bytes.length) return;
    this.#cut(bytes, at, sink);
  }

  /** Cuts whole messages out of a chunk that starts between two messages. */
  #cut(bytes: Uint8Array, from: number, sink: FramerSink): void {
    const size = bytes.length;
    let at = this.#passLineBreaks(bytes, from, sink);
    const text = at < size ? wireFromBytes(bytes) : '';
    while (at < size) {
      if (bytes[at] === CR) {
        if (at + 1 >= size) break;
        if (bytes[at + 1] === LF) {
          at = this.#passLineBreaks(bytes, at, sink);
          continue;
        }
      }
      this.#breaks = 0;
      const head = indexHead(bytes, text, at, size, this.#framing);
      if (head === 'incomplete') break;
      if ('broken' in head || head.contentLength === -1) {
        this.#fail(text.slice(at), 'broken' in head ? head.broken : contentLengthMissing, head.lines, sink);
        return;
      }
      const bodyAt = at + head.bodyStart;
      const problem = this.#refusal(head, sink);
      if (problem !== undefined) {
        this.#refuse(text.slice(at, bodyAt), problem, head, sink);
        this.#ordinal++;
        at = this.#passOver(bytes, bodyAt);
        continue;
      }
      const end = bodyAt + head.contentLength;
      if (end > size) {
        this.#head = head;
        this.#needed = end - at;
        break;
      }
      if (head.contentLength > smallBodyBytes) {
        this.#deliver(wireFromBytes(bytes, at, bodyAt), head, sink, wireFromBytes(bytes, bodyAt, end));
      } else {
        // Each message has text of its own, so that none keeps the chunk in memory.
        const isWhole = at === 0 && end === size;
        if (isWhole) codesFrom(text, bytes);
        this.#deliver(isWhole ? text : wireFromBytes(bytes, at, end), head, sink);
      }
      at = end;
    }
    if (at < size) {
      this.#ordinal++;
      this.#pending.store(bytes, at, size);
    }
  }

  /**
   * Continues an incomplete message.
   *
   * @returns how many of the bytes it used, or -1 where all were used or the stream failed.
   */
  #resume(bytes: Uint8Array, sink: FramerSink): number {
    if (this.#head === undefined) {
      // A CR held back between messages: only now it is known whether it begins a line break.
      if (this.#pending.length === 1 && this.#pending.bytes[0] === CR) return this.#recut(bytes, sink);
      const before = this.#pending.length;
      // Never store more of a header than the limit allows; the rest of the chunk waits where it is.
      const room = Math.max(this.#framing.maxHeaderBytes + 4 - before, 0);
      const taken = Math.min(room, bytes.length);
      this.#pending.store(bytes, 0, taken);
      const end = this.#pending.headerEnd();
      if (end === -1) return this.#incompleteHeader(sink);
      // The bytes behind the header go back to the chunk; the header alone is indexed.
      const text = this.#pending.wire(0, end);
      const indexed = indexHead(this.#pending.bytes, text, 0, end, this.#framing);
      // With its empty line in place a header is never incomplete: an index that says so has met a limit.
      const head = indexed === 'incomplete' ? { broken: headersTooLong(this.#limits), lines: [] } : indexed;
      if ('broken' in head || head.contentLength === -1) {
        this.#fail(text, 'broken' in head ? head.broken : contentLengthMissing, head.lines, sink);
        return -1;
      }
      const problem = this.#refusal(head, sink);
      if (problem !== undefined) {
        this.#reset();
        this.#refuse(text, problem, head, sink);
        return this.#passOver(bytes, end - before);
      }
      this.#pending.length = end;
      this.#head = head;
      this.#needed = head.bodyStart + head.contentLength;
      return this.#takeBody(bytes, end - before, sink);
    }
    return this.#takeBody(bytes, 0, sink);
  }

  #recut(bytes: Uint8Array, sink: FramerSink): number {
    this.#reset();
    this.#cut(Buffer.concat([pongBytes.subarray(0, 1), bytes]), 0, sink);
    return -1;
  }

  #takeBody(bytes: Uint8Array, from: number, sink: FramerSink): number {
    const missing = this.#needed - this.#pending.length;
    const taken = Math.min(missing, bytes.length - from);
    this.#pending.store(bytes, from, from + taken);
    if (taken < missing) return -1;
    const head = this.#head!;
    const needed = this.#needed;
    const pending = this.#pending.bytes;
    this.#reset();
    if (head.contentLength > smallBodyBytes) {
      const { bodyStart } = head;
      this.#deliver(
        wireFromBytes(pending, 0, bodyStart),
        head,
        sink,
        wireFromBytes(pending, bodyStart, needed),
      );
    } else this.#deliver(wireFromBytes(pending, 0, needed), head, sink);
    return from + taken;
  }

  /** Skips the bytes of a refused message's body; returns where the rest of the chunk begins. */
  #passOver(bytes: Uint8Array, from: number): number {
    const passed = Math.min(this.#skip, bytes.length - from);
    this.#skip -= passed;
    return from + passed;
  }

  #incompleteHeader(sink: FramerSink): number {
    const { maxHeaderBytes, maxStartLineBytes } = this.#framing;
    let problem: SipProblem | undefined;
    if (this.#pending.length > maxHeaderBytes) problem = headersTooLong(this.#limits);
    else if (this.#pending.length > maxStartLineBytes + 2) {
      const line = this.#pending.bytes.subarray(0, maxStartLineBytes + 2).indexOf(LF);
      if (line === -1) problem = startLineTooLong(this.#limits);
    }
    if (problem === undefined) return -1;
    const text = this.#pending.wire(0, this.#pending.length);
    const head = indexHead(this.#pending.bytes, text, 0, this.#pending.length, this.#framing);
    const lines = typeof head === 'object' ? head.lines : [];
    this.#fail(text, problem, lines, sink);
    return -1;
  }

  /** Why a message of known length is refused. */
  #refusal(head: Head, sink: FramerSink): SipProblem | undefined {
    const problem = sizeProblem(head, this.#limits);
    if (problem !== undefined || head.contentLength <= smallBodyBytes) return problem;
    return sink.largeBody?.(head.contentLength, head.bodyStart + head.contentLength);
  }

  /** Refuses a message by its header; its body is skipped. */
  #refuse(headerWire: string, problem: SipProblem, head: Head, sink: FramerSink): void {
    this.#skip = head.contentLength;
    const result = fail(headerWire, problem, head.lines, false);
    if (!result.ok) sink.error(result.error);
  }

  #deliver(wire: string, head: Head, sink: FramerSink, largeBody = ''): void {
    if (sink.glances === true && isDoneWith(wire, head, sink)) return;
    const result = completeMessage(wire, head, this.#check, largeBody);
    if (result.ok) sink.message(result.message);
    else sink.error(result.error);
  }

  /**
   * Passes over line breaks between messages, and tells those that follow each other once.
   * @returns where they end
   */
  #passLineBreaks(bytes: Uint8Array, from: number, sink: FramerSink): number {
    let at = from;
    while (at + 1 < bytes.length && bytes[at] === CR && bytes[at + 1] === LF) at += 2;
    if (at === from) return at;
    const breaks = this.#breaks + (at - from) / 2;
    this.#breaks = breaks % 2;
    if (breaks > 1) sink.keepAlive?.('ping', Math.floor(breaks / 2));
    // Where a CR is held back, the next one may make a ping of it.
    if (this.#breaks === 1 && (at === bytes.length || bytes[at] !== CR)) {
      sink.keepAlive?.('pong', from === 0 && at === bytes.length ? 1 : 0);
    }
    return at;
  }

  #fail(wire: string, problem: SipProblem, lines: readonly number[], sink: FramerSink): void {
    this.#failed = true;
    this.#reset();
    const result = fail(startsWithVersion(wire) ? wire.slice(0, 4) : wire, problem, lines);
    if (!result.ok) sink.error(result.error);
  }

  #reset(): void {
    this.#pending.clear();
    this.#head = undefined;
    this.#needed = 0;
  }
}

function isDoneWith(wire: string, head: Head, sink: FramerSink): boolean {
  const request = plainRequest(wire, head);
  return request !== undefined && sink.glance?.(request) === true;
}

const defaultFraming = framingLimits(defaultLimits);

const contentLengthMissing: SipProblem = {
  code: 'content-length-missing',
  header: 'Content-Length',
  status: 400,
  message: 'Content-Length: expected this field on a stream (RFC 3261 §18.3), found none',
};
