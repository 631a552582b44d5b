import type { SqliteDriver } from '@entente/store-sql/sqlite';
import { ChatRoomFault, type ChatRoomFaultCode } from '../fault.ts';

const byCode: Readonly<Record<string, readonly [ChatRoomFaultCode, sentence: string, remedy: string]>> = {
  ENTENTE_PKI_LEDGER_LOCKED: [
    'ENTENTE_CHAT_STORE_LOCKED',
    'another process has the database open, and only one may open it at a time',
    'stop the chat server that uses this file; the lock ends with its process',
  ],
  ENTENTE_PKI_LEDGER_DAMAGED: [
    'ENTENTE_CHAT_STORE_DAMAGED',
    'the database is damaged',
    'stop the chat server and restore the file from a backup',
  ],
  ENTENTE_PKI_LEDGER_TOO_NEW: [
    'ENTENTE_CHAT_STORE_TOO_NEW',
    'a newer program has written the database',
    'start the newer release again, or restore the backup from before the update',
  ],
};

/**
 * The fault of a database that cannot be opened, in the words of a chat server.
 * @param place - its file
 * @param cause - what the driver threw
 */
export function openingFault(place: string, cause: unknown): ChatRoomFault {
  const known = byCode[(cause as { code?: string }).code ?? ''];
  if (known === undefined) return storingFault(place, cause);
  const [code, sentence, remedy] = known;
  return new ChatRoomFault(code, { sentence, place, remedy, cause });
}

/**
 * The fault of a database that cannot be read or written now.
 * @param place - its file
 * @param cause - what the driver threw
 */
export function storingFault(place: string, cause: unknown): ChatRoomFault {
  if (cause instanceof ChatRoomFault) return cause;
  return new ChatRoomFault('ENTENTE_CHAT_STORE_UNAVAILABLE', {
    sentence: `the database cannot be used: ${(cause as Error).message}`,
    place,
    remedy: 'check that the folder exists, that the chat server may write in it, and that the disk has space',
    cause,
  });
}

/**
 * The fault of a database whose file is not where it was opened. SQLite writes on to one that has no name any more: nothing of it would be there after a
 * restart.
 * @param place - its file
 * @param found - what is there
 * @returns undefined where it is the one that is open
 */
export function misplacedFault(
  place: string,
  found: ReturnType<SqliteDriver['inPlace']>,
): ChatRoomFault | undefined {
  if (found === 'same') return undefined;
  return new ChatRoomFault('ENTENTE_CHAT_STORE_UNAVAILABLE', {
    sentence: `expected the database that is open here, found ${found === 'none' ? 'no file' : 'another file'} in its place: it was deleted, moved or replaced while it was in use`,
    place,
    remedy: `do not restart the chat server: put ${place}* back from where they were moved to, and it goes on by itself; where they were deleted, copy ${place} and ${place}-wal out of /proc/<process>/fd of the chat server first, and put these in their place when it is stopped`,
  });
}
