import { Buffer, isUtf8 } from 'node:buffer';
import { classes, HEX, isAll, PERCENT } from './characters.ts';

/** Says whether every `%` of a range is followed by two hexadecimal digits (RFC 3261 §25.1, escaped). */
export function escapesAreWhole(text: string, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if (text.charCodeAt(i) !== PERCENT) continue;
    if (i + 2 >= end) return false;
    if ((classes[text.charCodeAt(i + 1)]! & HEX) === 0 || (classes[text.charCodeAt(i + 2)]! & HEX) === 0)
      return false;
    i += 2;
  }
  return true;
}

/**
 * Undoes `%HH` once. Escapes that do not form UTF-8 stay as they are, in capitals, so that nothing is lost or merged.
 *
 * @param text - A part of a URI whose escapes are whole.
 */
export function unescapeUri(text: string): string {
  if (text.indexOf('%') === -1) return text;
  return text.replace(/(?:%[0-9a-fA-F]{2})+/g, (run) => {
    const bytes = Buffer.from(run.replaceAll('%', ''), 'hex');
    return isUtf8(bytes) ? bytes.toString('utf8') : run.toUpperCase();
  });
}

/**
 * Escapes what a part of a URI may not hold literally.
 *
 * @param text - Plain text.
 * @param bit - The character class of that part.
 */
export function escapeUri(text: string, bit: number): string {
  // A token of ours, or a host, is as long as its URI, and needs none.
  if (text.indexOf('%') === -1 && isAll(text, bit)) return text;
  let out = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    if (byte !== PERCENT && (classes[byte]! & bit) !== 0) out += String.fromCharCode(byte);
    else out += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}
