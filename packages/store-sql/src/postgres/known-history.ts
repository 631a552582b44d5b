import { randomUUID } from 'node:crypto';
import type { FeedState } from '@entente/accounts/directory';
import type { SqlReader } from '../driver/sql-driver.ts';
import { holdFeed } from './postgres-feed.ts';

/**
 * How far a process knows the feed to have come. A copy of the files of a database that was put back in place of the present ones has the same
 * epoch, and would give versions a second time, to other changes: who has read the first ones would never read those.
 */
export class KnownHistory {
  #last: Pick<FeedState, 'epoch' | 'version'> | undefined;

  /** @param state - that is committed: its changes cannot be undone within its epoch */
  note({ epoch, version }: Pick<FeedState, 'epoch' | 'version'>): void {
    if (this.#last?.epoch === epoch && this.#last.version >= version) return;
    this.#last = { epoch, version };
  }

  /**
   * Holds the feed for a change; where it has gone back, it gets another epoch first, with which every reader begins again.
   * @param transaction - of the change
   * @returns its state for the change
   */
  async hold(transaction: SqlReader): Promise<FeedState> {
    const state = await holdFeed(transaction);
    if (this.#last?.epoch !== state.epoch || state.version >= this.#last.version) return state;
    await transaction.all('UPDATE account_feed SET epoch = ? RETURNING epoch', [randomUUID()]);
    return holdFeed(transaction);
  }
}
