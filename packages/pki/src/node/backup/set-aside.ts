import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** What `restoreBackup` adds to the name of a folder that it sets aside. */
const suffix = /^\.replaced-[0-9]{8}T[0-9]{6}Z$/;

/**
 * Finds the folders that `restoreBackup` has set aside.
 * @param directory - of the authority; it may be absent
 * @returns their paths, the newest one last; none where the folder above cannot be read
 */
export async function foldersSetAside(directory: string): Promise<readonly string[]> {
  const folder = await realpath(directory).catch(() => directory);
  const [parent, own] = [dirname(folder), basename(folder)];
  const names = await readdir(parent).catch(() => []);
  const aside = names.filter((name) => name.startsWith(own) && suffix.test(name.slice(own.length)));
  return aside.sort().map((name) => join(parent, name));
}
