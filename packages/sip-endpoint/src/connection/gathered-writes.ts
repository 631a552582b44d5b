import type { Writable } from 'node:stream';
import { loopTurn, type TurnWriter } from './loop-turn.ts';

/** Bytes, or text whose every character is one byte. */
export type WireData = Uint8Array | string;

/**
 * Gathers what is written to a socket until everything that came in this turn of the event loop is read, then hands it over in one
 * piece: one TLS record and one system call for many messages.
 */
export class GatheredWriter implements TurnWriter {
  readonly #socket: Writable;
  #text = '';
  #chunks: WireData[] | undefined;
  #bytes = 0;
  /** Told when the kernel has taken what is flushed from now on; a number of flushes, not of messages. */
  onTaken: (() => void) | undefined = undefined;

  /** @param socket - where the bytes go */
  constructor(socket: Writable) {
    this.#socket = socket;
  }

  /** Bytes that neither the peer's nor our kernel has taken yet. */
  get pendingBytes(): number {
    return this.#bytes + this.#socket.writableLength;
  }

  /** @param data - what to send; strings are latin1, one character a byte */
  write(data: WireData): void {
    if (this.#bytes === 0) loopTurn.writes(this);
    this.#bytes += data.length;
    if (typeof data === 'string') this.#text += data;
    else {
      this.#chunks ??= [];
      if (this.#text !== '') {
        this.#chunks.push(this.#text);
        this.#text = '';
      }
      this.#chunks.push(data);
    }
  }

  /** Hands over now what was gathered. */
  flush(): void {
    if (this.#bytes === 0) return;
    const text = this.#text;
    const chunks = this.#chunks;
    this.#text = '';
    this.#chunks = undefined;
    this.#bytes = 0;
    if (this.#socket.destroyed || this.#socket.writableEnded) return;
    if (chunks === undefined) {
      this.#socket.write(text, 'latin1', this.onTaken);
      return;
    }
    if (text !== '') chunks.push(text);
    this.#socket.write(Buffer.concat(chunks.map(asBuffer)), this.onTaken);
  }
}

function asBuffer(data: WireData): Uint8Array {
  return typeof data === 'string' ? Buffer.from(data, 'latin1') : data;
}
