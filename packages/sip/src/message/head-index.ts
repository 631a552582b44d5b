import { COLON, CR, classes, LF, SP, TAB, TOKEN } from '../syntax/characters.ts';
import type { SipProblem } from '../syntax/problem.ts';
import { wireFromBytes } from '../syntax/text.ts';
import {
  badContentLength,
  bareBreak,
  headersTooLong,
  malformedLine,
  repeated,
  startLineTooLong,
  tooManyHeaders,
} from './head-problems.ts';
import { CONTENT_LENGTH, firstRepeatable, identifyName, nameOfId, UNKNOWN, VIA } from './header-names.ts';
import type { MessageLimits } from './limits.ts';

/** Numbers kept per header line: start of the name, start of the value, end of the line before CRLF, id and fold bit. */
export const STRIDE = 4;

/** Added to the id of a line whose value is folded over several lines. */
export const FOLDED = 0x100;

/**
 * Where the parts of one message lie in its wire text, relative to its first byte. Made in one pass that allocates one
 * array of small integers and no text.
 */
export interface Head {
  /** End of the start line, before CRLF. */
  readonly startLineEnd: number;
  /** `STRIDE` numbers per header line. */
  readonly lines: readonly number[];
  /** Offset of the first byte after the empty line. */
  readonly bodyStart: number;
  /** The Content-Length value; -1 where there is none. */
  readonly contentLength: number;
  /** A bit for each id below `firstRepeatable` that is there, and bit 0 for Via. */
  readonly present: number;
  /** Whether no byte of the head is above 127. */
  readonly ascii: boolean;
  /** The first problem that leaves the framing intact, so that the message can still be answered. */
  readonly problem: SipProblem | undefined;
}

/** A problem that breaks framing. `lines` holds what was read before it, to build a response from. */
export interface BrokenHead {
  readonly broken: SipProblem;
  readonly lines: readonly number[];
}

/** What indexing gives: a head, more bytes needed, or a problem after which nothing on the stream can be trusted. */
export type Indexed = Head | 'incomplete' | BrokenHead;

/** Filled anew by each call; a message gets a copy of its exact length. */
const work: number[] = [];

/**
 * Indexes the head of a message.
 *
 * @param codes - Bytes; the message may be followed by others.
 * @param start - Offset of the start line.
 * @param size - Where the bytes end.
 */
export function indexHead(codes: Uint8Array, start: number, size: number, limits: MessageLimits): Indexed {
  // Never look further than the limits: what lies beyond makes the message too long anyway.
  const reach = Math.min(size, start + limits.maxHeaderBytes);
  let acc = 0;
  let i = start;
  while (i < reach) {
    const code = codes[i]!;
    if (code === CR || code === LF) break;
    acc |= code;
    i++;
  }
  if (i - start > limits.maxStartLineBytes) return { broken: startLineTooLong(limits), lines: [] };
  if (i >= reach || i + 1 >= size) return cutShort(size, start, limits, 0);
  if (codes[i] !== CR || codes[i + 1] !== LF) return { broken: bareBreak('the start line'), lines: [] };
  const startLineEnd = i - start;

  let problem: SipProblem | undefined;
  let contentLength = -1;
  let present = 0;
  let count = 0;
  i += 2;
  for (;;) {
    const at = i;
    if (i + 1 >= reach) return cutShort(size, start, limits, count);
    if (codes[i] === CR) {
      if (codes[i + 1] === LF) break;
      return { broken: bareBreak('the header'), lines: work.slice(0, count) };
    }
    if (count >= limits.maxHeaders * STRIDE) {
      return { broken: tooManyHeaders(limits), lines: work.slice(0, count) };
    }
    while (i < reach && (classes[codes[i]!]! & TOKEN) !== 0) i++;
    const nameEnd = i;
    while (i < reach && (codes[i] === SP || codes[i] === TAB)) i++;
    const colon = codes[i] === COLON && nameEnd > at ? i : -1;
    // One line with its folds: CRLF followed by white space goes on (RFC 3261 §7.3.1).
    let fold = 0;
    for (;;) {
      while (i < reach) {
        const code = codes[i]!;
        if (code === CR || code === LF) break;
        acc |= code;
        i++;
      }
      if (i + 2 >= reach) return cutShort(size, start, limits, count);
      if (codes[i] !== CR || codes[i + 1] !== LF) {
        return { broken: bareBreak('the header'), lines: work.slice(0, count) };
      }
      const next = codes[i + 2];
      if (next !== SP && next !== TAB) break;
      fold = FOLDED;
      i += 2;
    }
    if (colon === -1) problem ??= malformedLine(wireFromBytes(codes, at, i));
    else {
      const id = identifyName(codes, at, nameEnd);
      if (id === VIA) present |= 1;
      else if (id !== UNKNOWN && id < firstRepeatable) {
        const bit = 1 << id;
        const twice = (present & bit) !== 0;
        present |= bit;
        if (id === CONTENT_LENGTH) {
          contentLength = readContentLength(codes, colon + 1, i);
          if (contentLength === -1 || twice) {
            const found = wireFromBytes(codes, colon + 1, i).trim();
            return { broken: badContentLength(found, twice), lines: work.slice(0, count) };
          }
        } else if (twice) problem ??= repeated(nameOfId(id));
      }
      work[count] = at - start;
      work[count + 1] = colon + 1 - start;
      work[count + 2] = i - start;
      work[count + 3] = id | fold;
      count += STRIDE;
    }
    i += 2;
  }
  return {
    startLineEnd,
    lines: work.slice(0, count),
    bodyStart: i + 2 - start,
    contentLength,
    present,
    ascii: acc < 128,
    problem,
  };
}

/** The bytes end before the head does: more are needed, or it is longer than the limit. */
function cutShort(size: number, start: number, limits: MessageLimits, count: number): Indexed {
  if (size - start < limits.maxHeaderBytes) return 'incomplete';
  return { broken: headersTooLong(limits), lines: work.slice(0, count) };
}

/** 1*DIGIT with white space around it, below 2^53; -1 otherwise. */
function readContentLength(codes: Uint8Array, start: number, end: number): number {
  let i = skipBreaks(codes, start, end);
  const from = i;
  let value = 0;
  while (i < end) {
    const digit = codes[i]! - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
    i++;
  }
  if (i === from || value > Number.MAX_SAFE_INTEGER) return -1;
  return skipBreaks(codes, i, end) === end ? value : -1;
}

function skipBreaks(codes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && (codes[i] === SP || codes[i] === TAB || codes[i] === CR || codes[i] === LF)) i++;
  return i;
}
