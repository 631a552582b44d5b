import type { Writable } from 'node:stream';

/** Gathers what is written within one turn of the event loop into one write: one TLS record instead of many. */
export class GatheredWriter {
  readonly #to: Writable;
  #gathered = '';

  constructor(to: Writable) {
    this.#to = to;
  }

  /** @param text latin1. */
  write(text: string): void {
    if (this.#gathered === '') setImmediate(this.#flush);
    this.#gathered += text;
  }

  readonly #flush = (): void => {
    const text = this.#gathered;
    this.#gathered = '';
    if (!this.#to.destroyed) this.#to.write(text, 'latin1');
  };
}
