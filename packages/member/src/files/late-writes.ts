import type { Clock, Log } from '@entente/tls';
import { lateCause, type Unwritten, unwrittenRemedy } from './write-failure.ts';

/** How it is noticed that a write does not end. */
export interface LateWritesOptions {
  readonly clock: Pick<Clock, 'after'>;
  readonly log: Log;
}

/** Milliseconds after which a write that has not ended waits for a disk that does not answer. */
const lateMs = 5_000;

/** Writes that have begun and do not end: a frozen file system, or a server of files that went away, reports no error. */
export class LateWrites {
  readonly #options: LateWritesOptions | undefined;
  readonly #late = new Map<symbol, Unwritten>();

  /** @param options - without them no write is late */
  constructor(options: LateWritesOptions | undefined) {
    this.#options = options;
  }

  /** Those that are late now. */
  get now(): readonly Unwritten[] {
    return [...this.#late.values()];
  }

  /**
   * Writes something, and notes it where that is late.
   * @param path - of the file
   * @param write - what is done
   */
  async follow(path: string, write: () => Promise<void>): Promise<void> {
    const id = Symbol(path);
    const cancel = this.#options?.clock.after(lateMs, () => this.#note(id, path));
    try {
      await write();
    } finally {
      cancel?.();
      this.#late.delete(id);
    }
  }

  #note(id: symbol, path: string): void {
    this.#late.set(id, { path, cause: lateCause });
    this.#options?.log.warn(
      { event: 'file-late', place: path, remedy: unwrittenRemedy(lateCause) },
      `${path} is not written yet: ${lateCause}; what is in force does not wait for it`,
    );
  }
}
