import { write, writeSync } from 'node:fs';
import type { KeepingOutput } from './bounded-output.ts';

/** How bytes get to a file descriptor, as `fs.write` does it. */
export type WriteBytes = (
  descriptor: number,
  bytes: Uint8Array,
  done: (error: NodeJS.ErrnoException | null, written: number) => void,
) => void;

/** Bytes of lines that are written together. */
const atOnce = 65_536;
/** Milliseconds after a failure until the same bytes are tried again. */
const retryMs = 1_000;
/** A terminal or a pipe that takes nothing at the moment. */
const busy: ReadonlySet<unknown> = new Set(['EAGAIN', 'EBUSY']);
/** Milliseconds until it is asked again: a pipe has 64 kB, so that a reader that is quick gets 6 MB a second. */
const busyMs = 10;

/**
 * Writes lines to a file descriptor, one write after the other, by a thread of Node. What cannot be written, because the disk is full for
 * example, or its reader has ended, stays and is tried again: a log is no reason for a server to end, and a FIFO may get another reader.
 */
export class DescriptorOutput implements KeepingOutput {
  readonly #descriptor: number;
  readonly #write: WriteBytes;
  readonly #listeners = {
    write: [] as ((bytes: number) => void)[],
    drain: [] as ((bytes: number) => void)[],
  };
  #lines: string[] = [];
  /** Of the lines that are being written, what is left. */
  #bytes: Uint8Array | undefined;
  #isUnderWay = false;
  #retry: NodeJS.Timeout | undefined;
  /** What is tried again was not taken at the moment, which does not count. */
  #isBusy = false;
  #failure: string | undefined;
  #whenStill: (() => void)[] = [];

  /**
   * @param descriptor - 1 for standard output
   * @param bytes - writes them; a partial write counts
   */
  constructor(
    descriptor: number,
    bytes: WriteBytes = (to, given, done) =>
      write(to, given, (error, written) => done(error, error === null ? written : 0)),
  ) {
    this.#descriptor = descriptor;
    this.#write = bytes;
  }

  /** Code of what the last write failed of, e.g. `ENOSPC`; undefined where it did not. */
  get failure(): string | undefined {
    return this.#failure;
  }

  on(name: 'write' | 'drain', listener: (bytes: number) => void): void {
    this.#listeners[name].push(listener);
  }

  /** @param line - with its line end */
  write(line: string): void {
    this.#lines.push(line);
    this.#next();
  }

  /** Resolves once everything is written, or has failed; what a pipe takes not at the moment is waited for. */
  still(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenStill.push(resolve);
      const hasFailed = this.#retry !== undefined && !this.#isBusy;
      if (!this.#isUnderWay && (hasFailed || !this.#hasMore)) this.#beStill();
    });
  }

  /** What is not known to be written; of a write that is under way, all of it. */
  get left(): string {
    return Buffer.from(this.#bytes ?? []).toString('utf8') + this.#lines.join('');
  }

  /** Writes what is left, before the process ends in this turn; what a write is under way with is in the hands of the system. */
  writeNow(): void {
    if (this.#isUnderWay) return;
    try {
      while (this.#hasMore) {
        const bytes = this.#take();
        this.#bytes = bytes.subarray(writeSync(this.#descriptor, bytes));
      }
    } catch {
      // There is no later time to write it.
    }
  }

  get #hasMore(): boolean {
    return this.#lines.length > 0 || (this.#bytes?.length ?? 0) > 0;
  }

  #take(): Uint8Array {
    if (this.#bytes !== undefined && this.#bytes.length > 0) return this.#bytes;
    let length = 0;
    let count = 0;
    while (count < this.#lines.length && length < atOnce) length += this.#lines[count++]!.length;
    return Buffer.from(this.#lines.splice(0, count).join(''));
  }

  #next(): void {
    if (this.#isUnderWay || this.#retry !== undefined) return;
    if (!this.#hasMore) {
      this.#tell('drain', 0);
      if (!this.#hasMore) this.#beStill();
      return;
    }
    const bytes = this.#take();
    this.#bytes = bytes;
    this.#isUnderWay = true;
    this.#write(this.#descriptor, bytes, (error, written) => {
      this.#isUnderWay = false;
      if (error !== null) this.#failed(error);
      else {
        this.#failure = undefined;
        this.#bytes = bytes.subarray(written);
        this.#tell('write', written);
        this.#next();
      }
    });
  }

  #failed({ code }: NodeJS.ErrnoException): void {
    this.#isBusy = busy.has(code);
    if (!this.#isBusy) this.#failure = code ?? 'unknown';
    this.#retry = setTimeout(
      () => {
        this.#retry = undefined;
        this.#next();
      },
      this.#isBusy ? busyMs : retryMs,
    ).unref();
    if (!this.#isBusy) this.#beStill();
  }

  #beStill(): void {
    for (const resolve of this.#whenStill.splice(0)) resolve();
  }

  #tell(name: 'write' | 'drain', bytes: number): void {
    for (const listener of this.#listeners[name]) listener(bytes);
  }
}
