import {
  apostrophe,
  backslash,
  type Cursor,
  closeBrace,
  closeBracket,
  colon,
  comma,
  hash,
  newline,
  openBrace,
  openBracket,
  quote,
  space,
  YamlError,
} from './cursor.ts';

/** The value of a scalar. */
export type ScalarValue = string | number | boolean | null;

const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/** Whether the cursor is at a quoted scalar. */
export function atQuoted(cursor: Cursor): boolean {
  const code = cursor.code();
  return code === quote || code === apostrophe;
}

/** Reads a quoted scalar; it ends on the line on which it begins. */
export function readQuoted(cursor: Cursor): string {
  return cursor.code() === quote ? readDoubleQuoted(cursor) : readSingleQuoted(cursor);
}

function readDoubleQuoted(cursor: Cursor): string {
  const start = cursor.pos;
  let value = '';
  let copied = ++cursor.pos;
  for (;;) {
    const code = cursor.code();
    if (code === quote) break;
    if (code === backslash) {
      value += cursor.text.slice(copied, cursor.pos) + readEscape(cursor);
      copied = cursor.pos;
      continue;
    }
    requireInside(cursor, start);
    cursor.pos++;
  }
  value += cursor.text.slice(copied, cursor.pos);
  cursor.pos++;
  if (/\p{Surrogate}/u.test(value)) {
    throw cursor.syntax(
      'A surrogate escape stands without its other half.',
      'Write the character itself.',
      start,
    );
  }
  return value;
}

function readEscape(cursor: Cursor): string {
  const letter = cursor.text.charAt(cursor.pos + 1);
  const simple = Object.hasOwn(escapes, letter) ? escapes[letter] : undefined;
  if (simple !== undefined) {
    cursor.pos += 2;
    return simple;
  }
  const digits = cursor.text.slice(cursor.pos + 2, cursor.pos + 6);
  if (letter !== 'u' || !/^[0-9A-Fa-f]{4}$/.test(digits)) {
    throw cursor.syntax(
      'This escape is not one of JSON.',
      'Write \\\\ for a backslash, or use single quotes.',
    );
  }
  cursor.pos += 6;
  return String.fromCharCode(Number.parseInt(digits, 16));
}

function readSingleQuoted(cursor: Cursor): string {
  const start = cursor.pos;
  let value = '';
  let copied = ++cursor.pos;
  for (;;) {
    const code = cursor.code();
    if (code === apostrophe) {
      value += cursor.text.slice(copied, cursor.pos);
      if (cursor.code(1) !== apostrophe) break;
      value += "'";
      cursor.pos += 2;
      copied = cursor.pos;
      continue;
    }
    requireInside(cursor, start);
    cursor.pos++;
  }
  cursor.pos++;
  return value;
}

function requireInside(cursor: Cursor, start: number): void {
  if (cursor.atEnd || cursor.code() === newline) {
    throw cursor.syntax('The closing quote is missing on this line.', 'Close the quoted text.', start);
  }
  if (cursor.pos - start > cursor.limits.maxScalarLength) throw tooLong(cursor, start);
}

/**
 * Reads an unquoted scalar up to a comment, the end of the line, a `: ` or, inside brackets, a comma or bracket.
 * @returns the text as written, without trailing spaces
 */
export function readPlain(cursor: Cursor, inFlow: boolean): string {
  refuseIndicator(cursor, inFlow);
  const start = cursor.pos;
  let end = start;
  while (!cursor.atEnd) {
    const code = cursor.code();
    if (code === newline) break;
    if (code === colon && endsKey(cursor, inFlow)) break;
    if (code === hash && cursor.text.charCodeAt(cursor.pos - 1) === space) break;
    if (inFlow && isFlowIndicator(code)) break;
    cursor.pos++;
    if (code !== space) end = cursor.pos;
  }
  if (end - start > cursor.limits.maxScalarLength) throw tooLong(cursor, start);
  cursor.pos = end;
  return cursor.text.slice(start, end);
}

/** Reads a field name: a quoted one, or a plain one that every YAML reader takes for text. */
export function readKey(cursor: Cursor, inFlow: boolean): string {
  if (atQuoted(cursor)) return readQuoted(cursor);
  const at = cursor.pos;
  const name = readPlain(cursor, inFlow);
  if (typeof resolvePlain(name, at) !== 'string') throw ambiguous(name, at);
  return name;
}

/** Whether the colon at the cursor separates a key from its value. */
export function endsKey(cursor: Cursor, inFlow: boolean): boolean {
  const next = cursor.code(1);
  return Number.isNaN(next) || next === space || next === newline || (inFlow && isFlowIndicator(next));
}

function isFlowIndicator(code: number): boolean {
  return (
    code === comma ||
    code === openBracket ||
    code === closeBracket ||
    code === openBrace ||
    code === closeBrace
  );
}

function refuseIndicator(cursor: Cursor, inFlow: boolean): void {
  const char = cursor.text.charAt(cursor.pos);
  if (char === '&' || char === '*') {
    throw new YamlError(
      'alias-not-allowed',
      cursor.pos,
      'Anchors and aliases are not part of this format: what is signed must be written where it counts.',
      'Write the value out, or put it in quotes if it is text.',
    );
  }
  if (char === '!' || char === '|' || char === '>' || char === '%' || char === '@' || char === '`') {
    throw cursor.syntax(
      `A value cannot begin with ${char}: tags, block texts and directives are not part of this format.`,
      'Put text that begins with this character in quotes.',
    );
  }
  const marker = cursor.text.slice(cursor.pos, cursor.pos + 3);
  if (marker === '---' || marker === '...') {
    throw cursor.syntax(
      `A value cannot begin with ${marker}.`,
      'Write one document only, or put the text in quotes.',
    );
  }
  const next = cursor.code(1);
  const alone = Number.isNaN(next) || next === space || next === newline || (inFlow && isFlowIndicator(next));
  if ((char === '?' || char === '-' || char === ':') && alone) {
    throw cursor.syntax(`A value is missing before or after ${char}.`, 'Check the indentation of this line.');
  }
  if (char === ',' || char === '[' || char === ']' || char === '{' || char === '}' || char === '#') {
    throw cursor.syntax(`A value cannot begin with ${char}.`, 'Remove it, or put the text in quotes.');
  }
}

/**
 * The value of an unquoted scalar. Where readers of YAML 1.1 and 1.2 differ, it must be quoted.
 * @param at - offset for the error
 */
export function resolvePlain(text: string, at: number): ScalarValue {
  switch (text) {
    case 'true':
      return true;
    case 'false':
      return false;
    case 'null':
    case '~':
      return null;
  }
  const first = text.charCodeAt(0);
  const numberLike = (first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d || first === 0x2e;
  if (numberLike) {
    if (/^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,15})?$/.test(text)) return Number(text);
    if (ambiguousNumber.test(text)) throw ambiguous(text, at);
    return text;
  }
  if (text.length <= 5 && ambiguousWords.has(text.toLowerCase())) throw ambiguous(text, at);
  return text;
}

const ambiguousWords = new Set(['true', 'false', 'null', 'yes', 'no', 'on', 'off', 'y', 'n']);
const ambiguousNumber =
  /^[-+]?(?:[0-9][0-9_]*|0x[0-9A-Fa-f_]+|0o[0-7_]+|0b[01_]+|[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?|[0-9][0-9_]*\.[0-9_]*|\.[0-9_]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][-+]?[0-9]+|\.inf|\.Inf|\.INF|\.nan|\.NaN|\.NAN)$/;

function ambiguous(text: string, at: number): YamlError {
  return new YamlError(
    'ambiguous-scalar',
    at,
    `YAML readers interpret ${text.slice(0, 40)} without quotes differently.`,
    `Write "${text.slice(0, 40)}" if it is text. Write numbers in plain decimal, and true or false.`,
  );
}

function tooLong(cursor: Cursor, start: number): YamlError {
  return new YamlError(
    'document-too-large',
    start,
    `The value has more than ${cursor.limits.maxScalarLength} characters.`,
    'Check what was pasted here: a key or certificate is much shorter.',
  );
}
