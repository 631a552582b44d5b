import { Buffer } from 'node:buffer';
import { type Head, indexHead } from '../message/head-index.ts';
import { headersTooLong, startLineTooLong } from '../message/head-problems.ts';
import { defaultLimits, type MessageLimits } from '../message/limits.ts';
import {
  bodyTooLong,
  type CheckDepth,
  completeMessage,
  fail,
  type MessageFault,
} from '../message/parse-message.ts';
import type { SipMessage } from '../message/sip-message.ts';
import { startsWithVersion } from '../message/start-line.ts';
import { CR, LF } from '../syntax/characters.ts';
import type { SipProblem } from '../syntax/problem.ts';
import { wireFromBytes } from '../syntax/text.ts';

/** Where a framer puts what it finds, in the order found. One object can serve many pushes. */
export interface FramerSink {
  /** A whole, checked message. */
  message(message: SipMessage): void;
  /**
   * A message that was refused. Send `fault.response` where there is one; where `fault.fatal`, then close the
   * connection: the framer takes nothing more.
   */
  error(fault: MessageFault): void;
  /**
   * A keep-alive between messages: `ping` (CRLF CRLF: answer with `pongBytes`) or `pong` (a single CRLF).
   *
   * @see RFC 5626 §3.5.1, §4.4.1
   */
  keepAlive?(kind: 'ping' | 'pong'): void;
}

/** Options of a `StreamFramer`. */
export interface FramerOptions {
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
 * are stored; time is linear in the bytes however they are split.
 *
 * @see RFC 3261 §18.3, §7.5
 */
export class StreamFramer {
  readonly #limits: MessageLimits;
  readonly #check: CheckDepth;
  /** Bytes of an unfinished message; grows by doubling as bytes arrive, never ahead of them. */
  #pending: Buffer = empty;
  #length = 0;
  /** Up to where `#pending` was searched for the end of the header. */
  #searched = 0;
  /** Once the header is complete: it, and the bytes of the whole message. */
  #head: Head | undefined;
  #needed = 0;
  /** Line breaks seen since the last message, 0 or 1 towards a ping. */
  #breaks = 0;
  #failed = false;

  constructor(options: FramerOptions = {}) {
    this.#limits = options.limits === undefined ? defaultLimits : { ...defaultLimits, ...options.limits };
    this.#check = options.check ?? 'addresses';
  }

  /** Whether a fatal fault ended this stream. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Bytes held of a message that is not complete. */
  get pendingBytes(): number {
    return this.#length;
  }

  /**
   * Takes the next bytes of the stream and reports everything that is complete.
   *
   * @param bytes - Any number of bytes. They are not kept beyond the call.
   * @param sink - Called synchronously.
   */
  push(bytes: Uint8Array, sink: FramerSink): void {
    let at = 0;
    if (this.#length > 0) {
      at = this.#resume(bytes, sink);
      if (at === -1) return;
    }
    if (this.#failed || at >= bytes.length) return;
    this.#cut(bytes, at, sink);
  }

  /** Cuts whole messages out of a chunk that starts between two messages. */
  #cut(bytes: Uint8Array, from: number, sink: FramerSink): void {
    const size = bytes.length;
    const text = wireFromBytes(bytes);
    let at = from;
    while (at < size) {
      if (bytes[at] === CR) {
        if (at + 1 >= size) break;
        if (bytes[at + 1] === LF) {
          at += 2;
          this.#lineBreak(at >= size || bytes[at] !== CR, sink);
          continue;
        }
      }
      this.#breaks = 0;
      const head = indexHead(bytes, text, at, size, this.#limits);
      if (head === 'incomplete') break;
      const problem = 'broken' in head ? head.broken : this.#lengthProblem(head);
      if (problem !== undefined || 'broken' in head) {
        this.#fail(text.slice(at), problem!, head.lines, sink);
        return;
      }
      const end = at + head.bodyStart + head.contentLength;
      if (end > size) {
        this.#head = head;
        this.#needed = end - at;
        break;
      }
      // Each message has text of its own, so that none pins the chunk.
      this.#deliver(at === 0 && end === size ? text : wireFromBytes(bytes, at, end), head, sink);
      at = end;
    }
    if (at < size) this.#store(bytes, at, size);
  }

  /**
   * Goes on with an unfinished message.
   *
   * @returns how many of the bytes it took, or -1 where all were taken or the stream failed.
   */
  #resume(bytes: Uint8Array, sink: FramerSink): number {
    if (this.#head === undefined) {
      // A CR held back between messages: whether it begins a line break shows only now.
      if (this.#length === 1 && this.#pending[0] === CR) return this.#recut(bytes, sink);
      const before = this.#length;
      // Never store more of a header than the limit allows; the rest of the chunk waits where it is.
      const room = Math.max(this.#limits.maxHeaderBytes + 4 - before, 0);
      const taken = Math.min(room, bytes.length);
      this.#store(bytes, 0, taken);
      const end = this.#headerEnd();
      if (end === -1) return this.#incompleteHeader(sink);
      // The bytes behind the header go back to the chunk; the header alone is indexed.
      const text = wireFromBytes(this.#pending, 0, end);
      const head = indexHead(this.#pending, text, 0, end, this.#limits);
      // With its empty line in place a header is never incomplete: an index that says so has met a limit.
      const failure = head === 'incomplete' ? { broken: headersTooLong(this.#limits), lines: [] } : head;
      const problem = 'broken' in failure ? failure.broken : this.#lengthProblem(failure);
      if (problem !== undefined || 'broken' in failure) {
        this.#fail(text, problem!, failure.lines, sink);
        return -1;
      }
      this.#length = end;
      this.#head = failure;
      this.#needed = failure.bodyStart + failure.contentLength;
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
    const missing = this.#needed - this.#length;
    const taken = Math.min(missing, bytes.length - from);
    this.#store(bytes, from, from + taken);
    if (taken < missing) return -1;
    const wire = wireFromBytes(this.#pending, 0, this.#needed);
    const head = this.#head!;
    this.#reset();
    this.#deliver(wire, head, sink);
    return from + taken;
  }

  /** Searches on for the end of the header; each byte is looked at a bounded number of times. */
  #headerEnd(): number {
    const start = Math.max(this.#searched - 3, 0);
    const found = this.#pending.subarray(0, this.#length).indexOf('\r\n\r\n', start, 'latin1');
    this.#searched = this.#length;
    return found === -1 ? -1 : found + 4;
  }

  #incompleteHeader(sink: FramerSink): number {
    const { maxHeaderBytes, maxStartLineBytes } = this.#limits;
    let problem: SipProblem | undefined;
    if (this.#length > maxHeaderBytes) problem = headersTooLong(this.#limits);
    else if (this.#length > maxStartLineBytes + 2) {
      const line = this.#pending.subarray(0, maxStartLineBytes + 2).indexOf(LF);
      if (line === -1) problem = startLineTooLong(this.#limits);
    }
    if (problem === undefined) return -1;
    const text = wireFromBytes(this.#pending, 0, this.#length);
    const head = indexHead(this.#pending, text, 0, this.#length, this.#limits);
    const lines = typeof head === 'object' ? head.lines : [];
    this.#fail(text, problem, lines, sink);
    return -1;
  }

  #lengthProblem(head: Head): SipProblem | undefined {
    if (head.contentLength === -1) return contentLengthMissing;
    if (head.contentLength > this.#limits.maxBodyBytes) return bodyTooLong(head.contentLength, this.#limits);
    return undefined;
  }

  #deliver(wire: string, head: Head, sink: FramerSink): void {
    const result = completeMessage(wire, head, this.#check);
    if (result.ok) sink.message(result.message);
    else sink.error(result.error);
  }

  #lineBreak(last: boolean, sink: FramerSink): void {
    if (this.#breaks === 1) {
      this.#breaks = 0;
      sink.keepAlive?.('ping');
    } else {
      this.#breaks = 1;
      if (last) sink.keepAlive?.('pong');
    }
  }

  #fail(wire: string, problem: SipProblem, lines: readonly number[], sink: FramerSink): void {
    this.#failed = true;
    this.#reset();
    const result = fail(startsWithVersion(wire) ? wire.slice(0, 4) : wire, problem, lines);
    if (!result.ok) sink.error(result.error);
  }

  #store(bytes: Uint8Array, from: number, to: number): void {
    const size = this.#length + to - from;
    if (size > this.#pending.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(size, this.#pending.length * 2, 512));
      this.#pending.copy(grown, 0, 0, this.#length);
      this.#pending = grown;
    }
    this.#pending.set(from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to), this.#length);
    this.#length = size;
  }

  #reset(): void {
    this.#pending = empty;
    this.#length = 0;
    this.#searched = 0;
    this.#head = undefined;
    this.#needed = 0;
  }
}

const empty = Buffer.alloc(0);

const contentLengthMissing: SipProblem = {
  code: 'content-length-missing',
  header: 'Content-Length',
  status: 400,
  message: 'Content-Length: expected this field on a stream (RFC 3261 §18.3), found none',
};
