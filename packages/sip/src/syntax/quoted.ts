import { BACKSLASH, COMMA, CR, GREATER, LESS, LF, QUOTE, SP, TAB, trimSpace } from './characters.ts';

/**
 * Moves past a quoted-string.
 *
 * @param at - Where the opening quote stands.
 * @returns the offset after the closing quote, or -1 where it is missing or a control character is not escaped.
 * @see RFC 3261 §25.1, quoted-string
 */
export function skipQuoted(text: string, at: number, end: number): number {
  let i = at + 1;
  while (i < end) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) return i + 1;
    if (code === BACKSLASH) {
      const escaped = text.charCodeAt(i + 1);
      if (i + 1 >= end || escaped === CR || escaped === LF || escaped > 0x7f) return -1;
      i += 2;
    } else {
      if ((code < SP && code !== TAB) || code === 0x7f) return -1;
      i++;
    }
  }
  return -1;
}

/**
 * Cuts a header field value at its commas, outside quotes and angle brackets.
 *
 * @returns the trimmed parts; an empty part stays in as the empty text, so that the caller can refuse it.
 * @see RFC 3261 §7.3.1
 */
export function splitAtCommas(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  while (start <= text.length) {
    const comma = findComma(text, start, text.length);
    parts.push(trimSpace(text.slice(start, comma)));
    start = comma + 1;
  }
  return parts;
}

/** The offset of the next comma outside quotes and angle brackets, or `end`. */
export function findComma(text: string, at: number, end: number): number {
  let bracket = false;
  for (let i = at; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === COMMA) {
      if (!bracket) return i;
    } else if (code === LESS) bracket = true;
    else if (code === GREATER) bracket = false;
    else if (code === QUOTE && !bracket) {
      const after = skipQuoted(text, i, end);
      if (after === -1) return end;
      i = after - 1;
    }
  }
  return end;
}
