import type { Readable } from 'node:stream';
import type { LoopTurn, TurnReader } from './loop-turn.ts';

/** Chunks of one peer that wait at once. A TLS socket gives one for each record, of at most 16 KiB. */
export const maxChunksOfPeer = 16;

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
  #bytes = 0;
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
    socket.on('data', (bytes: Uint8Array) => this.#add(bytes));
    // What came before the end of the stream counts.
    socket.on('end', () => this.#readAll());
  }

  get waitingBytes(): number | undefined {
    return this.#isShared ? undefined : this.#bytes;
  }

  readArrived(): void {
    this.#isWaiting = false;
    this.#readAll();
  }

  #readAll(): void {
    const chunks = this.#chunks;
    if (chunks.length === 0) return;
    this.#chunks = [];
    this.#bytes = 0;
    let read = 0;
    try {
      while (read < chunks.length) this.#readOne(chunks[read++]!);
    } catch (error) {
      this.#chunks = [...chunks.slice(read), ...this.#chunks];
      this.#wait();
      throw error;
    }
  }

  /** Where the connection was ended meanwhile, as it is when its peer has lost its standing, nothing is read. */
  #readOne(bytes: Uint8Array): void {
    if (!this.#socket.destroyed) this.#read(bytes);
  }

  #add(bytes: Uint8Array): void {
    if (this.#chunks.length >= maxChunksOfPeer) this.#readAll();
    if (this.#turn.holds()) {
      this.#chunks.push(this.#turn.kept(bytes));
      this.#bytes += bytes.length;
      this.#wait();
    } else {
      this.#readAll();
      this.#readOne(bytes);
    }
  }

  #wait(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#turn.reads(this);
  }
}
