/** Has bytes that wait to be read. */
export interface TurnReader {
  readArrived(): void;
}

/** Has gathered what is to be written. */
export interface TurnWriter {
  flush(): void;
}

/** Readers that wait at once, each with one chunk of at most 16 KiB: together they hold 16 MiB at most. */
export const maxReaders = 1_024;

/**
 * What is done once for all connections in a turn of the event loop, when every socket that was ready has handed over its bytes: first all
 * that came is read, then all that was gathered is written. Reading one message after the other keeps its code and tables in the caches of
 * the processor, where decrypting in between would push them out; and one write to a socket carries many messages.
 */
export class LoopTurn {
  readonly #schedule: (run: () => void) => void;
  readonly #run = (): void => this.#finish();
  #readers: TurnReader[] = [];
  #writers: TurnWriter[] = [];
  #isScheduled = false;

  /** @param schedule - calls once, when the sockets that are ready have been asked; default `setImmediate` */
  constructor(schedule: (run: () => void) => void = setImmediate) {
    this.#schedule = schedule;
  }

  /**
   * @param reader - reads in this turn; is not waiting for it yet
   * @returns false where so many wait that this one has to read at once
   */
  reads(reader: TurnReader): boolean {
    if (this.#readers.length >= maxReaders) return false;
    this.#readers.push(reader);
    this.#soon();
    return true;
  }

  /** @param writer - writes in this turn; is not waiting for it yet */
  writes(writer: TurnWriter): void {
    this.#writers.push(writer);
    this.#soon();
  }

  #soon(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#schedule(this.#run);
  }

  #finish(): void {
    const readers = this.#readers;
    this.#readers = [];
    let read = 0;
    try {
      while (read < readers.length) readers[read++]!.readArrived();
    } catch (error) {
      // The fault of one message keeps nobody else from being read.
      this.#readers = [...readers.slice(read), ...this.#readers];
      this.#isScheduled = false;
      this.#soon();
      throw error;
    }
    this.#isScheduled = false;
    // A flush may fail a socket, whose owner may write elsewhere: those writers wait for the next turn.
    const writers = this.#writers;
    this.#writers = [];
    if (this.#readers.length > 0) this.#soon();
    for (const writer of writers) writer.flush();
  }
}

/** The turns of this process. */
export const loopTurn: LoopTurn = new LoopTurn();
