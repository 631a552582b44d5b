import { COLON, CR, classes, LF, SP, TAB, TOKEN } from '../syntax/characters.ts';
import type { SipProblem } from '../syntax/problem.ts';
import {
  badContentLength,
  bareBreak,
  headersTooLong,
  malformedLine,
  repeated,
  startLineTooLong,
  tooManyHeaders,
} from './head-problems.ts';
import {
  CONTENT_LENGTH,
  compactId,
  firstRepeatable,
  identifyName,
  nameBeforeColon,
  nameLengths,
  nameOfId,
  UNKNOWN,
} from './header-names.ts';
import type { MessageLimits } from './limits.ts';

/** Numbers kept per header line: start of the name, start of the value, end of the line before CRLF, id and fold bit. */
export const STRIDE = 4;

/** Added to the id of a line whose value is folded over several lines. */
export const FOLDED = 0x100;

/**
 * The offsets of the parts of one message in its wire text, relative to its first byte. Built in one pass that allocates one array
 * of small integers and no text.
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
  /** A bit for each id below `firstRepeatable` that is present, and `VIA_BIT`. */
  readonly present: number;
  /** A bit for each repeatable id that is present, of those that share one for either: what has none is not there. */
  readonly repeatable: number;
  /** The first problem that leaves the framing intact, so that the message can still be answered. */
  readonly problem: SipProblem | undefined;
}

/** The head of a message whose text was released. */
export const noHead: Head = {
  startLineEnd: 0,
  lines: [],
  bodyStart: 0,
  contentLength: -1,
  present: 0,
  repeatable: 0,
  problem: undefined,
};

/** A problem that breaks framing. `lines` holds the lines before it, for a response. */
export interface BrokenHead {
  readonly broken: SipProblem;
  readonly lines: readonly number[];
}

/** The result of indexing: a head, more bytes needed, or a problem after which the stream cannot be used. */
export type Indexed = Head | 'incomplete' | BrokenHead;

/** The bit of `Head.present` that stands for Via, the first repeatable name. */
export const VIA_BIT: number = 1 << 30;

/** Whether a head may have a line with an id: where it may not, no line has to be looked at. */
export function mayHave({ present, repeatable }: Head, id: number): boolean {
  return id < firstRepeatable ? ((present >>> id) & 1) === 1 : ((repeatable >>> (id & 31)) & 1) === 1;
}

/** Instead of an id: the line has no name. */
const MALFORMED = -1;

/** Filled again by each call; a message gets a copy of its exact length. */
const work: number[] = [];

/**
 * Indexes the head of a message. Names are read from the bytes, line ends are found in the text: each is the fastest way
 * to its part.
 *
 * @param codes - Bytes; the message may be followed by others.
 * @param text - The same bytes as wire text.
 * @param start - Offset of the start line.
 * @param bytes - Where the bytes end.
 */
export function indexHead(
  codes: Uint8Array,
  text: string,
  start: number,
  bytes: number,
  limits: MessageLimits,
): Indexed {
  const kinds = classes;
  // As a small integer: the machine code would otherwise compare every offset with it as a double.
  const size = Math.min(bytes, 0x3fff_ffff) | 0;
  let lf = text.indexOf('\n', start);
  const startLineEnd = (lf === -1 ? size : lf - 1) - start;
  if (startLineEnd > limits.maxStartLineBytes) return { broken: startLineTooLong(limits), lines: [] };
  if (lf === -1) return cutShort(size, start, limits, 0);
  if (text.indexOf('\r', start) !== lf - 1) return { broken: bareBreak('the start line'), lines: [] };

  const maxCount = limits.maxHeaders * STRIDE;
  let problem: SipProblem | undefined;
  let contentLength = -1;
  let present = 0;
  let repeatable = 0;
  let count = 0;
  let at = lf + 1;
  for (;;) {
    if (at + 1 >= size) return cutShort(size, start, limits, count);
    if (codes[at] === CR) {
      if (codes[at + 1] === LF) break;
      return { broken: bareBreak('the header'), lines: work.slice(0, count) };
    }
    if (count >= maxCount) return { broken: tooManyHeaders(limits), lines: work.slice(0, count) };
    let id: number;
    let i = at + 1;
    if (codes[i] === COLON) id = compactId(codes[at]!);
    else {
      id = nameBeforeColon(codes, at, size);
      i = at + nameLengths[id]!;
    }
    if (id === UNKNOWN) {
      // Not the usual spelling: white space before the colon, other letters, or no name.
      i = at;
      while (i < size && (kinds[codes[i]!]! & TOKEN) !== 0) i++;
      const nameEnd = i;
      while (i < size && (codes[i] === SP || codes[i] === TAB)) i++;
      id = i < size && codes[i] === COLON && nameEnd !== at ? identifyName(codes, at, nameEnd) : MALFORMED;
    }
    const colon = i;
    // One line with its folds: CRLF followed by white space continues it (RFC 3261 §7.3.1).
    let fold = 0;
    for (;;) {
      lf = text.indexOf('\n', i);
      if (lf === -1 || lf + 1 >= size) return cutShort(size, start, limits, count);
      if (text.indexOf('\r', i) !== lf - 1) {
        return { broken: bareBreak('the header'), lines: work.slice(0, count) };
      }
      i = lf + 1;
      if (codes[i] !== SP && codes[i] !== TAB) break;
      fold = FOLDED;
    }
    if (lf - start > limits.maxHeaderBytes) {
      return { broken: headersTooLong(limits), lines: work.slice(0, count) };
    }
    if (id === MALFORMED) problem ??= malformedLine(text.slice(at, lf - 1));
    else {
      if (id < firstRepeatable) {
        const bit = 1 << id;
        if (id === CONTENT_LENGTH) {
          contentLength = readContentLength(codes, colon + 1, lf - 1);
          if (contentLength === -1 || (present & bit) !== 0) {
            const found = text.slice(colon + 1, lf - 1).trim();
            return {
              broken: badContentLength(found, (present & bit) !== 0),
              lines: work.slice(0, count),
            };
          }
        } else if (id !== UNKNOWN && (present & bit) !== 0) problem ??= repeated(nameOfId(id));
        present |= bit;
      } else {
        if (id === firstRepeatable) present |= VIA_BIT;
        repeatable |= 1 << (id & 31);
      }
      work[count] = at - start;
      work[count + 1] = colon + 1 - start;
      work[count + 2] = lf - 1 - start;
      work[count + 3] = id | fold;
      count += STRIDE;
    }
    at = lf + 1;
  }
  const bodyStart = at + 2 - start;
  if (bodyStart > limits.maxHeaderBytes) {
    return { broken: headersTooLong(limits), lines: work.slice(0, count) };
  }
  return {
    startLineEnd,
    lines: work.slice(0, count),
    bodyStart,
    contentLength,
    present,
    repeatable,
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
