import { type Cursor, colon, dash, newline, openBrace, openBracket, space } from './cursor.ts';
import { readFlowValue } from './flow.ts';
import { putMember } from './member.ts';
import { atQuoted, endsKey, readKey, readPlain, readQuoted, resolvePlain } from './scalar.ts';

/**
 * Reads the node that begins on one of the next lines, deeper than its parent.
 * @param minColumn - the least column at which it may begin
 * @returns null where the next content stands further left
 */
export function readBlockNode(cursor: Cursor, depth: number, minColumn: number): unknown {
  cursor.skipBlankLines();
  if (cursor.atEnd || cursor.columnOf(cursor.pos) < minColumn) {
    cursor.enter(depth);
    return null;
  }
  return readNodeHere(cursor, depth, minColumn);
}

/** Reads the node that begins at the cursor. */
function readNodeHere(cursor: Cursor, depth: number, minColumn: number): unknown {
  if (atDash(cursor)) return readSequence(cursor, depth);
  const code = cursor.code();
  if (code === openBracket || code === openBrace) {
    const value = readFlowValue(cursor, depth, minColumn);
    endLine(cursor);
    return value;
  }
  const at = cursor.pos;
  const quoted = atQuoted(cursor);
  const text = quoted ? readQuoted(cursor) : readPlain(cursor, false);
  if (atKeyEnd(cursor)) {
    cursor.pos = at;
    return readMapping(cursor, depth);
  }
  cursor.enter(depth);
  endLine(cursor);
  return quoted ? text : resolvePlain(text, at);
}

function readSequence(cursor: Cursor, depth: number): unknown[] {
  cursor.enter(depth);
  const column = cursor.columnOf(cursor.pos);
  const items: unknown[] = [];
  const positions = cursor.place(items);
  for (;;) {
    positions.starts.push(cursor.pos);
    cursor.pos++;
    const empty = cursor.skipToLineEnd();
    if (empty) cursor.skipBlankLines();
    positions.values.push(cursor.pos);
    items.push(
      empty ? readBlockNode(cursor, depth + 1, column + 1) : readNodeHere(cursor, depth + 1, column + 1),
    );
    if (!continues(cursor, column) || !atDash(cursor)) return items;
  }
}

function readMapping(cursor: Cursor, depth: number): object {
  cursor.enter(depth);
  const column = cursor.columnOf(cursor.pos);
  const members: Record<string, unknown> = {};
  const positions = cursor.place(members);
  for (;;) {
    const keyAt = cursor.pos;
    const key = readKey(cursor, false);
    if (!atKeyEnd(cursor)) {
      throw cursor.syntax('There is no field name with a colon.', 'Write name: value.', keyAt);
    }
    cursor.pos++;
    const empty = cursor.skipToLineEnd();
    if (empty) cursor.skipBlankLines();
    const valueAt = cursor.pos;
    const value = empty
      ? readValueBelow(cursor, depth + 1, column)
      : readInlineValue(cursor, depth + 1, column);
    // A field without a value has no other place than its name.
    putMember(cursor, members, positions, key, keyAt, value, value === null ? keyAt : valueAt);
    if (!continues(cursor, column)) return members;
    if (atDash(cursor)) {
      throw cursor.syntax(
        'This is a list item, and a field name is needed.',
        'Check the indentation of this line.',
      );
    }
  }
}

/** The items of a list may begin at the column of the field they belong to. */
function readValueBelow(cursor: Cursor, depth: number, column: number): unknown {
  const listHere = !cursor.atEnd && cursor.columnOf(cursor.pos) === column && atDash(cursor);
  return readBlockNode(cursor, depth, listHere ? column : column + 1);
}

/** A value on the line of its field: brackets or a scalar, never a mapping or list in block form. */
function readInlineValue(cursor: Cursor, depth: number, column: number): unknown {
  const code = cursor.code();
  if (code === openBracket || code === openBrace) {
    const value = readFlowValue(cursor, depth, column + 1);
    endLine(cursor);
    return value;
  }
  cursor.enter(depth);
  const at = cursor.pos;
  const quoted = atQuoted(cursor);
  const text = quoted ? readQuoted(cursor) : readPlain(cursor, false);
  if (atKeyEnd(cursor)) {
    throw cursor.syntax('There is a second colon on this line.', 'Quote the text, or begin a new line.');
  }
  endLine(cursor);
  return quoted ? text : resolvePlain(text, at);
}

/** Moves to the next content, and returns whether it belongs to the container at this column. */
function continues(cursor: Cursor, column: number): boolean {
  cursor.skipBlankLines();
  if (cursor.atEnd) return false;
  const found = cursor.columnOf(cursor.pos);
  if (found > column) {
    throw cursor.syntax(
      'This line is indented further than the lines before it.',
      'Check the indentation of this line.',
    );
  }
  return found === column;
}

function atDash(cursor: Cursor): boolean {
  if (cursor.code() !== dash) return false;
  const next = cursor.code(1);
  return Number.isNaN(next) || next === space || next === newline;
}

function atKeyEnd(cursor: Cursor): boolean {
  const before = cursor.pos;
  cursor.skipSpaces();
  if (cursor.code() === colon && endsKey(cursor, false)) return true;
  cursor.pos = before;
  return false;
}

function endLine(cursor: Cursor): void {
  if (cursor.skipToLineEnd()) return;
  throw cursor.syntax('There is text after the value on this line.', 'Begin a new line, or quote the text.');
}
