import {
  BatchQueue,
  migrate,
  openSqlite,
  type Settled,
  type SqliteDriver,
  type SqlRow,
  type SqlTransaction,
} from '@entente/store-sql/sqlite';
import { ChatRoomFault } from '../fault.ts';
import { noteBegun, refuseLost } from './lost-store.ts';
import { OldMessages } from './old-messages.ts';
import { chatMigrations } from './schema.ts';
import { openingFault, storingFault } from './store-fault.ts';
import type {
  DeliveryCounts,
  MemberRole,
  NewMessage,
  PendingDelivery,
  StoredMember,
  StoredMessage,
} from './stored.ts';

type Operation = (transaction: SqlTransaction) => Promise<unknown>;

/**
 * The members, messages and deliveries of all rooms, in one SQLite file. A change is on the disk when its promise resolves; changes that wait
 * share one transaction, and so one flush.
 */
export class RoomStore implements AsyncDisposable {
  readonly #driver: SqliteDriver;
  readonly #queue: BatchQueue<Operation, unknown>;
  readonly #place: string;
  readonly #old = new OldMessages();
  #isFailing = false;
  #closing: Promise<void> | undefined;

  private constructor(driver: SqliteDriver, place: string) {
    this.#driver = driver;
    this.#place = place;
    this.#queue = new BatchQueue<Operation, unknown>({
      execute: (operations) => this.#execute(operations),
      overloaded: (waiting) => storingFault(place, new Error(`${waiting} changes wait for the disk`)),
    });
  }

  /**
   * Opens the database of a chat server for this process alone.
   * @param file - created with mode 0600 where it does not exist
   * @throws ChatRoomFault `ENTENTE_CHAT_STORE_LOST`, `ENTENTE_CHAT_STORE_LOCKED`, `ENTENTE_CHAT_STORE_DAMAGED`, `ENTENTE_CHAT_STORE_TOO_NEW`,
   * `ENTENTE_CHAT_STORE_UNAVAILABLE`
   */
  static async open(file: string): Promise<RoomStore> {
    let driver: SqliteDriver | undefined;
    try {
      await refuseLost(file);
      driver = await openSqlite(file);
      await migrate(driver, chatMigrations);
      await noteBegun(file);
      return new RoomStore(driver, file);
    } catch (error) {
      await driver?.close();
      throw openingFault(file, error);
    }
  }

  /** Whether the last change could not be stored. */
  get isFailing(): boolean {
    return this.#isFailing;
  }

  /** The members of every room. */
  async members(): Promise<readonly StoredMember[]> {
    const rows = await this.#all('SELECT room, address, role FROM members ORDER BY room, since, address', []);
    return rows.map(({ address, role, room }) => ({
      room: room as string,
      address: address as string,
      role: role as MemberRole,
    }));
  }

  /**
   * Makes somebody a member, or gives a member another role.
   * @param member - who, and where
   * @param now - milliseconds since 1970
   */
  setMember({ address, role, room }: StoredMember, now: number): Promise<void> {
    return this.#change(async (transaction) => {
      await transaction.run(
        'INSERT INTO members (room, address, role, since) VALUES (?, ?, ?, ?) ON CONFLICT (room, address) DO UPDATE SET role = excluded.role',
        [room, address, role, now],
      );
    });
  }

  /** @param room - that somebody has left, or was removed from */
  removeMember(room: string, address: string): Promise<void> {
    return this.#change(async (transaction) => {
      await transaction.run('DELETE FROM members WHERE room = ? AND address = ?', [room, address]);
    });
  }

  /**
   * Stores a message with a delivery for each of those whom it is for: all of it or nothing.
   * @param message - new; what has its `source` already is not stored again
   * @param members - whom it is for
   * @param keep - messages that the room keeps at most; older ones that were delivered are removed
   * @returns its number and id, and whether it is new
   */
  addMessage(
    message: NewMessage,
    members: readonly string[],
    keep: number,
  ): Promise<{ readonly number: number; readonly id: string; readonly isNew: boolean }> {
    const { author, body, contentType, id, room, sentAt, source } = message;
    return this.#change(async (transaction) => {
      const isNew =
        (await transaction.run(
          'INSERT INTO messages (id, room, author, source, sent_at, content_type, body, ran_at) VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT ms FROM run_time)) ON CONFLICT (room, source) DO NOTHING',
          [id, room, author, source, sentAt, contentType, body],
        )) > 0;
      const [row] = await transaction.all('SELECT number, id FROM messages WHERE room = ? AND source = ?', [
        room,
        source,
      ]);
      const stored = { number: row?.number as number, id: row?.id as string, isNew };
      if (!isNew) return stored;
      for (const member of members)
        await transaction.run('INSERT INTO deliveries (message, member) VALUES (?, ?)', [
          stored.number,
          member,
        ]);
      await this.#old.prune(transaction, room, keep);
      return stored;
    });
  }

  /** Deliveries that are not known to have been made, in the order of their messages. */
  async pending(): Promise<readonly PendingDelivery[]> {
    const rows = await this.#all(
      'SELECT d.message, d.member, m.room, (SELECT ms FROM run_time) - m.ran_at AS tried FROM deliveries d JOIN messages m ON m.number = d.message WHERE d.status IS NULL ORDER BY d.message',
      [],
    );
    return rows.map(({ member, message, room, tried }) => ({
      number: message as number,
      room: room as string,
      member: member as string,
      triedMs: tried as number,
    }));
  }

  /**
   * Records what became of a delivery.
   * @param number - of the message
   * @param member - whom it was for
   * @param status - final status of the MESSAGE
   * @param now - milliseconds since 1970
   */
  delivered(number: number, member: string, status: number, now: number): Promise<void> {
    return this.#change(async (transaction) => {
      await transaction.run('UPDATE deliveries SET status = ?, at = ? WHERE message = ? AND member = ?', [
        status,
        now,
        number,
        member,
      ]);
    });
  }

  /** @param ms - for which a chat server has run since it said so last: by so much what is pending is older */
  ran(ms: number): Promise<void> {
    return this.#change(async (transaction) => {
      await transaction.run('UPDATE run_time SET ms = ms + ?', [ms]);
    });
  }

  /** @param number - of a message; undefined where it was removed */
  async message(number: number): Promise<StoredMessage | undefined> {
    const [row] = await this.#all('SELECT * FROM messages WHERE number = ?', [number]);
    return row === undefined ? undefined : messageOf(row);
  }

  /**
   * The last messages of a room, oldest first.
   * @param room - its address
   * @param count - how many at most
   */
  async history(room: string, count: number): Promise<readonly StoredMessage[]> {
    const rows = await this.#all('SELECT * FROM messages WHERE room = ? ORDER BY number DESC LIMIT ?', [
      room,
      count,
    ]);
    return rows.map(messageOf).reverse();
  }

  /**
   * What became of the deliveries of a message.
   * @param room - its address
   * @param author - of the message
   * @param id - of the message; the author's last one where it is undefined
   * @returns undefined where there is no such message
   */
  async receipts(room: string, author: string, id: string | undefined): Promise<DeliveryCounts | undefined> {
    const [row] = await this.#all(
      `SELECT m.id, COUNT(d.member) AS total, COUNT(CASE WHEN d.status < 300 THEN 1 END) AS delivered,
  COUNT(CASE WHEN d.status >= 300 THEN 1 END) AS failed
FROM messages m LEFT JOIN deliveries d ON d.message = m.number
WHERE m.number = (SELECT number FROM messages WHERE room = ? AND author = ? AND (? IS NULL OR id = ?) ORDER BY number DESC LIMIT 1)
GROUP BY m.number`,
      [room, author, id ?? null, id ?? null],
    );
    if (row === undefined) return undefined;
    const { delivered, failed, total } = row as Record<string, number>;
    return { id: row.id as string, total: total ?? 0, delivered: delivered ?? 0, failed: failed ?? 0 };
  }

  /**
   * Removes the oldest messages of the room that takes the most, of those whose deliveries are all known.
   * @param most - how many at most
   * @returns how many were removed
   */
  makeRoom(most: number): Promise<number> {
    return this.#change((transaction) => this.#old.makeRoom(transaction, most));
  }

  /** Bytes of the pages in use. */
  async bytes(): Promise<number> {
    return this.#read(async (transaction) => {
      const one = async (pragma: string) =>
        Number(Object.values((await transaction.all(`PRAGMA ${pragma}`, []))[0] ?? {})[0] ?? 0);
      return ((await one('page_count')) - (await one('freelist_count'))) * (await one('page_size'));
    });
  }

  /** Waits for what was asked for, then closes the database. Idempotent. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#queue.end(this.#closedFault()).then(() => this.#driver.close());
    return this.#closing;
  }

  #all(sql: string, parameters: Parameters<SqlTransaction['all']>[1]): Promise<readonly SqlRow[]> {
    return this.#read((transaction) => transaction.all(sql, parameters));
  }

  /** Between two changes: SQLite has one transaction at a time. */
  async #read<T>(work: (transaction: SqlTransaction) => Promise<T>): Promise<T> {
    try {
      return await this.#queue.between(() => this.#driver.transaction('read', work));
    } catch (error) {
      throw storingFault(this.#place, error);
    }
  }

  #change<T>(operation: (transaction: SqlTransaction) => Promise<T>): Promise<T> {
    return this.#queue.add(operation) as Promise<T>;
  }

  async #execute(operations: readonly Operation[]): Promise<readonly Settled<unknown>[]> {
    try {
      const settled = await this.#driver.transaction('write', async (transaction) => {
        const done: Settled<unknown>[] = [];
        for (const operation of operations) done.push(await this.#one(transaction, operation));
        return done;
      });
      this.#isFailing = false;
      return settled;
    } catch (error) {
      // Nothing of it is stored; each caller is told, and the next change may be stored again.
      this.#isFailing = true;
      this.#old.undone();
      const fault = storingFault(this.#place, error);
      return operations.map(() => ({ ok: false, fault }));
    }
  }

  /** What fails by itself is undone, and leaves the others of the transaction as they are. */
  async #one(transaction: SqlTransaction, operation: Operation): Promise<Settled<unknown>> {
    try {
      return { ok: true, value: await transaction.attempt(() => operation(transaction)) };
    } catch (error) {
      if (this.#driver.isStorageFailure(error)) throw error;
      return { ok: false, fault: storingFault(this.#place, error) };
    }
  }

  #closedFault(): ChatRoomFault {
    return new ChatRoomFault('ENTENTE_CHAT_STORE_CLOSED', {
      sentence: 'the database is closed',
      place: this.#place,
      remedy: 'open it again before using it',
    });
  }
}

function messageOf(row: SqlRow): StoredMessage {
  return {
    number: row.number as number,
    id: row.id as string,
    room: row.room as string,
    author: row.author as string,
    sentAt: row.sent_at as number,
    contentType: row.content_type as string,
    body: row.body as Uint8Array,
  };
}
