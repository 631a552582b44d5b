import { type Interval, systemInterval } from '../timer/interval.ts';

/** What ends when nothing has come for long enough. */
export interface Idling {
  /**
   * Called {@link looks} times within the time that counts as long enough.
   * @returns whether something has come since the last time
   */
  heardSinceLook(): boolean;
  /** Nothing has come for long enough. */
  idledOut(): void;
}

/** Looks within the idle time: it ends no earlier, and an eighth later at most. */
export const looks = 8;

/**
 * Ends connections on which nothing comes: one interval for all. A timer of the socket is moved with each read and write, which costs more
 * than reading a small message.
 */
export class IdleWatch {
  readonly #silentLooks = new Map<Idling, number>();
  readonly #everyMs: number;
  readonly #interval: Interval;
  #stop: (() => void) | undefined;

  /**
   * @param idleMs - milliseconds without anything after which a connection ends
   * @param interval - how to be called again
   */
  constructor(idleMs: number, interval: Interval = systemInterval) {
    this.#everyMs = Math.max(1, idleMs / looks);
    this.#interval = interval;
  }

  /** @param connection - is watched from now on */
  add(connection: Idling): void {
    // The first look comes at any moment of the first interval.
    this.#silentLooks.set(connection, -1);
    this.#stop ??= this.#interval.start(() => this.#look(), this.#everyMs);
  }

  /** @param connection - has ended */
  remove(connection: Idling): void {
    this.#silentLooks.delete(connection);
    if (this.#silentLooks.size > 0) return;
    this.#stop?.();
    this.#stop = undefined;
  }

  #look(): void {
    for (const [connection, silent] of this.#silentLooks) {
      if (connection.heardSinceLook()) this.#silentLooks.set(connection, -1);
      else if (silent + 1 < looks) this.#silentLooks.set(connection, silent + 1);
      else connection.idledOut();
    }
  }
}
