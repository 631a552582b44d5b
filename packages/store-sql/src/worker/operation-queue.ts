import type { PkiFault } from '@entente/pki/ledger';
import type { OperationPort } from '../operations/operation-port.ts';
import type { OperationName, OperationParameters, OperationValue } from '../operations/operations.ts';
import type { Standing } from '../standing.ts';
import { type BatchAnswer, faultOf, type Order } from './order.ts';

/** Operations that may wait; the next one is refused. */
const maxWaiting = 10_000;
/** Operations of one transaction: more would make the callers of small ones wait, and the answers come all at once. */
const maxBatch = 128;

/** Options of {@link OperationQueue}. */
export interface QueueOptions {
  /** The file of the database, for faults. */
  readonly place: string;
  /** Executes orders as one transaction; called again only after the promise is settled. */
  readonly execute: (orders: readonly Order[]) => Promise<BatchAnswer>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Operations that may wait, default 10,000. */
  readonly maxWaiting?: number;
}

interface Waiting {
  readonly order: Order;
  readonly resolve: (value: unknown) => void;
  readonly reject: (fault: PkiFault) => void;
}

/**
 * Collects operations while a transaction runs, and gives all that wait to the next one: however many callers there are, they share the
 * flush of the disk. Bounded: beyond `maxWaiting` an operation is refused at once, which a caller sees as a disk that is too slow.
 */
export class OperationQueue implements OperationPort {
  readonly #options: QueueOptions;
  #waiting: Waiting[] = [];
  /** What has the database for itself, between two transactions. */
  #between: (() => Promise<void>)[] = [];
  #underWay: Promise<void> | undefined;
  #ended: PkiFault | undefined;
  #standing: Standing = { ok: true };

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  call<N extends OperationName>(name: N, ...parameters: OperationParameters<N>): Promise<OperationValue<N>> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#ended);
      if (this.#waiting.length >= (this.#options.maxWaiting ?? maxWaiting)) return reject(this.#overloaded());
      const order = { name, parameters };
      this.#waiting.push({ order, resolve: resolve as (value: unknown) => void, reject });
      // After the current turn of microtasks, so that its operations share the first transaction.
      this.#underWay ??= Promise.resolve().then(() => this.#executeWaiting());
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
      this.#underWay ??= Promise.resolve().then(() => this.#executeWaiting());
    });
  }

  /** Whether the last change was stored. */
  standing(): Standing {
    return this.#standing;
  }

  /**
   * Refuses what is asked for from now on, and waits for the rest.
   * @param fault - of each later call
   */
  async end(fault: PkiFault): Promise<void> {
    this.#ended ??= fault;
    await this.#underWay;
  }

  async #executeWaiting(): Promise<void> {
    while (this.#waiting.length > 0 || this.#between.length > 0) {
      await this.#between.shift()?.();
      if (this.#waiting.length === 0) continue;
      const batch = this.#waiting.splice(0, maxBatch);
      try {
        this.#settle(batch, await this.#options.execute(batch.map(({ order }) => order)));
      } catch (error) {
        // The thread has ended: nobody will answer any more.
        this.#ended ??= error as PkiFault;
        const { sentence, remedy } = this.#ended;
        this.#standing = { ok: false, since: this.#options.now(), sentence, remedy };
        for (const { reject } of [...batch, ...this.#waiting.splice(0)]) reject(this.#ended);
      }
    }
    this.#underWay = undefined;
  }

  #settle(batch: readonly Waiting[], { outcomes, storage }: BatchAnswer): void {
    if (storage === 'stored') this.#standing = { ok: true };
    else if (storage !== undefined) {
      const since = this.#standing.ok ? this.#options.now() : this.#standing.since;
      this.#standing = { ok: false, since, sentence: storage.sentence, remedy: storage.remedy };
    }
    for (const [index, { resolve, reject }] of batch.entries()) {
      const outcome = outcomes[index];
      if (outcome?.ok) resolve(outcome.value);
      else if (outcome !== undefined) reject(faultOf(outcome.fault));
    }
  }

  #overloaded(): PkiFault {
    return faultOf({
      code: 'ENTENTE_PKI_LEDGER_UNAVAILABLE',
      sentence: `${this.#waiting.length} operations wait for the database, and no more may`,
      place: this.#options.place,
      remedy: 'repeat the request later; if this lasts, the disk is too slow for the number of requests',
    });
  }
}
