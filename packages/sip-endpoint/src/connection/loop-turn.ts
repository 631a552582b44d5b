import { defaultOverloadRules, OverloadControl } from '../overload/overload-control.ts';
import { QueueDelay } from '../overload/queue-delay.ts';
import { lightFirst } from './serve-light-clients-first.ts';
import { TurnBytes } from './turn-bytes.ts';
import type { TurnReader } from './turn-reader.ts';
import { WriteSlab } from './write-slab.ts';

/** Has gathered what is to be written. */
export interface TurnWriter {
  flush(): void;
}

/** Chunks that wait at once, each of at most 16 KiB: together they hold 16 MiB at most. */
export const maxChunks = 1_024;

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
  #chunks = 0;
  readonly #bytes = new TurnBytes();
  /** Where what is written becomes bytes. */
  readonly slab: WriteSlab = new WriteSlab();
  /** How long what has come waits until it is read. */
  readonly delay: QueueDelay;
  /** What follows from that for new requests. */
  readonly overload: OverloadControl;

  /**
   * @param schedule - calls once, when the sockets that are ready have been asked; default `setImmediate`
   * @param load - what measures the delay, and what decides by it
   */
  constructor(
    schedule: (run: () => void) => void = setImmediate,
    {
      delay = new QueueDelay(),
      overload = new OverloadControl(defaultOverloadRules, delay.worked),
    }: { readonly delay?: QueueDelay; readonly overload?: OverloadControl } = {},
  ) {
    this.#schedule = schedule;
    this.delay = delay;
    this.overload = overload;
  }

  /** @param reader - reads in this turn; is not waiting for it yet */
  reads(reader: TurnReader): void {
    if (this.#readers.length === 0) this.#begin();
    this.#readers.push(reader);
    this.#soon();
  }

  /**
   * A chunk is to wait until the end of the turn.
   * @returns false where so many wait that it has to be read at once
   */
  holds(): boolean {
    if (this.#chunks === maxChunks) return false;
    this.#chunks++;
    return true;
  }

  /**
   * Bytes that wait until the end of the turn, in which the next ones are put where these were.
   * @param bytes - as they came
   * @returns a copy
   */
  kept(bytes: Uint8Array): Uint8Array {
    return this.#bytes.copy(bytes);
  }

  /** @param writer - writes in this turn; is not waiting for it yet */
  writes(writer: TurnWriter): void {
    this.#writers.push(writer);
    this.#soon();
  }

  /** Once a turn, not for each message. */
  #begin(): void {
    const { delay } = this;
    delay.begin();
    this.overload.turn(delay.ms, delay.sleptMs, delay.begunAt);
  }

  #soon(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#schedule(this.#run);
  }

  #finish(): void {
    const { isOverloaded } = this.overload;
    const readers = isOverloaded ? lightFirst(this.#readers) : this.#readers;
    this.#readers = [];
    this.#chunks = 0;
    if (isOverloaded && readers.length > 0) this.overload.reads(this.delay.now());
    let read = 0;
    try {
      while (read < readers.length) {
        readers[read++]!.readArrived();
        this.overload.goesOn(this.delay.now());
      }
    } catch (error) {
      // The fault of one message keeps nobody else from being read.
      this.#readers = [...readers.slice(read), ...this.#readers];
      this.#isScheduled = false;
      this.#soon();
      throw error;
    }
    this.#isScheduled = false;
    if (this.#readers.length === 0) this.#bytes.clear();
    // A flush may fail a socket, whose owner may write elsewhere: those writers wait for the next turn.
    const writers = this.#writers;
    this.#writers = [];
    if (this.#readers.length > 0) this.#soon();
    for (const writer of writers) writer.flush();
  }
}

/** The turns of this process. */
export const loopTurn: LoopTurn = new LoopTurn();
