import { remedyOfEnd, startOwnThread } from '@entente/store-sql/sqlite';
import { ChatRoomFault } from '../fault.ts';
import { type BatchAnswer, faultOf, type Order } from './order.ts';
import type { FromThread, ThreadData, ToThread } from './thread-messages.ts';

/** The open database of rooms, wherever it runs. */
export interface RoomDatabase {
  /** Executes orders as one transaction. Rejects only where the thread of the database has ended: nobody knows what is stored of them. */
  execute(orders: readonly Order[]): Promise<BatchAnswer>;
  /** Closes the database, and resolves when its lock is free. */
  close(): Promise<void>;
}

/**
 * Opens the database of rooms in a thread of its own: no flush of the disk holds up a connection.
 * @param file - created where it does not exist
 * @param onEnded - told once, where the thread has ended by itself
 * @throws ChatRoomFault of opening
 */
export async function startThread(
  file: string,
  onEnded: (fault: ChatRoomFault) => void,
): Promise<RoomDatabase> {
  const thread = startOwnThread<ToThread, FromThread>(
    {
      from: import.meta.url,
      entry: { built: './room-thread.js', source: './thread-from-source.mjs' },
      workerData: { file } satisfies ThreadData,
      onEnded: (cause) => onEnded(threadEnded(file, cause)),
    },
    (cause) => threadEnded(file, cause),
  );
  const opening = await thread.next();
  if (opening.type === 'not-opened') {
    await thread.end();
    throw faultOf(opening.fault);
  }
  return {
    async execute(orders) {
      const message = await thread.next({ type: 'execute', orders });
      return message.type === 'executed' ? message.answer : { outcomes: [] };
    },
    close: () => thread.end({ type: 'close' }),
  };
}

function threadEnded(place: string, cause: unknown): ChatRoomFault {
  return new ChatRoomFault('ENTENTE_CHAT_STORE_UNAVAILABLE', {
    sentence: `the thread of the database has ended: ${(cause as Partial<Error>).message ?? String(cause)}`,
    place,
    remedy: remedyOfEnd(
      cause,
      'it is started again at once; where this comes again, give the server more memory, and look at its log',
    ),
    cause,
  });
}
