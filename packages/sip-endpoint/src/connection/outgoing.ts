import type { Writable } from 'node:stream';
import type { Account } from '../budget/account.ts';
import type { Ledger } from '../budget/ledger.ts';
import { GatheredWriter } from './gathered-writes.ts';

/** So little that waits is not counted, as long as it is far from the most: a connection costs more by itself. */
const uncountedBytes = 16_384;
/** Of the most that may wait: above it, requests of others are refused, and answers in passing left out. */
const shareOfOthers = 1 / 8;
/** Of the most that may wait: a sender who has more under way is refused first where a link is shared. */
const shareOfSender = 1 / 64;
/** Of the most that may wait: above it the peer is not read from, and below half of that it is again. */
const shareOfAnswers = 1 / 2;

/**
 * What waits to be sent to a peer. Nobody's messages close the connection of somebody else: once a peer takes too little, what others send
 * it is refused to them, and its own requests are not read until it has taken the answers to those before.
 */
export class Outgoing {
  readonly #writer: GatheredWriter;
  readonly #ledger: Ledger;
  readonly #max: number;
  readonly #uncounted: number;
  readonly #isShared: boolean;
  readonly #onTaken: () => void;
  /** Bytes that count in the ledger. */
  #counted = 0;
  #isClosed = false;

  /**
   * @param socket - where the bytes go
   * @param options - the most bytes that may wait; whether many senders use the connection; what is told when some were taken
   */
  constructor(
    socket: Writable,
    options: {
      readonly ledger: Ledger;
      readonly maxBytes: number;
      readonly isShared: boolean;
      readonly onTaken: () => void;
    },
  ) {
    this.#writer = new GatheredWriter(socket);
    this.#ledger = options.ledger;
    this.#max = options.maxBytes;
    this.#uncounted = Math.min(uncountedBytes, (options.maxBytes * shareOfAnswers) / 2);
    this.#isShared = options.isShared;
    this.#onTaken = () => {
      this.#count();
      options.onTaken();
    };
    socket.once('close', () => {
      this.#set(0);
      this.#isClosed = true;
    });
  }

  /** Bytes that neither the peer's nor our kernel has taken yet. */
  get bytes(): number {
    return this.#writer.pendingBytes;
  }

  /** Whether so much waits that the peer should take some of it before it asks for more. */
  get isHigh(): boolean {
    return this.#counted > this.#max * shareOfAnswers;
  }

  /** Whether so little waits that the peer may ask again. */
  get isLow(): boolean {
    return this.#counted <= (this.#max * shareOfAnswers) / 2;
  }

  /** Whether so much waits that nothing more is added. */
  get isFull(): boolean {
    return this.#counted > this.#max;
  }

  /**
   * Whether a message may be added that somebody else sends to this peer.
   * @param size - of the message, bytes
   * @param sender - whose ledger it counts in; undefined: this process
   */
  takesFrom(size: number, sender: Account | undefined): boolean {
    const { bytes } = this;
    if (bytes <= this.#uncounted) return true;
    if (bytes > this.#max || !this.#ledger.has(size, 0)) return false;
    if (bytes <= this.#max * shareOfOthers || sender === undefined) return true;
    return this.#isShared && sender.bytes <= this.#max * shareOfSender;
  }

  /** Whether an answer to a request of the peer may be added. */
  takesAnswer(size: number): boolean {
    const { bytes } = this;
    return bytes <= this.#uncounted || (bytes <= this.#max && this.#ledger.has(size, 0));
  }

  /** Whether an answer may be added of which somebody else may write as many as they like: as for requests of others, but left out in silence. */
  takesInPassing(size: number): boolean {
    const { bytes } = this;
    return bytes <= this.#uncounted || (bytes <= this.#max * shareOfOthers && this.#ledger.has(size, 0));
  }

  /** @param data - wire text, one character a byte */
  write(data: string): void {
    this.#writer.write(data);
    if (this.#counted !== 0 || this.bytes > this.#uncounted) this.#count();
  }

  /** Hands over now what was gathered. */
  flush(): void {
    this.#writer.flush();
  }

  #count(): void {
    const { bytes } = this;
    this.#set(bytes > this.#uncounted ? bytes : 0);
  }

  #set(counted: number): void {
    if (counted === this.#counted || this.#isClosed) return;
    const more = counted - this.#counted;
    this.#counted = counted;
    this.#writer.onTaken = counted === 0 ? undefined : this.#onTaken;
    if (more > 0) this.#ledger.add(more, 0);
    else this.#ledger.release(-more, 0);
  }
}
