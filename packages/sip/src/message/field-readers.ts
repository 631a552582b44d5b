import { AT, COMMA, classes, SP, skipBlank, TAB, TOKEN, trimBlank, WORD } from '../syntax/characters.ts';
import { codesOf } from '../syntax/codes.ts';

/** Appends the tokens of a comma-separated list; false where an element is not a token. The list may be empty. */
export function readTokens(text: string, start: number, end: number, into: string[]): boolean {
  const kinds = classes;
  const codes = codesOf(text, end);
  let i = skipBlank(codes, start, end);
  if (i >= end) return true;
  for (;;) {
    const from = i;
    while (i < end && (kinds[codes[i]!]! & TOKEN) !== 0) i++;
    if (i === from) return false;
    into.push(text.slice(from, i));
    while (i < end && (codes[i] === SP || codes[i] === TAB)) i++;
    if (i >= end) return true;
    if (codes[i] !== COMMA) return false;
    i = skipBlank(codes, i + 1, end);
  }
}

/** callid = word [ "@" word ], with white space around it. */
export function readCallId(text: string, codes: Uint8Array, start: number, end: number): string | undefined {
  const kinds = classes;
  const from = skipBlank(codes, start, end);
  const to = trimBlank(codes, from, end);
  let at = -1;
  for (let i = from; i < to; i++) {
    const code = codes[i]!;
    if ((kinds[code]! & WORD) !== 0) continue;
    if (code !== AT || at !== -1) return undefined;
    at = i;
  }
  if (from === to || at === from || at === to - 1) return undefined;
  return text.slice(from, to);
}

/** 1*DIGIT with white space around it; a number beyond 2^53 reads as Infinity. */
export function readInteger(codes: Uint8Array, start: number, end: number): number | undefined {
  const from = skipBlank(codes, start, end);
  const to = trimBlank(codes, from, end);
  if (from === to) return undefined;
  let value = 0;
  for (let i = from; i < to; i++) {
    const digit = codes[i]! - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value <= Number.MAX_SAFE_INTEGER ? value : Number.POSITIVE_INFINITY;
}

/** Max-Forwards: 0–255 (RFC 3261 §20.22); `undefined` where it is not a number, or too large. */
export function readHops(codes: Uint8Array, start: number, end: number): number | undefined {
  const value = readInteger(codes, start, end);
  return value !== undefined && value <= 255 ? value : undefined;
}
