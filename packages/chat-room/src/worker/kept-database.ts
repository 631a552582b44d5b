import type { ChatRoomFault } from '../fault.ts';
import type { BatchAnswer, Order } from './order.ts';
import type { RoomDatabase, startThread } from './start-thread.ts';

/** What {@link KeptDatabase} needs. */
export interface KeptDatabaseOptions {
  /** The database. */
  readonly file: string;
  /** Opens it. */
  readonly start: typeof startThread;
  /** Milliseconds from any beginning, which go on evenly when the clock is set. */
  readonly steadyNow: () => number;
  /** Told each time when the thread has ended by itself. */
  readonly onEnded: (fault: ChatRoomFault) => void;
}

/** Milliseconds from one start of the thread to the next: one that ends each time takes no more of the machine. */
export const betweenStartsMs = 1_000;
/** How often orders are executed where the thread ends before it answers: it may be they that end it. */
const mostAttempts = 2;

/**
 * The database of rooms, opened again where its thread has ended. What the thread did not answer is executed again: each operation may be, so that what
 * was stored is there once, and its author is answered as if nothing had happened.
 */
export class KeptDatabase implements RoomDatabase {
  readonly #options: KeptDatabaseOptions;
  #open: RoomDatabase | undefined;
  #starting: Promise<RoomDatabase> | undefined;
  #startedAt = Number.NEGATIVE_INFINITY;
  #fault: ChatRoomFault | undefined;
  #ended = 0;
  #isClosed = false;

  /** @param options - how it is opened */
  constructor(options: KeptDatabaseOptions) {
    this.#options = options;
  }

  /** Why it is not open now. */
  get fault(): ChatRoomFault | undefined {
    return this.#fault;
  }

  /** How often its thread has ended by itself. */
  get ended(): number {
    return this.#ended;
  }

  /**
   * Opens it, where it is not open.
   * @throws ChatRoomFault of opening; that of the last time, where that was less than {@link betweenStartsMs} ago
   */
  async open(): Promise<RoomDatabase> {
    if (this.#open !== undefined) return this.#open;
    const { steadyNow } = this.#options;
    if (this.#starting === undefined) {
      if (this.#fault !== undefined && steadyNow() - this.#startedAt < betweenStartsMs) throw this.#fault;
      this.#startedAt = steadyNow();
      this.#starting = this.#start().finally(() => {
        this.#starting = undefined;
      });
    }
    return this.#starting;
  }

  async execute(orders: readonly Order[]): Promise<BatchAnswer> {
    for (let attempt = 1; ; attempt++) {
      const database = await this.open();
      try {
        return await database.execute(orders);
      } catch (error) {
        if (attempt === mostAttempts) throw error;
      }
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#starting?.catch(() => {});
    await this.#open?.close();
  }

  async #start(): Promise<RoomDatabase> {
    const { file, start } = this.#options;
    try {
      this.#open = await start(file, (fault) => this.#hasEnded(fault));
      this.#fault = undefined;
      return this.#open;
    } catch (error) {
      this.#fault = error as ChatRoomFault;
      throw error;
    }
  }

  #hasEnded(fault: ChatRoomFault): void {
    // One that was not open yet is a fault of opening.
    if (this.#open === undefined || this.#isClosed) return;
    this.#open = undefined;
    this.#fault = fault;
    this.#ended++;
    this.#options.onEnded(fault);
    // At once, also where nobody asks; what went wrong is in `fault`, and the next order tries again.
    this.open().catch(() => {});
  }
}
