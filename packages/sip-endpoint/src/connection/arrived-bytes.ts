import type { Readable } from 'node:stream';
import type { LoopTurn } from './loop-turn.ts';
import { takeBytes } from './take-bytes.ts';
import type { TurnReader } from './turn-reader.ts';

/** Chunks of one peer that wait at once. A TLS socket gives one for each record, of at most 16 KiB. */
export const maxChunksOfPeer = 16;
/** Milliseconds for which bytes are counted together. */
const windowMs = 500;

/**
 * Bytes that have come from a peer and wait for the end of the turn (see {@link LoopTurn}). Where too many chunks wait, of this peer or of
 * all, they are read at once, in the order in which they came.
 */
export class ArrivedBytes implements TurnReader {
  readonly #socket: Readable;
  readonly #turn: LoopTurn;
  readonly #read: (bytes: Uint8Array) => void;
  readonly #isShared: boolean;
  #chunks: Uint8Array[] = [];
  /** Bytes that wait. */
  #waiting = 0;
  /** Bytes of this window, and of the one before. */
  #recent = 0;
  #before = 0;
  #windowEnds = Number.NEGATIVE_INFINITY;
  /** Whether the turn knows of it. */
  #isWaiting = false;

  /**
   * Listens to a socket.
   * @param socket - whose listeners for `end` are set after this
   * @param turn - at whose end is read
   * @param read - takes the bytes in the order in which they came
   * @param isShared - whether many are behind the peer, as behind a server
   */
  constructor(socket: Readable, turn: LoopTurn, read: (bytes: Uint8Array) => void, isShared: boolean) {
    this.#socket = socket;
    this.#turn = turn;
    this.#read = read;
    this.#isShared = isShared;
    takeBytes(socket, (bytes) => this.#add(bytes));
    // What came before the end of the stream counts.
    socket.on('end', () => this.#readAll());
  }

  get recentBytes(): number | undefined {
    if (this.#isShared) return undefined;
    const now = this.#turn.delay.begunAt;
    if (now >= this.#windowEnds) {
      this.#before = now < this.#windowEnds + windowMs ? this.#recent : 0;
      this.#recent = this.#waiting;
      this.#windowEnds = now + windowMs;
    }
    return Math.max(this.#recent, this.#before);
  }

  readArrived(): void {
    this.#isWaiting = false;
    this.#readAll();
  }

  #readAll(): void {
    const chunks = this.#chunks;
    if (chunks.length === 0) return;
    this.#chunks = [];
    this.#waiting = 0;
    let read = 0;
    try {
      while (read < chunks.length) this.#readOne(chunks[read++]!);
    } catch (error) {
      this.#chunks = [...chunks.slice(read), ...this.#chunks];
      this.#waiting = this.#chunks.reduce((sum, { length }) => sum + length, 0);
      this.#wait();
      throw error;
    }
  }

  /** Where the connection was ended meanwhile, as it is when its peer has lost its standing, nothing is read. */
  #readOne(bytes: Uint8Array): void {
    if (!this.#socket.destroyed) this.#read(bytes);
  }

  #add(bytes: Uint8Array): void {
    this.#recent += bytes.length;
    if (this.#chunks.length >= maxChunksOfPeer) this.#readAll();
    if (this.#turn.holds()) {
      this.#chunks.push(this.#turn.kept(bytes));
      this.#waiting += bytes.length;
      this.#wait();
    } else {
      this.#readAll();
      // Where it was read, the next may be put before this has been read to its end.
      this.#readOne(Buffer.from(bytes));
    }
  }

  #wait(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#turn.reads(this);
  }
}
