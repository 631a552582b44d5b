import { isUtf8 } from 'node:buffer';
import { OperatorFault } from './fault.ts';

const lineFeed = 0x0a;

/**
 * The text of a file that a person writes. One in another encoding is refused: its letters would be lost for good where the file is written
 * again.
 * @param bytes - of the whole file
 * @param file - its path
 * @throws OperatorFault `ENTENTE_NOT_UTF8` with file:line:column of the first bytes that are not UTF-8, or that are zero, as every second one
 * of UTF-16
 */
export function utf8Text(bytes: Uint8Array, file: string): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(buffer) && !buffer.includes(0)) return buffer.toString('utf8');
  throw new OperatorFault('ENTENTE_NOT_UTF8', {
    sentence: 'the file has bytes that are not UTF-8',
    place: `${file}:${placeOfFirst(buffer)}`,
    remedy: 'save the file as UTF-8, then check the letters at this place',
  });
}

function placeOfFirst(buffer: Buffer): string {
  let start = 0;
  for (let line = 1; ; line++) {
    const end = buffer.indexOf(lineFeed, start);
    const bytes = buffer.subarray(start, end === -1 ? buffer.length : end);
    if (!isUtf8(bytes) || bytes.includes(0) || end === -1) return `${line}:${columnIn(bytes)}`;
    start = end + 1;
  }
}

/** In characters, from 1: what does not come back as the bytes that it was read from is the place. */
function columnIn(line: Buffer): number {
  let column = 1;
  let at = 0;
  for (const character of line.toString('utf8')) {
    const length = Buffer.byteLength(character);
    if (character === '\0' || !line.subarray(at, at + length).equals(Buffer.from(character))) return column;
    at += length;
    column += character.length;
  }
  return column;
}
