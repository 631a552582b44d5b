import type { Phone } from './phone.ts';

/** Something that one user does again and again. */
export interface Route {
  readonly what: 'message' | 'call';
  readonly from: Phone;
  readonly to: Phone;
}

/** Messages and calls that go on all the time, each after the one before it on the same route. */
export class Traffic implements AsyncDisposable {
  /** Transactions that ended with 200. */
  succeeded = 0;
  /** Each transaction that did not. */
  readonly failures: string[] = [];
  readonly #now: () => number;
  readonly #loops: Promise<void>[];
  readonly #finished: number[];
  readonly #waiting = new Set<() => void>();
  #idle = 0;
  #pause: Promise<void> | undefined;
  #stopped = false;

  /**
   * @param routes - who sends to whom
   * @param now - time of the network, milliseconds since 1970; for the failures
   */
  constructor(routes: readonly Route[], now: () => number) {
    this.#now = now;
    this.#finished = routes.map(() => 0);
    this.#loops = routes.map((route, index) => this.#run(route, index));
  }

  /** Resolves when on each route something that began after this call has ended. */
  async round(): Promise<void> {
    // What runs now may have begun before.
    const wanted = this.#finished.map((count) => count + 2);
    while (this.#finished.some((count, index) => count < (wanted[index] as number))) {
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /**
   * Does something while nothing is under way.
   * @param work - what is done
   */
  async quiet(work: () => Promise<void>): Promise<void> {
    let resume = (): void => {};
    this.#pause = new Promise((resolve) => {
      resume = resolve;
    });
    try {
      while (this.#idle < this.#loops.length)
        await new Promise<void>((resolve) => this.#waiting.add(resolve));
      await work();
    } finally {
      this.#pause = undefined;
      resume();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#loops);
  }

  async #run({ from, to, what }: Route, index: number): Promise<void> {
    while (!this.#stopped) {
      const title = `${new Date(this.#now()).toISOString()} ${what} ${from.address} to ${to.address}`;
      try {
        const statuses =
          what === 'call' ? await from.call(to.address) : [await from.message(to.address, title)];
        for (const status of statuses) {
          if (status === 200) this.succeeded++;
          else this.failures.push(`${title}: ${status}`);
        }
      } catch (error) {
        this.failures.push(`${title}: ${(error as Error).message}`);
        // A telephone without a connection would fail again at once.
        await new Promise((resolve) => setImmediate(resolve));
      }
      this.#finished[index] = (this.#finished[index] as number) + 1;
      if (this.#pause === undefined) {
        this.#wake();
        continue;
      }
      this.#idle++;
      this.#wake();
      await this.#pause;
      this.#idle--;
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
