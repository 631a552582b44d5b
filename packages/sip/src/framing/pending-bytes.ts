import { Buffer } from 'node:buffer';
import { wireFromBytes } from '../syntax/text.ts';

const empty = Buffer.alloc(0);
const leastBytes = 512;

/** Bytes of an unfinished message; grows by doubling as bytes arrive, never ahead of them. */
export class PendingBytes {
  /** How many there are. */
  length = 0;
  /** Holds them from its start on. */
  bytes: Buffer = empty;
  /** How far they were searched for the end of the header. */
  #searched = 0;

  /** Bytes of memory taken. */
  get capacity(): number {
    return this.bytes.length;
  }

  /** Appends a part of a chunk. */
  store(chunk: Uint8Array, from: number, to: number): void {
    const size = this.length + to - from;
    if (size > this.bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(size, this.bytes.length * 2, leastBytes));
      this.bytes.copy(grown, 0, 0, this.length);
      this.bytes = grown;
    }
    this.bytes.set(from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to), this.length);
    this.length = size;
  }

  /**
   * Continues the search for the end of the header; each byte is examined a bounded number of times.
   *
   * @returns where the header ends behind its empty line, or -1.
   */
  headerEnd(): number {
    const start = Math.max(this.#searched - 3, 0);
    const found = this.bytes.subarray(0, this.length).indexOf('\r\n\r\n', start, 'latin1');
    this.#searched = this.length;
    return found === -1 ? -1 : found + 4;
  }

  /** A part of them as wire text. */
  wire(from: number, to: number): string {
    return wireFromBytes(this.bytes, from, to);
  }

  /** Releases the memory. */
  clear(): void {
    this.bytes = empty;
    this.length = 0;
    this.#searched = 0;
  }
}
