import type { FileHandle } from 'node:fs/promises';

const chunkBytes = 65_536;

/**
 * Reads the lines of a file from its end to its beginning, a chunk at a time.
 * @param file - each of its lines ends with a line feed
 * @param end - bytes of the file that count
 */
export async function* linesFromEnd(file: FileHandle, end: number): AsyncGenerator<string> {
  let rest = Buffer.alloc(0);
  for (let position = end; position > 0; ) {
    const length = Math.min(chunkBytes, position);
    position -= length;
    const chunk = Buffer.alloc(length);
    await file.read(chunk, 0, length, position);
    let data = Buffer.concat([chunk, rest]);
    for (;;) {
      if (data.length === 0) break;
      // The last octet ends the last line.
      const before = data.lastIndexOf(10, data.length - 2);
      if (before < 0 || data.length === 1) break;
      yield data.toString('utf8', before + 1, data.length - 1);
      data = data.subarray(0, before + 1);
    }
    rest = Buffer.from(data);
  }
  if (rest.length > 0) yield rest.toString('utf8', 0, rest.length - 1);
}
