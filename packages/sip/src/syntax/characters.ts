import { checkText } from './check-text.ts';

/**
 * Character classes of the RFC 3261 §25.1 grammar as one lookup table: a bit per class, indexed by the character code.
 * Codes from 128 up belong to no class; text that may hold UTF-8 tests for them explicitly.
 */
export const TOKEN = 1;
export const WORD = 2;
export const USER = 4;
export const PASSWORD = 8;
export const URI_PARAMETER = 16;
export const URI_HEADER = 32;
export const HOST = 64;
export const DIGIT = 128;
export const HEX = 256;
export const ALPHA = 512;
export const OPAQUE = 1024;
export const PARAMETER_VALUE = 2048;

/** SP, HTAB, CR, LF, and the delimiters the readers compare against. */
export const SP = 0x20;
export const TAB = 0x09;
export const CR = 0x0d;
export const LF = 0x0a;
export const QUOTE = 0x22;
export const PERCENT = 0x25;
export const DIGIT_0 = 0x30;
export const DIGIT_9 = 0x39;
export const COMMA = 0x2c;
export const SLASH = 0x2f;
export const LESS = 0x3c;
export const EQUALS = 0x3d;
export const GREATER = 0x3e;
export const BACKSLASH = 0x5c;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;
export const QUESTION = 0x3f;
export const AT = 0x40;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;

const alpha = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const digits = '0123456789';
const alphanumeric = alpha + digits;
const unreserved = `${alphanumeric}-_.!~*'()`;
const token = `${alphanumeric}-.!%*_+\`'~`;

const table = new Uint16Array(256);

function mark(characters: string, bit: number): void {
  for (let i = 0; i < characters.length; i++) table[characters.charCodeAt(i)]! |= bit;
}

mark(token, TOKEN);
mark(`${token}()<>:\\"/[]?{}`, WORD);
mark(`${unreserved}&=+$,;?/%`, USER);
mark(`${unreserved}&=+$,%`, PASSWORD);
mark(`${unreserved}[]/:&+$%`, URI_PARAMETER);
mark(`${unreserved}[]/?:+$%`, URI_HEADER);
mark(`${alphanumeric}-.`, HOST);
mark(digits, DIGIT);
mark(`${digits}abcdefABCDEF`, HEX);
mark(alpha, ALPHA);
mark(`${unreserved};/?:@&=+$,%[]#`, OPAQUE);
// gen-value = token / host / quoted-string (RFC 3261 §25.1); a host may be an IPv6 reference, and RFC 5118 §4.5
// asks receivers to take an IPv6 address in "received" with and without brackets.
mark(`${token}[]:`, PARAMETER_VALUE);

/** The table itself: `(classes[code] & TOKEN) !== 0`. Codes above 255 are outside it and read as `undefined`. */
export const classes: Uint16Array = table;

/**
 * Says whether every character of a text is of a class.
 *
 * @param text - The text.
 * @param bit - One of the class bits of this file.
 * @returns false for the empty text.
 */
export function isAll(text: string, bit: number): boolean {
  if (text.length === 0) return false;
  for (let i = 0; i < text.length; i++) if ((classes[text.charCodeAt(i)]! & bit) === 0) return false;
  return true;
}

/** Moves past SP and HTAB. */
export function skipSpace(text: string, at: number, end: number): number {
  let i = at;
  while (i < end) {
    const code = text.charCodeAt(i);
    if (code !== SP && code !== TAB) break;
    i++;
  }
  return i;
}

/** The end of a range without trailing SP and HTAB. */
export function trimEnd(text: string, start: number, end: number): number {
  let i = end;
  while (i > start) {
    const code = text.charCodeAt(i - 1);
    if (code !== SP && code !== TAB) break;
    i--;
  }
  return i;
}

/**
 * A text without SP and HTAB around it. `String.prototype.trim` would take more: in wire text even the last byte of a
 * UTF-8 character.
 */
export function trimSpace(text: string): string {
  checkText(text);
  const start = skipSpace(text, 0, text.length);
  return text.slice(start, trimEnd(text, start, text.length));
}

/** As `skipSpace`, on codes. */
export function skipBlank(codes: Uint8Array, at: number, end: number): number {
  let i = at;
  while (i < end && (codes[i] === SP || codes[i] === TAB)) i++;
  return i;
}

/** As `trimEnd`, on codes. */
export function trimBlank(codes: Uint8Array, start: number, end: number): number {
  let i = end;
  while (i > start && (codes[i - 1] === SP || codes[i - 1] === TAB)) i--;
  return i;
}
