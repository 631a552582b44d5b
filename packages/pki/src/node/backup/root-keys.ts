import { access, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { authorityFiles } from '../authority-files.ts';

/** What `restoreBackup` adds to the name of a folder that it sets aside. */
const setAsideSuffix = /^\.replaced-[0-9]{8}T[0-9]{6}Z$/;

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
  const folder = await realpath(directory).catch(() => directory);
  const [parent, own] = [dirname(folder), basename(folder)];
  const aside = (await namesIn(parent)).filter(
    (name) => name.startsWith(own) && setAsideSuffix.test(name.slice(own.length)),
  );
  return (await Promise.all(aside.map((name) => rootKeysIn(join(parent, name))))).flat();
}

async function namesIn(directory: string): Promise<readonly string[]> {
  return (await readdir(directory).catch(() => [])).sort();
}
