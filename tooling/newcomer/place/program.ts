import { once } from 'node:events';
import { spawnTied, type TiedProgram } from '@entente/testkit';

/** How long something may take to say what it is to say, in milliseconds. */
const saysMs = 60_000;

/** A program that stays, with everything that it says. */
export class Program implements AsyncDisposable {
  readonly #tied: TiedProgram;
  readonly #listeners = new Set<() => void>();
  #output = '';
  #hasEnded = false;

  /**
   * Starts it.
   *
   * @param words - arguments of `env`, the program among them
   * @param cwd - its folder
   */
  constructor(words: readonly string[], cwd: string) {
    this.#tied = spawnTied('env', words, { cwd });
    const { process } = this.#tied;
    for (const stream of [process.stdout, process.stderr])
      stream?.on('data', (chunk) => {
        this.#output += String(chunk);
        for (const listener of this.#listeners) listener();
      });
    void once(process, 'close').then(() => {
      this.#hasEnded = true;
      for (const listener of this.#listeners) listener();
    });
  }

  /** Output and errors. */
  get output(): string {
    return this.#output;
  }

  /**
   * Waits until it has said something.
   *
   * @param words - what
   * @throws Error where it ends before, or says nothing of the kind for a minute
   */
  async says(words: RegExp): Promise<void> {
    await this.#until(words, () => words.test(this.#output));
  }

  /**
   * Waits until it has ended.
   *
   * @throws Error where it does not
   */
  async ends(): Promise<void> {
    await this.#until('its end', () => this.#hasEnded);
  }

  async #until(what: RegExp | string, isSo: () => boolean): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let listener: (() => void) | undefined;
    const found = await new Promise<'found' | 'ended' | 'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), saysMs);
      listener = () => {
        if (isSo()) resolve('found');
        else if (this.#hasEnded) resolve('ended');
      };
      this.#listeners.add(listener);
      listener();
    });
    clearTimeout(timer);
    if (listener !== undefined) this.#listeners.delete(listener);
    if (found === 'found') return;
    const why = found === 'ended' ? 'it ended first' : `it did not come within ${saysMs / 1_000} s`;
    throw new Error(`expected ${what}, but ${why}; it said: ${this.#output.trim().slice(-3_000)}`);
  }

  /** Kills it and whatever it has started. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tied[Symbol.asyncDispose]();
  }
}
