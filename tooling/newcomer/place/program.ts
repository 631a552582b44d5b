import { spawnTied, type TiedProgram } from '@entente/testkit/repository';
import type { CommandEnd } from '../../runner/command.ts';

/** How long something may take to say what it is to say, in milliseconds. */
const saysMs = 60_000;

/** A program that stays, with everything that it says. */
export class Program implements AsyncDisposable {
  readonly #tied: TiedProgram;
  readonly #listeners = new Set<() => void>();
  #output = '';
  #stdout = '';
  #stderr = '';
  #status: number | undefined;

  /**
   * Starts it.
   *
   * @param words - arguments of `env`, the program among them
   * @param cwd - its folder
   */
  constructor(words: readonly string[], cwd: string) {
    this.#tied = spawnTied('env', words, { cwd });
    const { process } = this.#tied;
    process.stdout?.on('data', (chunk) => {
      this.#stdout += String(chunk);
      this.#hear(chunk);
    });
    process.stderr?.on('data', (chunk) => {
      this.#stderr += String(chunk);
      this.#hear(chunk);
    });
    process.once('close', (status) => {
      this.#status = status ?? 128;
      this.#hear('');
    });
  }

  #hear(chunk: unknown): void {
    this.#output += String(chunk);
    for (const listener of this.#listeners) listener();
  }

  /** Of the process that keeps it: its child is the program. */
  get pid(): number {
    return this.#tied.process.pid ?? 0;
  }

  /** Output and errors. */
  get output(): string {
    return this.#output;
  }

  /**
   * Waits until it has said something.
   *
   * @param words - what
   * @param withinMs - how long it may take, in milliseconds
   * @throws Error where it ends before, or says nothing of the kind
   */
  async says(words: RegExp, withinMs = saysMs): Promise<void> {
    await this.#until(words, withinMs, () => words.test(this.#output));
  }

  /**
   * Waits until it has ended.
   *
   * @param withinMs - how long it may take, in milliseconds
   * @returns how it ended
   * @throws Error where it does not
   */
  async ends(withinMs = saysMs): Promise<CommandEnd> {
    await this.#until('its end', withinMs, () => this.#status !== undefined);
    return { status: this.#status ?? 128, stdout: this.#stdout, stderr: this.#stderr };
  }

  async #until(what: RegExp | string, withinMs: number, isSo: () => boolean): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let listener: (() => void) | undefined;
    const found = await new Promise<'found' | 'ended' | 'late'>((resolve) => {
      timer = setTimeout(() => resolve('late'), withinMs);
      listener = () => {
        if (isSo()) resolve('found');
        else if (this.#status !== undefined) resolve('ended');
      };
      this.#listeners.add(listener);
      listener();
    });
    clearTimeout(timer);
    if (listener !== undefined) this.#listeners.delete(listener);
    if (found === 'found') return;
    const why = found === 'ended' ? 'it ended first' : `it did not come within ${withinMs / 1_000} s`;
    throw new Error(`expected ${what}, but ${why}; it said: ${this.#output.trim().slice(-3_000)}`);
  }

  /** Kills it and whatever it has started. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tied[Symbol.asyncDispose]();
  }
}
