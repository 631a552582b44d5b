import type { Clock } from '@entente/tls';
import type { RoomStore } from '../room-store/room-store.ts';

/** What {@link RunTime} needs. */
export interface RunTimeOptions {
  readonly store: Pick<RoomStore, 'ran'>;
  readonly clock: Clock;
  /** Milliseconds from any beginning, which go on evenly when the clock is set. */
  readonly steadyNow: () => number;
  /** It could not be stored; it is with the next time. */
  readonly onFault: (error: unknown) => void;
}

/** How often it is stored: a server that is killed forgets less than that. */
export const storedEveryMs = 60_000;

/** Stores for how long this server runs, from time to time and at its end: so old is what it has tried to deliver, also after a restart. */
export class RunTime {
  readonly #options: RunTimeOptions;
  #stored: number;
  #cancel: () => void;
  #ending: Promise<void> | undefined;

  /** @param options - store and clock */
  constructor(options: RunTimeOptions) {
    this.#options = options;
    this.#stored = options.steadyNow();
    this.#cancel = this.#again();
  }

  /** Stores it for the last time. Idempotent. */
  end(): Promise<void> {
    this.#cancel();
    this.#ending ??= this.#store();
    return this.#ending;
  }

  #again(): () => void {
    return this.#options.clock.after(storedEveryMs, () => {
      this.#cancel = this.#again();
      void this.#store();
    });
  }

  async #store(): Promise<void> {
    const { onFault, steadyNow, store } = this.#options;
    const now = steadyNow();
    const ms = Math.round(now - this.#stored);
    this.#stored = now;
    try {
      await store.ran(ms);
    } catch (error) {
      this.#stored -= ms;
      onFault(error);
    }
  }
}
