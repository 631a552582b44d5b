import { type Stats, statSync } from 'node:fs';

/**
 * Notices that the write-ahead log of an open database was cut off, e.g. emptied to make space. SQLite writes on behind the gap, and reports no
 * error: the next run reads nothing of it, and a copy into the database takes the gap for pages.
 */
export class LogLength {
  readonly #path: string;
  /** Number of the file. */
  #file: number | undefined;
  #bytes = 0;
  #isCut = false;

  /** @param place - the database, with its log open */
  constructor(place: string) {
    this.#path = `${place}-wal`;
    this.begun();
  }

  /** Whether the log is shorter than it was, or has been. */
  get isCut(): boolean {
    this.#isCut ||= this.#found < this.#bytes;
    return this.#isCut;
  }

  /** A change was committed: it has grown, or is as long as before. */
  committed(): void {
    if (!this.isCut) this.#bytes = this.#found;
  }

  /** Another one was begun. */
  begun(): void {
    const found = this.#look();
    this.#file = found?.ino;
    this.#bytes = found?.size ?? 0;
  }

  /** One that was deleted or replaced is another matter: it is begun again. */
  get #found(): number {
    const found = this.#look();
    return found?.ino === this.#file ? (found?.size ?? 0) : this.#bytes;
  }

  #look(): Pick<Stats, 'ino' | 'size'> | undefined {
    try {
      return statSync(this.#path, { throwIfNoEntry: false });
    } catch {
      return undefined;
    }
  }
}
