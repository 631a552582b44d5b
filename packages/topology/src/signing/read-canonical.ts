import { canonicalJson } from '../document/canonical-json.ts';

/** The value of a text, or why it was not read. */
export type CanonicalResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly message: string };

/** UTF-16 code units: enough for 5,000 servers, 10,000 partners with their roots and 100,000 users. */
const maxLength = 24 * 1024 * 1024;
/** Levels; a topology is less than ten levels deep. */
const maxDepth = 16;
/** Strings, numbers, arrays and objects together. */
const maxValues = 3_000_000;

/**
 * Reads canonical JSON (RFC 8785). Length, depth and number of values are counted before anything is built; then the value is
 * written again, and only a text that is the same in every character is accepted. So a field that is given twice, white space, another
 * order or another spelling is refused.
 *
 * @param text - hostile; at most 24 Mi UTF-16 code units, 16 levels and 3,000,000 values
 */
export function readCanonical(text: string): CanonicalResult {
  const problem = exceeded(text) ?? hidden(text);
  if (problem !== undefined) return { ok: false, message: problem };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The message of JSON.parse differs between versions of Node, and quotes the text.
    return { ok: false, message: 'The text is not valid JSON.' };
  }
  if (writtenAgain(value) === text) return { ok: true, value };
  return { ok: false, message: 'The text is valid JSON, but not in canonical form (RFC 8785).' };
}

/** Which bound a text exceeds. */
function exceeded(text: string): string | undefined {
  if (text.length > maxLength) {
    return `The text has ${text.length} characters; at most ${maxLength} are allowed.`;
  }
  let depth = 0;
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = endOfString(text, at);
        break;
      case openBracket:
      case openBrace:
        values++;
        if (++depth > maxDepth) return `The text is nested more than ${maxDepth} levels deep.`;
        break;
      case closeBracket:
      case closeBrace:
        depth--;
        break;
      case comma:
        values++;
        break;
    }
    if (values > maxValues) return `The text has more than ${maxValues} values.`;
  }
  return undefined;
}

/** The offset of the quote that ends a string, or of the end of the text. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let first = at;
    while (text.charCodeAt(first - 1) === backslash) first--;
    if ((at - first) % 2 === 0) return at;
  }
  return text.length;
}

/** Finds characters that a person cannot see, and a field name that JavaScript treats specially: neither belongs in a topology. */
function hidden(text: string): string | undefined {
  const at = text.search(/[\p{Control}\p{Surrogate}\u2028\u2029\ufffe\uffff]/u);
  if (at !== -1) {
    const code = (text.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    return `The text contains the character U+${code}, which is not visible.`;
  }
  return text.includes('"__proto__":') ? 'The text has a field named __proto__.' : undefined;
}

/** The canonical form, or undefined for a value that has none: a lone surrogate, or a number that is not finite. */
function writtenAgain(value: unknown): string | undefined {
  try {
    return canonicalJson(value);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENTENTE_NOT_CANONICAL') return undefined;
    throw error;
  }
}

const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;
