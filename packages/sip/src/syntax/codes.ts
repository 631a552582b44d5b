import { Buffer } from 'node:buffer';

/**
 * The character codes of the wire text that is being read. Reading a typed array is twice as fast as `charCodeAt`, so
 * the readers share one array that holds the codes of one text at a time. They are synchronous and only ever call each
 * other on the same text; a text of its own (an unfolded value) refills the array.
 */
let codes: Buffer = Buffer.alloc(65_536);
let current = '';
let filled = 0;

/**
 * The codes of a wire text, valid up to `end`, until the next call with another text.
 *
 * @param text - Wire text: no character above 255.
 */
export function codesOf(text: string, end: number): Uint8Array {
  if (text !== current || filled < end) fill(text, end);
  return codes;
}

/** As `codesOf`, where the bytes are available: copying them is cheaper than encoding the text. */
export function codesFrom(text: string, bytes: Uint8Array): void {
  if (bytes.length > codes.length) codes = Buffer.alloc(grownSize(bytes.length));
  codes.set(bytes);
  current = text;
  filled = bytes.length;
}

function fill(text: string, end: number): void {
  if (end > codes.length) codes = Buffer.alloc(grownSize(end));
  // A very large body is not read by readers: fill what they asked for, and the usual size of a message at least.
  const size = Math.max(end, Math.min(text.length, 2_048));
  codes.write(text, 0, size, 'latin1');
  current = text;
  filled = size;
}

function grownSize(size: number): number {
  return 2 ** Math.ceil(Math.log2(size));
}
