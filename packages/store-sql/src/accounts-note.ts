import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { publicMode, writeWhole } from '@entente/pki/node';

/** In the folder of an authority: where its accounts are kept, if not in its own database. */
const noteFile = 'accounts.json';

/**
 * Notes where the accounts of an authority are kept from now on. Those in its own database are old where that is elsewhere, and must not come
 * into force again because a setting was lost.
 * @param directory - folder of the authority
 * @param place - of the directory of accounts; undefined for the database of the authority
 */
export async function noteAccountsAt(directory: string, place: string | undefined): Promise<void> {
  const path = join(directory, noteFile);
  if (place === undefined) await rm(path, { force: true });
  else await writeWhole(path, `${JSON.stringify({ place })}\n`, publicMode);
}

/**
 * Notes that there were accounts where they are kept: a directory that has never had any is from now on one that has lost them.
 * @param directory - folder of the authority
 * @param place - of the directory of accounts
 */
export async function noteAccountsSeenAt(directory: string, place: string): Promise<void> {
  if (!(await wereAccountsSeenAt(directory, place)))
    await writeWhole(join(directory, noteFile), `${JSON.stringify({ place, seen: true })}\n`, publicMode);
}

/** Whether there were accounts at a place, as {@link noteAccountsSeenAt} has noted. */
export async function wereAccountsSeenAt(directory: string, place: string): Promise<boolean> {
  const note = await readNote(directory);
  return note?.place === place && note.seen === true;
}

/**
 * Where the accounts of an authority are kept.
 * @param directory - its folder
 * @returns undefined where they are in its own database
 */
export async function accountsNotedAt(directory: string): Promise<string | undefined> {
  const note = await readNote(directory);
  if (note === undefined) return undefined;
  return typeof note.place === 'string' ? note.place : 'another place';
}

/** What the note has; nothing of one that cannot be read as JSON, and undefined where there is none. */
async function readNote(
  directory: string,
): Promise<{ readonly place?: unknown; readonly seen?: unknown } | undefined> {
  try {
    const note: unknown = JSON.parse(await readFile(join(directory, noteFile), 'utf8'));
    return note ?? {};
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
