import { readBlockNode } from './block.ts';
import { type ContainerPositions, Cursor, YamlError, type YamlLimits, yamlLimits } from './cursor.ts';

/** A value, and the places of its parts in the text. */
export interface YamlDocument {
  readonly value: unknown;
  /** By mapping or sequence. */
  readonly positions: ReadonlyMap<object, ContainerPositions>;
}

/** The value, or why the text was not read. */
export type YamlResult =
  | { readonly ok: true; readonly document: YamlDocument }
  | { readonly ok: false; readonly error: YamlError };

/**
 * Reads the part of YAML 1.2 that needs no guessing: mappings, lists, JSON, comments, one document. Anchors, aliases, tags, block
 * texts, values over several lines and scalars that YAML readers interpret differently are refused, so that what a person reads is
 * what is signed. Every text it accepts means the same to any reader of YAML 1.2.
 *
 * @param text - at most `limits.maxLength` UTF-16 code units
 * @param limits - bounds, checked before anything is built
 */
export function readYaml(text: string, limits: YamlLimits = yamlLimits): YamlResult {
  try {
    return { ok: true, document: read(text, limits) };
  } catch (error) {
    if (error instanceof YamlError) return { ok: false, error };
    throw error;
  }
}

function read(given: string, limits: YamlLimits): YamlDocument {
  if (given.length > limits.maxLength) {
    throw new YamlError(
      'document-too-large',
      0,
      `The text has ${given.length} characters; at most ${limits.maxLength} are allowed.`,
      'Remove what does not belong to the topology.',
    );
  }
  const text = given.includes('\r') ? given.replaceAll('\r\n', '\n') : given;
  refuseOddCharacters(text);
  const cursor = new Cursor(text, limits);
  cursor.skipBlankLines();
  if (isMarker(cursor, '---')) {
    cursor.pos += 3;
    if (!cursor.skipToLineEnd()) {
      throw cursor.syntax('There is text after --- on its line.', 'Begin the document on the next line.');
    }
  }
  const value = readBlockNode(cursor, 0, 0);
  cursor.skipBlankLines();
  if (isMarker(cursor, '...')) {
    cursor.pos += 3;
    cursor.skipBlankLines();
  }
  if (!cursor.atEnd) {
    throw cursor.syntax('The document ends before this line.', 'Check the indentation of this line.');
  }
  return { value, positions: cursor.positions };
}

function isMarker(cursor: Cursor, marker: string): boolean {
  if (!cursor.text.startsWith(marker, cursor.pos) || cursor.columnOf(cursor.pos) !== 0) return false;
  const next = cursor.code(3);
  return Number.isNaN(next) || next === 0x20 || next === 0x0a;
}

/** Refuses what a person cannot see: tabs, other control characters, other line breaks and lone surrogates. */
function refuseOddCharacters(text: string): void {
  const at = text.search(/(?!\n)[\p{Control}\p{Surrogate}\u2028\u2029\ufffe\uffff]/u);
  if (at === -1) return;
  const code = text.codePointAt(at) ?? 0;
  throw new YamlError(
    'syntax',
    at,
    `The text contains the character U+${code.toString(16).toUpperCase().padStart(4, '0')}, which is not visible.`,
    code === 9 ? 'Indent with spaces, not with tabs.' : 'Remove the character.',
  );
}
