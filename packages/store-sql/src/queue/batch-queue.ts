/** Operations that may wait; the next one is refused. */
const maxWaiting = 10_000;
/** Operations of one transaction: more would make the callers of small ones wait, and the answers come all at once. */
const maxBatch = 128;

/** What became of one operation of a batch. */
export type Settled<V> =
  | { readonly ok: true; readonly value: V }
  | { readonly ok: false; readonly fault: Error };

/** Options of {@link BatchQueue}. */
export interface BatchQueueOptions<O, V> {
  /**
   * Executes operations as one transaction, and says what became of each; called again only after the promise is settled. If it rejects,
   * nothing will be executed any more.
   */
  readonly execute: (operations: readonly O[]) => Promise<readonly Settled<V>[]>;
  /** The fault of an operation that finds too many waiting. */
  readonly overloaded: (waiting: number) => Error;
  /** Operations that may wait, default 10,000. */
  readonly maxWaiting?: number;
  /** Operations of one transaction at most, default 128. */
  readonly maxBatch?: number;
}

interface Waiting<O, V> {
  readonly operation: O;
  readonly resolve: (value: V) => void;
  readonly reject: (fault: Error) => void;
}

/**
 * Collects operations while a transaction runs, and gives all that wait to the next one: however many callers there are, they share the
 * flush of the disk. Bounded: beyond `maxWaiting` an operation is refused at once, which a caller sees as a disk that is too slow.
 */
export class BatchQueue<O, V> {
  readonly #options: BatchQueueOptions<O, V>;
  #waiting: Waiting<O, V>[] = [];
  /** What has the database for itself, between two transactions. */
  #between: (() => Promise<void>)[] = [];
  #underWay: Promise<void> | undefined;
  #ended: Error | undefined;

  constructor(options: BatchQueueOptions<O, V>) {
    this.#options = options;
  }

  /** Adds an operation, and answers what it has come to. */
  add(operation: O): Promise<V> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#ended);
      const waiting = this.#waiting.length;
      if (waiting >= (this.#options.maxWaiting ?? maxWaiting))
        return reject(this.#options.overloaded(waiting));
      this.#waiting.push({ operation, resolve, reject });
      this.#begin();
    });
  }

  /**
   * Does something between two transactions; operations wait meanwhile.
   * @param action - what is done; its fault is that of the returned promise
   */
  between<T>(action: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#ended);
      this.#between.push(() => action().then(resolve, reject));
      this.#begin();
    });
  }

  /**
   * Refuses what is asked for from now on, and waits for the rest.
   * @param fault - of each later call
   */
  async end(fault: Error): Promise<void> {
    this.#ended ??= fault;
    await this.#underWay;
  }

  #begin(): void {
    // After the current turn of microtasks, so that its operations share the first transaction.
    this.#underWay ??= Promise.resolve().then(() => this.#executeWaiting());
  }

  async #executeWaiting(): Promise<void> {
    while (this.#waiting.length > 0 || this.#between.length > 0) {
      // All of it: one thing between two transactions would wait as many flushes as others came before it.
      for (const action of this.#between.splice(0)) await action();
      if (this.#waiting.length === 0) continue;
      const batch = this.#waiting.splice(0, this.#options.maxBatch ?? maxBatch);
      try {
        const settled = await this.#options.execute(batch.map(({ operation }) => operation));
        for (const [index, { resolve, reject }] of batch.entries()) {
          const outcome = settled[index];
          if (outcome?.ok) resolve(outcome.value);
          else if (outcome !== undefined) reject(outcome.fault);
        }
      } catch (error) {
        this.#ended ??= error as Error;
        for (const { reject } of [...batch, ...this.#waiting.splice(0)]) reject(this.#ended);
      }
    }
    this.#underWay = undefined;
  }
}
