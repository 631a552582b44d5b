import { randomUUID } from 'node:crypto';
import type { FeedState } from '@entente/accounts/directory';
import type { SqlReader } from '../driver/sql-driver.ts';
import { holdFeed } from './postgres-feed.ts';

/** Epochs that a process remembers. A database gets another one where it was restored, or a standby has taken over. */
const mostEpochs = 1_000;

/**
 * How far a process knows the feed to have come. A copy of the files of a database that was put back in place of the present ones has the same
 * epoch, and would give versions a second time, to other changes: who has read the first ones would never read those.
 */
export class KnownHistory {
  /** The highest version of each epoch, the latest one last: the same copy may be put back again, with an epoch of before. */
  readonly #versions = new Map<string, number>();

  /** @param state - that is committed: its changes cannot be undone within its epoch */
  note({ epoch, version }: Pick<FeedState, 'epoch' | 'version'>): void {
    const known = this.#versions.get(epoch) ?? 0;
    this.#versions.delete(epoch);
    this.#versions.set(epoch, Math.max(known, version));
    const [oldest = ''] = this.#versions.keys();
    if (this.#versions.size > mostEpochs) this.#versions.delete(oldest);
  }

  /**
   * Holds the feed for a change; where it has gone back, it gets another epoch first, with which every reader begins again.
   * @param transaction - of the change
   * @returns its state for the change
   */
  async hold(transaction: SqlReader): Promise<FeedState> {
    const state = await holdFeed(transaction);
    if (state.version >= (this.#versions.get(state.epoch) ?? 0)) return state;
    await transaction.all('UPDATE account_feed SET epoch = ? RETURNING epoch', [randomUUID()]);
    return holdFeed(transaction);
  }
}
