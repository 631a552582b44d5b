import type { SqlRow, SqlTransaction } from '@entente/store-sql/sqlite';

/** Messages of a room after which its old ones are looked for. */
const pruneEvery = 128;

/** The messages that a room has beyond what it keeps, and what gives way where the database is full. */
export class OldMessages {
  /** New messages of each room since its old ones were looked for; a room that is not here has old ones for all that is known. */
  readonly #since = new Map<string, number>();

  /**
   * Removes the oldest messages of a room whose deliveries are all known, once for so many new ones.
   * @param transaction - in which a message of the room was stored
   * @param room - its address
   * @param keep - messages that it keeps
   */
  async prune(transaction: SqlTransaction, room: string, keep: number): Promise<void> {
    const before = this.#since.get(room);
    const since = (before ?? 0) + 1;
    this.#since.set(room, since);
    if (before !== undefined && since < pruneEvery) return;
    if (since >= pruneEvery) this.#since.set(room, 0);
    const [last] = await transaction.all(
      'SELECT number FROM messages WHERE room = ? ORDER BY number DESC LIMIT 1 OFFSET ?',
      [room, keep],
    );
    if (last === undefined) return;
    const rows = await transaction.all(
      `SELECT number FROM messages m WHERE m.room = ? AND m.number <= ? AND ${isDelivered}`,
      [room, last.number as number],
    );
    await remove(transaction, rows);
  }

  /** A transaction was undone, and what it removed is there again: each room is looked at with its next message. */
  undone(): void {
    this.#since.clear();
  }

  /**
   * Removes the oldest messages of the room that takes the most, of those whose deliveries are all known.
   * @param transaction - in which they go
   * @param most - how many at most
   * @returns how many were removed
   */
  async makeRoom(transaction: SqlTransaction, most: number): Promise<number> {
    const [largest] = await transaction.all(largestRoom, []);
    if (largest === undefined) return 0;
    const rows = await transaction.all(
      `SELECT number FROM messages m WHERE m.room = ? AND ${isDelivered} ORDER BY m.number LIMIT ?`,
      [largest.room as string, most],
    );
    await remove(transaction, rows);
    return rows.length;
  }
}

/** That nobody is owed a message `m` any more. */
const isDelivered = 'NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.message = m.number AND d.status IS NULL)';

/** By what its messages and their deliveries take; each delivery is counted as 64 octets for each member that the room has now. */
const largestRoom = `SELECT m.room FROM messages m GROUP BY m.room
ORDER BY SUM(LENGTH(m.body)) + 64 * COUNT(*) * (1 + (SELECT COUNT(*) FROM members n WHERE n.room = m.room)) DESC LIMIT 1`;

async function remove(transaction: SqlTransaction, messages: readonly SqlRow[]): Promise<void> {
  for (const { number } of messages) {
    await transaction.run('DELETE FROM deliveries WHERE message = ?', [number as number]);
    await transaction.run('DELETE FROM messages WHERE number = ?', [number as number]);
  }
}
