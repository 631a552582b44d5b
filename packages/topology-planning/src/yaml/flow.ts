import { type Cursor, closeBrace, closeBracket, colon, comma, openBrace, openBracket } from './cursor.ts';
import { putMember } from './member.ts';
import { atQuoted, endsKey, readKey, readPlain, readQuoted, resolvePlain } from './scalar.ts';

/**
 * Reads a value in brackets or a scalar inside brackets.
 * @param minColumn - further lines must be indented at least so far
 */
export function readFlowValue(cursor: Cursor, depth: number, minColumn: number): unknown {
  cursor.enter(depth);
  const code = cursor.code();
  if (code === openBracket) return readFlowSequence(cursor, depth, minColumn);
  if (code === openBrace) return readFlowMapping(cursor, depth, minColumn);
  if (atQuoted(cursor)) return readQuoted(cursor);
  const at = cursor.pos;
  return resolvePlain(readPlain(cursor, true), at);
}

function readFlowSequence(cursor: Cursor, depth: number, minColumn: number): unknown[] {
  const items: unknown[] = [];
  const positions = cursor.place(items);
  const opened = cursor.pos++;
  for (;;) {
    skipBreaks(cursor, opened, minColumn);
    if (cursor.code() === closeBracket) break;
    positions.starts.push(cursor.pos);
    positions.values.push(cursor.pos);
    items.push(readFlowValue(cursor, depth + 1, minColumn));
    skipBreaks(cursor, opened, minColumn);
    if (cursor.code() === comma) cursor.pos++;
    else if (cursor.code() !== closeBracket) {
      throw cursor.syntax(
        'There is no comma or ] after the item.',
        'Separate the items with commas, or quote the text.',
      );
    }
  }
  cursor.pos++;
  return items;
}

function readFlowMapping(cursor: Cursor, depth: number, minColumn: number): object {
  const members: Record<string, unknown> = {};
  const positions = cursor.place(members);
  const opened = cursor.pos++;
  for (;;) {
    skipBreaks(cursor, opened, minColumn);
    if (cursor.code() === closeBrace) break;
    const keyAt = cursor.pos;
    const quoted = atQuoted(cursor);
    const key = readKey(cursor, true);
    cursor.skipSpaces();
    // After a quoted key JSON needs no space behind the colon.
    if (cursor.code() !== colon || !(quoted || endsKey(cursor, true))) {
      throw cursor.syntax('There is no colon and space after the field name.', 'Write name: value.');
    }
    cursor.pos++;
    skipBreaks(cursor, opened, minColumn);
    const valueAt = cursor.pos;
    const value = readFlowValue(cursor, depth + 1, minColumn);
    putMember(cursor, members, positions, key, keyAt, value, valueAt);
    skipBreaks(cursor, opened, minColumn);
    if (cursor.code() === comma) cursor.pos++;
    else if (cursor.code() !== closeBrace) {
      throw cursor.syntax(
        'There is no comma or } after the value.',
        'Separate the fields with commas, or quote the text.',
      );
    }
  }
  cursor.pos++;
  return members;
}

function skipBreaks(cursor: Cursor, opened: number, minColumn: number): void {
  const crossed = cursor.skipBlankLines();
  if (cursor.atEnd) {
    throw cursor.syntax('The closing bracket is missing.', 'Close the bracket.', opened);
  }
  if (crossed && cursor.columnOf(cursor.pos) < minColumn) {
    throw cursor.syntax(
      'This line must be indented further than the field it belongs to.',
      'Indent it further.',
    );
  }
}
