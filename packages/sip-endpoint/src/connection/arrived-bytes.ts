import type { Readable } from 'node:stream';
import type { LoopTurn, TurnReader } from './loop-turn.ts';

/**
 * Bytes that have come from a peer and wait for the end of the turn (see {@link LoopTurn}): one chunk at most, which is 16 KiB of a TLS
 * socket. When the next one comes in the same turn, the one before is read first.
 */
export class ArrivedBytes implements TurnReader {
  readonly #socket: Readable;
  readonly #turn: LoopTurn;
  readonly #read: (bytes: Uint8Array) => void;
  #waiting: Uint8Array | undefined = undefined;

  /**
   * Listens to a socket.
   * @param socket - whose listeners for `end` are set after this
   * @param turn - at whose end is read
   * @param read - takes the bytes in the order in which they came
   */
  constructor(socket: Readable, turn: LoopTurn, read: (bytes: Uint8Array) => void) {
    this.#socket = socket;
    this.#turn = turn;
    this.#read = read;
    socket.on('data', (bytes: Uint8Array) => this.#add(bytes));
    // What came before the end of the stream counts.
    socket.on('end', () => this.readArrived());
  }

  /** Reads what waits. Where the connection was ended meanwhile, as it is when its peer has lost its standing, that is nothing. */
  readArrived(): void {
    const bytes = this.#waiting;
    this.#waiting = undefined;
    if (bytes !== undefined && !this.#socket.destroyed) this.#read(bytes);
  }

  #add(bytes: Uint8Array): void {
    const before = this.#waiting;
    this.#waiting = bytes;
    if (before !== undefined) this.#read(before);
    else if (!this.#turn.reads(this)) this.readArrived();
  }
}
