import type { SqlRow, SqlTransaction } from '@entente/store-sql/sqlite';
import type { OldMessages } from './old-messages.ts';
import type {
  AddedMessage,
  DeliveryCounts,
  MemberRole,
  NewMessage,
  PendingDelivery,
  StoredMember,
  StoredMessage,
} from './stored.ts';

interface Operation<P extends readonly unknown[], V> {
  /** `read` for what changes nothing. */
  readonly mode: 'read' | 'write';
  readonly run: (transaction: SqlTransaction, old: OldMessages, ...parameters: P) => Promise<V>;
}

type Run<P extends readonly unknown[], V> = Operation<P, V>['run'];

const read = <P extends readonly unknown[], V>(run: Run<P, V>): Operation<P, V> => ({ mode: 'read', run });
const write = <P extends readonly unknown[], V>(run: Run<P, V>): Operation<P, V> => ({ mode: 'write', run });

/**
 * What is asked of the database of rooms, by name, as it goes to the thread of the database. Each change may be executed twice: where the thread has
 * ended before it answered, nobody knows whether it is stored.
 */
export const operations = {
  members: read(async (transaction): Promise<readonly StoredMember[]> => {
    const rows = await transaction.all(
      'SELECT room, address, role FROM members ORDER BY room, since, address',
      [],
    );
    return rows.map(({ address, role, room }) => ({
      room: room as string,
      address: address as string,
      role: role as MemberRole,
    }));
  }),

  setMember: write(async (transaction, _, { address, role, room }: StoredMember, now: number) => {
    await transaction.run(
      'INSERT INTO members (room, address, role, since) VALUES (?, ?, ?, ?) ON CONFLICT (room, address) DO UPDATE SET role = excluded.role',
      [room, address, role, now],
    );
  }),

  removeMember: write(async (transaction, _, room: string, address: string) => {
    await transaction.run('DELETE FROM members WHERE room = ? AND address = ?', [room, address]);
  }),

  addMessage: write(
    async (
      transaction,
      old,
      message: NewMessage,
      members: readonly string[],
      keep: number,
    ): Promise<AddedMessage> => {
      const { author, body, contentType, id, room, sentAt, source } = message;
      const isInserted =
        (await transaction.run(
          'INSERT INTO messages (id, room, author, source, sent_at, content_type, body, ran_at) VALUES (?, ?, ?, ?, ?, ?, ?, (SELECT ms FROM run_time)) ON CONFLICT (room, source) DO NOTHING',
          [id, room, author, source, sentAt, contentType, body],
        )) > 0;
      const [row] = await transaction.all('SELECT number, id FROM messages WHERE room = ? AND source = ?', [
        room,
        source,
      ]);
      // By the id: what this same call has stored before the thread ended is new to its author.
      const stored = { number: row?.number as number, id: row?.id as string, isNew: row?.id === id };
      if (!isInserted) return stored;
      for (const member of members)
        await transaction.run('INSERT INTO deliveries (message, member) VALUES (?, ?)', [
          stored.number,
          member,
        ]);
      await old.prune(transaction, room, keep);
      return stored;
    },
  ),

  pending: read(async (transaction): Promise<readonly PendingDelivery[]> => {
    const rows = await transaction.all(
      'SELECT d.message, d.member, m.room, (SELECT ms FROM run_time) - m.ran_at AS tried FROM deliveries d JOIN messages m ON m.number = d.message WHERE d.status IS NULL ORDER BY d.message',
      [],
    );
    return rows.map(({ member, message, room, tried }) => ({
      number: message as number,
      room: room as string,
      member: member as string,
      triedMs: tried as number,
    }));
  }),

  delivered: write(async (transaction, _, number: number, member: string, status: number, now: number) => {
    await transaction.run('UPDATE deliveries SET status = ?, at = ? WHERE message = ? AND member = ?', [
      status,
      now,
      number,
      member,
    ]);
  }),

  ran: write(async (transaction, _, ms: number) => {
    await transaction.run('UPDATE run_time SET ms = ms + ?', [ms]);
  }),

  message: read(async (transaction, _, number: number): Promise<StoredMessage | undefined> => {
    const [row] = await transaction.all('SELECT * FROM messages WHERE number = ?', [number]);
    return row === undefined ? undefined : messageOf(row);
  }),

  history: read(async (transaction, _, room: string, count: number): Promise<readonly StoredMessage[]> => {
    const rows = await transaction.all('SELECT * FROM messages WHERE room = ? ORDER BY number DESC LIMIT ?', [
      room,
      count,
    ]);
    return rows.map(messageOf).reverse();
  }),

  receipts: read(
    async (
      transaction,
      _,
      room: string,
      author: string,
      id: string | undefined,
    ): Promise<DeliveryCounts | undefined> => {
      const [row] = await transaction.all(
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
    },
  ),

  makeRoom: write((transaction, old, most: number) => old.makeRoom(transaction, most)),

  bytes: read(async (transaction) => {
    const one = async (pragma: string) =>
      Number(Object.values((await transaction.all(`PRAGMA ${pragma}`, []))[0] ?? {})[0] ?? 0);
    return ((await one('page_count')) - (await one('freelist_count'))) * (await one('page_size'));
  }),
};

/** The name of an operation. */
export type OperationName = keyof typeof operations;

/** What an operation takes. */
export type OperationParameters<N extends OperationName> =
  Parameters<(typeof operations)[N]['run']> extends [unknown, unknown, ...infer P]
    ? P
    : // Of an operation that takes nothing.
      [];

/** What an operation gives. */
export type OperationValue<N extends OperationName> = Awaited<ReturnType<(typeof operations)[N]['run']>>;

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
