/** Members ask for the newest version, and one that follows asks for the few before it. */
const maxKept = 4;

/** Keeps the versions in memory that were asked for last, each once, however many take it at the same time. */
export class KeptVersions {
  readonly #read: (version: number) => Promise<Uint8Array | undefined>;
  /** In the order of their last use. */
  readonly #kept = new Map<number, Promise<Uint8Array | undefined>>();

  /** @param read - the octets of a version, which never change; undefined where there is none */
  constructor(read: (version: number) => Promise<Uint8Array | undefined>) {
    this.#read = read;
  }

  /**
   * @param number - of the version
   * @returns the same octets for every request while they are kept; undefined where there is none
   */
  version(number: number): Promise<Uint8Array | undefined> {
    const found = this.#kept.get(number) ?? this.#begin(number);
    this.#kept.delete(number);
    this.#kept.set(number, found);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= maxKept) break;
      this.#kept.delete(oldest);
    }
    return found;
  }

  #begin(number: number): Promise<Uint8Array | undefined> {
    const reading = this.#read(number);
    const forget = (): void => {
      if (this.#kept.get(number) === reading) this.#kept.delete(number);
    };
    // It may be there the next time.
    void reading.then((bytes) => {
      if (bytes === undefined) forget();
    }, forget);
    return reading;
  }
}
