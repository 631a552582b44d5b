import type { PkiFault } from '@entente/pki/ledger';
import type { OperationPort } from '../operations/operation-port.ts';
import type { OperationName, OperationParameters, OperationValue } from '../operations/operations.ts';
import { BatchQueue, type Settled } from '../queue/batch-queue.ts';
import { failing, type Standing } from '../store-health.ts';
import { type BatchAnswer, type FaultText, faultOf, type Order } from './order.ts';

/** Options of {@link OperationQueue}. */
export interface QueueOptions {
  /** The file of the database, for faults. */
  readonly place: string;
  /** Executes orders as one transaction; called again only after the promise is settled. Rejects only if the thread has ended. */
  readonly execute: (orders: readonly Order[]) => Promise<BatchAnswer>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Operations that may wait, default 10,000. */
  readonly maxWaiting?: number;
}

/** Milliseconds after which a transaction that has not ended waits for a disk that does not answer; a batch of a slow one takes less. */
const lateMs = 10_000;

/** The operations that wait for the thread of the database, and whether the last change was stored. */
export class OperationQueue implements OperationPort {
  readonly #options: QueueOptions;
  readonly #queue: BatchQueue<Order, unknown>;
  #standing: Standing = { ok: true };
  /** When the transaction that is under way began, milliseconds since 1970. */
  #began: number | undefined;

  constructor(options: QueueOptions) {
    this.#options = options;
    const { maxWaiting, place } = options;
    this.#queue = new BatchQueue({
      execute: (orders) => this.#execute(orders),
      overloaded: (waiting) => overloaded(waiting, place),
      ...(maxWaiting === undefined ? {} : { maxWaiting }),
    });
  }

  call<N extends OperationName>(name: N, ...parameters: OperationParameters<N>): Promise<OperationValue<N>> {
    const late = this.#late();
    // What would wait for it is refused: its caller would give up, and not know whether it was done.
    if (late !== undefined) return Promise.reject(unanswered(late, this.#options.place));
    return this.#queue.add({ name, parameters }) as Promise<OperationValue<N>>;
  }

  /**
   * Does something between two transactions; operations wait meanwhile.
   * @param action - what is done; its fault is that of the returned promise
   */
  between<T>(action: () => Promise<T>): Promise<T> {
    return this.#queue.between(action);
  }

  /** Whether the last change was stored. */
  standing(): Standing {
    const late = this.#late();
    return late === undefined
      ? this.#standing
      : failing(this.#standing, late, unanswered(late, this.#options.place));
  }

  /** Since when a transaction is under way that does not end, milliseconds since 1970. */
  #late(): number | undefined {
    const began = this.#began;
    return began !== undefined && this.#options.now() - began > lateMs ? began : undefined;
  }

  /**
   * Refuses what is asked for from now on, and waits for the rest.
   * @param fault - of each later call
   */
  end(fault: PkiFault): Promise<void> {
    return this.#queue.end(fault);
  }

  async #execute(orders: readonly Order[]): Promise<readonly Settled<unknown>[]> {
    this.#began = this.#options.now();
    try {
      const { outcomes, storage } = await this.#options.execute(orders);
      if (storage === 'stored') this.#standing = { ok: true };
      else if (storage !== undefined) this.#failed(storage);
      return outcomes.map((outcome) => (outcome.ok ? outcome : { ok: false, fault: faultOf(outcome.fault) }));
    } catch (error) {
      this.#failed(error as PkiFault);
      throw error;
    } finally {
      this.#began = undefined;
    }
  }

  #failed(fault: FaultText | PkiFault): void {
    this.#standing = failing(this.#standing, this.#options.now(), fault);
  }
}

function unanswered(since: number, place: string): PkiFault {
  return faultOf({
    code: 'ENTENTE_PKI_LEDGER_UNAVAILABLE',
    sentence: `the disk of the database does not answer since ${new Date(since).toISOString()}`,
    place,
    remedy:
      'bring the disk back, or the server of files that it is on: see dmesg, and whether it is frozen (fsfreeze -u ends that); what was asked for before may be done then, and the authority goes on without a restart',
  });
}

function overloaded(waiting: number, place: string): PkiFault {
  return faultOf({
    code: 'ENTENTE_PKI_LEDGER_UNAVAILABLE',
    sentence: `${waiting} operations wait for the database, and no more may`,
    place,
    remedy: 'repeat the request later; if this lasts, the disk is too slow for the number of requests',
  });
}
