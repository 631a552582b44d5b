import { ChatRoomFault } from '../fault.ts';

/** What {@link WaitingChanges} needs. */
export interface WaitingChangesOptions {
  /** The database, for faults. */
  readonly place: string;
  /** For how long the disk has been storing what it stores now, milliseconds. */
  readonly underWayMs: () => number;
  /** Changes that wait at most. Default {@link maxChanges}. */
  readonly maxChanges?: number | undefined;
  /** Octets of them at most; a single one may be larger. Default {@link maxChangeBytes}. */
  readonly maxChangeBytes?: number | undefined;
}

/** Changes that wait for the disk at most: one transaction stores all of them. */
export const maxChanges = 1_000;
/** Octets of their bodies and addresses: as much is stored well within the time for which an author waits. */
export const maxChangeBytes = 4 * 1_024 * 1_024;
/** After so long in one flush a disk takes nothing new: an author hears no answer after 32 seconds (RFC 3261 §17.1.2.2). */
export const longestFlushMs = 8_000;

/** What members have sent and the disk does not have yet: bounded, so that each of them is answered in time, and a slow disk fills no memory. */
export class WaitingChanges {
  readonly #options: WaitingChangesOptions;
  #count = 0;
  #bytes = 0;

  /** @param options - bounds, and how slow the disk is */
  constructor(options: WaitingChangesOptions) {
    this.#options = options;
  }

  /**
   * Makes a change that a member asks for, where it may wait.
   * @param bytes - octets that it takes
   * @param change - stores it
   * @throws ChatRoomFault `ENTENTE_CHAT_STORE_BUSY` where too much waits; what `change` throws
   */
  async add<T>(bytes: number, change: () => Promise<T>): Promise<T> {
    const {
      maxChangeBytes: mostBytes = maxChangeBytes,
      maxChanges: most = maxChanges,
      underWayMs,
    } = this.#options;
    if (underWayMs() > longestFlushMs)
      throw this.#busy(
        `a disk that stores a change within ${longestFlushMs / 1_000} s, found one that takes longer`,
      );
    if (this.#count >= most || (this.#count > 0 && this.#bytes + bytes > mostBytes))
      throw this.#busy(
        `fewer than ${most} changes and ${mostBytes} bytes that wait for the disk, found ${this.#count} and ${this.#bytes}`,
      );
    this.#count++;
    this.#bytes += bytes;
    try {
      return await change();
    } finally {
      this.#count--;
      this.#bytes -= bytes;
    }
  }

  #busy(expectedAndFound: string): ChatRoomFault {
    return new ChatRoomFault('ENTENTE_CHAT_STORE_BUSY', {
      sentence: `expected ${expectedAndFound}`,
      place: this.#options.place,
      remedy: 'send it again later; where this lasts, put the database on a faster disk',
    });
  }
}
