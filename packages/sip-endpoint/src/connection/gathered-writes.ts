import type { Writable } from 'node:stream';
import { TLSSocket } from 'node:tls';
import { type LoopTurn, loopTurn, type TurnWriter } from './loop-turn.ts';
import type { WriteSlab } from './write-slab.ts';

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
  /** For a socket of TLS. Any other stream may keep what it has been given. */
  readonly #slab: WriteSlab | undefined;
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
    this.#slab = socket instanceof TLSSocket ? turn.slab : undefined;
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
      this.#writeText(text);
      return;
    }
    if (text !== '') kept.push(Buffer.from(text, 'latin1'));
    this.#socket.write(kept.length === 1 ? kept[0] : Buffer.concat(kept), this.onTaken);
  }

  /** What waits behind other writes stays text, outside of the place that is used again: its peer may take as long as it likes. */
  #writeText(text: string): void {
    const socket = this.#socket;
    const { onTaken } = this;
    const written = socket.writableLength === 0 ? this.#slab?.write(text) : undefined;
    if (written === undefined) {
      socket.write(text, 'latin1', onTaken);
      return;
    }
    const { bytes, taken } = written;
    if (onTaken === undefined) socket.write(bytes, taken);
    else
      socket.write(bytes, () => {
        taken();
        onTaken();
      });
  }
}
