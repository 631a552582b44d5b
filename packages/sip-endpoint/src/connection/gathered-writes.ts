import type { Writable } from 'node:stream';
import { type LoopTurn, loopTurn, type TurnWriter } from './loop-turn.ts';

/** Of what is gathered, the bytes that stay text while there is too much to do. */
const mostText = 1_500;

/**
 * Gathers what is written to a socket until everything that came in this turn of the event loop is read, then hands it over in one
 * piece: one TLS record and one system call for many messages.
 *
 * What is gathered is a chain of pieces of messages. In a short turn it is gone before anything looks at it; in the turns of an overload thousands of
 * messages would outlive the collection of young garbage with their chains, so there it becomes bytes as it grows.
 */
export class GatheredWriter implements TurnWriter {
  readonly #socket: Writable;
  readonly #turn: LoopTurn;
  #text = '';
  /** What has become bytes, before the text. */
  #kept: Buffer[] | undefined;
  #bytes = 0;
  /** Told when the kernel has taken what is flushed from now on; a number of flushes, not of messages. */
  onTaken: (() => void) | undefined = undefined;

  /**
   * @param socket - where the bytes go
   * @param turn - at whose end they go
   */
  constructor(socket: Writable, turn: LoopTurn = loopTurn) {
    this.#socket = socket;
    this.#turn = turn;
  }

  /** Bytes that neither the peer's nor our kernel has taken yet. */
  get pendingBytes(): number {
    return this.#bytes + this.#socket.writableLength;
  }

  /** @param data - what to send: latin1, one character a byte */
  write(data: string): void {
    if (this.#bytes === 0) this.#turn.writes(this);
    this.#bytes += data.length;
    this.#text += data;
    if (this.#text.length > mostText && this.#turn.overload.isOverloaded) {
      this.#kept ??= [];
      this.#kept.push(Buffer.from(this.#text, 'latin1'));
      this.#text = '';
    }
  }

  /** Hands over now what was gathered. */
  flush(): void {
    if (this.#bytes === 0) return;
    const text = this.#text;
    const kept = this.#kept;
    this.#text = '';
    this.#kept = undefined;
    this.#bytes = 0;
    if (this.#socket.destroyed || this.#socket.writableEnded) return;
    if (kept === undefined) {
      this.#socket.write(text, 'latin1', this.onTaken);
      return;
    }
    if (text !== '') kept.push(Buffer.from(text, 'latin1'));
    this.#socket.write(kept.length === 1 ? kept[0] : Buffer.concat(kept), this.onTaken);
  }
}
