import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { authorityFiles } from '../authority-files.ts';
import { foldersSetAside } from './set-aside.ts';

/**
 * Finds the keys of roots in the folder of an authority: that of the first one, and those of the next ones.
 * @param directory - of the authority
 * @returns their paths; none where the folder cannot be read
 */
export async function rootKeysIn(directory: string): Promise<readonly string[]> {
  const first = join(directory, authorityFiles.rootKey);
  const hasFirst = await access(first).then(
    () => true,
    () => false,
  );
  const roots = join(directory, 'roots');
  const next = (await namesIn(roots)).filter((name) => /^[0-9]+\.key$/.test(name));
  return [...(hasFirst ? [first] : []), ...next.map((name) => join(roots, name))];
}

/**
 * Finds the keys of roots in folders that `restoreBackup` has set aside: no backup has them, so that they are lost with the folder.
 * @param directory - of the authority
 * @returns their paths; none where the folders cannot be read
 */
export async function rootKeysSetAside(directory: string): Promise<readonly string[]> {
  return (await Promise.all((await foldersSetAside(directory)).map(rootKeysIn))).flat();
}

async function namesIn(directory: string): Promise<readonly string[]> {
  return (await readdir(directory).catch(() => [])).sort();
}
