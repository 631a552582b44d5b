import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** How a foreign program is started. */
export interface ForeignProgramOptions {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const waitMs = 20_000;
const maxKeptCharacters = 4_000_000;
const excerptCharacters = 1_500;
const stopMs = 3_000;

/**
 * A foreign program that runs: what it says on its terminal, and whatever else is heard from it, as one growing text. It ends with the
 * process namespace of the run at the latest.
 */
export class ForeignProgram implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #name: string;
  readonly #listeners = new Set<() => void>();
  readonly #ended: Promise<unknown>;
  #text = '';
  /** Characters that were dropped in front of {@link #text}. */
  #dropped = 0;
  #failure: Error | undefined;

  constructor({ args, env, program }: ForeignProgramOptions) {
    this.#name = program;
    this.#process = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    this.#process.stdin?.on('error', () => {});
    this.#ended = once(this.#process, 'close').catch((error: Error) => {
      this.#failure = error;
      this.#notify();
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream?.setEncoding('utf8').on('data', (chunk: string) => this.hear(chunk));
    }
    void this.#ended.then(() => {
      this.#failure ??= new Error(
        `${program} ended with ${this.#process.signalCode ?? `status ${this.#process.exitCode}`}`,
      );
      this.#notify();
    });
  }

  /** Of the process; 0 where it could not be started. */
  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** How much was heard until now; a later search may begin there. */
  get position(): number {
    return this.#dropped + this.#text.length;
  }

  /** Everything that was heard since a position. */
  since(position: number): string {
    return this.#text.slice(Math.max(0, position - this.#dropped));
  }

  /** Adds text that the program said elsewhere than on its terminal. */
  hear(text: string): void {
    this.#text += text;
    const excess = this.#text.length - maxKeptCharacters;
    if (excess > 0) {
      this.#text = this.#text.slice(excess);
      this.#dropped += excess;
    }
    this.#notify();
  }

  /** Writes to the program's standard input. */
  write(text: string): void {
    this.#process.stdin?.write(text);
  }

  /**
   * Waits until a text has been heard.
   *
   * @param pattern - what to wait for
   * @param from - position from which on it counts
   * @returns the match
   * @throws Error with the last words of the program, where it does not come in time or the program ends
   */
  async hears(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    let timer: NodeJS.Timeout | undefined;
    let look: (() => void) | undefined;
    try {
      return await new Promise<RegExpExecArray>((resolve, reject) => {
        const fail = (why: string): void =>
          reject(
            new Error(
              `${this.#name}: ${pattern} ${why}; it said: ${this.#text.slice(-excerptCharacters).trim()}`,
            ),
          );
        look = () => {
          const match = pattern.exec(this.since(from));
          if (match !== null) resolve(match);
          else if (this.#failure !== undefined) fail(`did not come: ${this.#failure.message}`);
        };
        this.#listeners.add(look);
        timer = setTimeout(() => fail(`did not come within ${waitMs} ms`), waitMs);
        look();
      });
    } finally {
      clearTimeout(timer);
      if (look !== undefined) this.#listeners.delete(look);
    }
  }

  /**
   * Waits until a text has been heard.
   *
   * @returns the position behind it
   * @throws Error as {@link hears}
   */
  async after(pattern: RegExp, from: number): Promise<number> {
    const { 0: text, index } = await this.hears(pattern, from);
    return Math.max(from, this.#dropped) + index + text.length;
  }

  /** Ends the program: politely, then by force. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.#process.kill('SIGTERM');
    const hard = setTimeout(() => this.#process.kill('SIGKILL'), stopMs);
    await this.#ended;
    clearTimeout(hard);
  }

  #notify(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
