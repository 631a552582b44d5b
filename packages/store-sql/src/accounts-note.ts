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
 * Where the accounts of an authority are kept.
 * @param directory - its folder
 * @returns undefined where they are in its own database
 */
export async function accountsNotedAt(directory: string): Promise<string | undefined> {
  try {
    const { place } = JSON.parse(await readFile(join(directory, noteFile), 'utf8')) as { place?: unknown };
    return typeof place === 'string' ? place : unreadable;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof SyntaxError) return unreadable;
    throw error;
  }
}

const unreadable = 'another place';
