import { COLON, CR, classes, LF, SP, TAB, TOKEN } from '../syntax/characters.ts';
import { quoteForPeople, type SipProblem } from '../syntax/problem.ts';
import { CONTENT_LENGTH, firstRepeatable, identifyName, nameOfId } from './header-names.ts';
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
  readonly lines: number[];
  /** Offset of the first byte after the empty line. */
  readonly bodyStart: number;
  /** The Content-Length value; -1 where there is none. */
  readonly contentLength: number;
  /** The first problem that leaves the framing intact, so that the message can still be answered. */
  readonly problem: SipProblem | undefined;
}

/** What indexing gives: a head, more bytes needed, or a problem after which nothing on the stream can be trusted. */
export type Indexed = Head | 'incomplete' | BrokenHead;

/** A problem that breaks framing. `lines` holds what was read before it, to build a response from. */
export interface BrokenHead {
  readonly broken: SipProblem;
  readonly startLineEnd: number;
  readonly lines: number[];
  /** Bytes read before the problem, relative to the first. */
  readonly read: number;
}

/**
 * Indexes the head of a message.
 *
 * @param text - Wire text; the message may be followed by others.
 * @param start - Offset of the start line.
 */
export function indexHead(text: string, start: number, limits: MessageLimits): Indexed {
  const lines: number[] = [];
  const firstLf = text.indexOf('\n', start);
  if (firstLf === -1) {
    if (text.length - start > limits.maxStartLineBytes + 2)
      return broken(startLineTooLong(limits), 0, lines, 0);
    return 'incomplete';
  }
  const startLineEnd = firstLf - 1 - start;
  if (startLineEnd > limits.maxStartLineBytes) return broken(startLineTooLong(limits), 0, lines, 0);
  if (text.indexOf('\r', start) !== firstLf - 1) return broken(bareBreak('the start line'), 0, lines, 0);

  let problem: SipProblem | undefined;
  let contentLength = -1;
  let seen = 0;
  let at = firstLf + 1;
  const last = start + limits.maxHeaderBytes;
  for (;;) {
    const first = text.charCodeAt(at);
    if (first === CR) {
      const second = text.charCodeAt(at + 1);
      if (second === LF) break;
      if (!Number.isNaN(second)) return broken(bareBreak('the header'), startLineEnd, lines, at - start);
      const limit = tooLong(text, start, limits);
      return limit === undefined ? 'incomplete' : broken(limit, startLineEnd, lines, at - start);
    }
    // One line, with its folds: CRLF followed by white space goes on (RFC 3261 §7.3.1).
    let lf = text.indexOf('\n', at);
    let searched = at;
    let fold = 0;
    let next: number;
    for (;;) {
      if (lf === -1) {
        const limit = tooLong(text, start, limits);
        return limit === undefined ? 'incomplete' : broken(limit, startLineEnd, lines, at - start);
      }
      if (text.indexOf('\r', searched) !== lf - 1) {
        return broken(bareBreak('the header'), startLineEnd, lines, at - start);
      }
      next = text.charCodeAt(lf + 1);
      if (next !== SP && next !== TAB) break;
      fold = FOLDED;
      searched = lf + 1;
      lf = text.indexOf('\n', searched);
    }
    if (Number.isNaN(next)) {
      // The byte after this line decides whether it goes on.
      const limit = tooLong(text, start, limits);
      return limit === undefined ? 'incomplete' : broken(limit, startLineEnd, lines, at - start);
    }
    const end = lf - 1;
    if (end > last) return broken(headersTooLong(limits), startLineEnd, lines, at - start);
    if (lines.length >= limits.maxHeaders * STRIDE) {
      return broken(tooManyHeaders(limits), startLineEnd, lines, at - start);
    }

    let colon = at;
    while ((classes[text.charCodeAt(colon)]! & TOKEN) !== 0) colon++;
    const nameEnd = colon;
    let code = text.charCodeAt(colon);
    while (code === SP || code === TAB) code = text.charCodeAt(++colon);
    if (code !== COLON || nameEnd === at || colon > end) {
      problem ??= malformedLine(text.slice(at, end));
    } else {
      const id = identifyName(text, at, nameEnd);
      if (id !== 0 && id < firstRepeatable) {
        const bit = 1 << id;
        if (id === CONTENT_LENGTH) {
          const value = readContentLength(text, colon + 1, end);
          if (value < 0 || (seen & bit) !== 0) {
            const found = text.slice(colon + 1, end);
            lines.push(at - start, colon + 1 - start, end - start, id | fold);
            return broken(badContentLength(found, (seen & bit) !== 0), startLineEnd, lines, lf + 1 - start);
          }
          contentLength = value;
        } else if ((seen & bit) !== 0) problem ??= repeated(nameOfId(id));
        seen |= bit;
      }
      lines.push(at - start, colon + 1 - start, end - start, id | fold);
    }
    at = lf + 1;
  }
  const bodyStart = at + 2 - start;
  if (bodyStart > limits.maxHeaderBytes)
    return broken(headersTooLong(limits), startLineEnd, lines, at - start);
  return { startLineEnd, lines, bodyStart, contentLength, problem };
}

function broken(problem: SipProblem, startLineEnd: number, lines: number[], read: number): BrokenHead {
  return { broken: problem, startLineEnd, lines, read };
}

/** 1*DIGIT with white space around it, at most nine quadrillion; -1 otherwise. */
function readContentLength(text: string, start: number, end: number): number {
  let i = start;
  while (i < end && isSpaceOrBreak(text.charCodeAt(i))) i++;
  let value = 0;
  const from = i;
  while (i < end) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) break;
    value = value * 10 + digit;
    i++;
  }
  if (i === from || value > Number.MAX_SAFE_INTEGER) return -1;
  while (i < end && isSpaceOrBreak(text.charCodeAt(i))) i++;
  return i === end ? value : -1;
}

function isSpaceOrBreak(code: number): boolean {
  return code === SP || code === TAB || code === CR || code === LF;
}

function tooLong(text: string, start: number, limits: MessageLimits): SipProblem | undefined {
  return text.length - start > limits.maxHeaderBytes ? headersTooLong(limits) : undefined;
}

export function headersTooLong(limits: MessageLimits): SipProblem {
  return {
    code: 'headers-too-long',
    status: 513,
    message: `Header: expected at most ${limits.maxHeaderBytes} bytes up to the empty line, found more`,
  };
}

export function startLineTooLong(limits: MessageLimits): SipProblem {
  return {
    code: 'start-line-too-long',
    status: 414,
    message: `Start line: expected at most ${limits.maxStartLineBytes} bytes, found more`,
  };
}

function tooManyHeaders(limits: MessageLimits): SipProblem {
  return {
    code: 'too-many-headers',
    status: 513,
    message: `Header: expected at most ${limits.maxHeaders} fields, found more`,
  };
}

function bareBreak(where: string): SipProblem {
  return {
    code: 'bare-line-break',
    status: 400,
    message: `Line break in ${where}: expected CRLF, found CR or LF alone`,
  };
}

function badContentLength(found: string, twice: boolean): SipProblem {
  return {
    code: 'content-length-invalid',
    header: 'Content-Length',
    status: 400,
    message: `Content-Length: expected one number of bytes, found ${twice ? 'it twice, then ' : ''}${quoteForPeople(found.trim())}`,
  };
}

function malformedLine(line: string): SipProblem {
  return {
    code: 'malformed-header',
    status: 400,
    message: `Header line: expected a field name and a colon, found ${quoteForPeople(line)}`,
  };
}

function repeated(header: string): SipProblem {
  return {
    code: 'repeated-header',
    header,
    status: 400,
    message: `${header}: expected one field, found more than one`,
  };
}
