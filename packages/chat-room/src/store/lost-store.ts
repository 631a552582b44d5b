import { stat, writeFile } from 'node:fs/promises';
import { ChatRoomFault } from '../fault.ts';

/** Beside the database: that there was one. Copied with it by `rooms.sqlite*`. */
const noteOf = (file: string): string => `${file}.begun`;

/**
 * Refuses to begin with no rooms where there were some: the server would answer every member that they are none, and what they had
 * would be forgotten without a word.
 * @param file - of the database
 * @throws ChatRoomFault `ENTENTE_CHAT_STORE_LOST`; the error of the system where the folder cannot be read
 */
export async function refuseLost(file: string): Promise<void> {
  if ((await sizeOf(file)) > 0 || !(await isNoted(file))) return;
  throw lost(file, 'none or an empty file');
}

/**
 * Refuses a database without tables where there were some: until the log beside it is first copied into it, all that was acknowledged is in that log,
 * and the file alone has nothing of it.
 * @param file - of the database
 * @param schemaVersion - of the database, before its schema is brought up to date; 0 for one without tables
 * @throws ChatRoomFault `ENTENTE_CHAT_STORE_LOST`; the error of the system where the folder cannot be read
 */
export async function refuseEmptied(file: string, schemaVersion: number): Promise<void> {
  if (schemaVersion > 0 || !(await isNoted(file))) return;
  throw lost(file, `one without tables; its log ${file}-wal is missing or damaged`);
}

function lost(file: string, found: string): ChatRoomFault {
  return new ChatRoomFault('ENTENTE_CHAT_STORE_LOST', {
    sentence: `expected the database of the rooms, which was here before, found ${found}`,
    place: file,
    remedy: `put ${file}* back from a backup; to begin without members and history, remove ${noteOf(file)}`,
  });
}

async function isNoted(file: string): Promise<boolean> {
  return (await sizeOf(noteOf(file))) !== missing;
}

/**
 * Notes that there is a database from now on.
 * @param file - of the database, which is on the disk
 * @throws the error of the system
 */
export async function noteBegun(file: string): Promise<void> {
  if (!(await isNoted(file))) await writeFile(noteOf(file), '', { mode: 0o600 });
}

const missing = -1;

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return missing;
    throw error;
  }
}
