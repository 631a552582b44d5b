import type { DestinationStream } from 'pino';

/** Bytes that wait for a reader: tens of thousands of lines, which is more than a reader that is merely slow leaves behind. */
const usualBytes = 8_388_608;
/** Room that is kept for the line about those that were left out. */
const noteBytes = 2_048;

/** What takes lines at once, and writes them when their reader takes them; meanwhile it keeps them, however many they are. */
export interface KeepingOutput extends DestinationStream {
  /** `write`: so many bytes are written; `drain`: all of them. */
  on(name: 'write' | 'drain', listener: (bytes: number) => void): unknown;
}

/**
 * Bounds what waits for a reader of the log that has stopped, or is too slow: the server has other use for its memory, and is not held
 * up either. Lines for which there is no room are left out and counted; the next line that has room comes after one that says how many.
 */
export class BoundedOutput implements DestinationStream {
  readonly #output: KeepingOutput;
  readonly #maxBytes: number;
  #waiting = 0;
  #leftOut = 0;
  #tell: ((count: number) => void) | undefined;

  /**
   * @param output - where the lines go
   * @param maxBytes - of lines that wait
   */
  constructor(output: KeepingOutput, maxBytes = usualBytes) {
    this.#output = output;
    this.#maxBytes = maxBytes;
    output.on('write', (bytes) => {
      this.#waiting = Math.max(0, this.#waiting - bytes);
    });
    output.on('drain', () => this.sayLeftOut());
  }

  /**
   * How it is said that lines were left out.
   * @param tell - logs it, to this output; the last one counts
   */
  tellBy(tell: (count: number) => void): void {
    this.#tell = tell;
  }

  /** @param line - with its line end */
  write(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#leftOut > 0 && this.#waiting + noteBytes + bytes <= this.#maxBytes) this.sayLeftOut();
    if (this.#leftOut > 0 || this.#waiting + bytes > this.#maxBytes) {
      this.#leftOut++;
      return;
    }
    this.#waiting += bytes;
    this.#output.write(line);
  }

  /** Says how many lines were left out since it was last said; nothing where none were. */
  sayLeftOut(): void {
    const count = this.#leftOut;
    if (count === 0) return;
    this.#leftOut = 0;
    this.#tell?.(count);
  }
}
