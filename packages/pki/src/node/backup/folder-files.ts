import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isBackupPath } from './backup-path.ts';

/** A file of the folder of an authority, as it is now. */
export interface FolderFile {
  readonly path: string;
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** Whether only its owner may read it. */
  readonly isPrivate: boolean;
}

/**
 * Reads the files of an authority that belong into a backup, without its database. A link to a file counts as the file.
 * @param directory - of the authority
 * @param isDatabase - whether a path is of the database
 * @param each - receives the content of each
 * @returns in the order of their paths
 */
export async function folderFiles(
  directory: string,
  isDatabase: (path: string) => boolean,
  each: (path: string, content: Buffer) => Promise<void> = async () => {},
): Promise<readonly FolderFile[]> {
  const found: FolderFile[] = [];
  for (const path of (await pathsIn(directory, '')).sort()) {
    if (isDatabase(path)) continue;
    const full = join(directory, path);
    const { mode } = await stat(full);
    const content = await readFile(full);
    await each(path, content);
    found.push({
      path,
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      isPrivate: (mode & 0o077) === 0,
    });
  }
  return found;
}

/** SHA-256 of a file of any size, lower-case hexadecimal. */
export async function hashOfFile(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function pathsIn(directory: string, below: string): Promise<string[]> {
  const paths: string[] = [];
  for (const entry of await readdir(join(directory, below), { withFileTypes: true })) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (!isBackupPath(path)) continue;
    if (entry.isDirectory()) paths.push(...(await pathsIn(directory, path)));
    else if (entry.isFile()) paths.push(path);
    else if (entry.isSymbolicLink() && (await stat(join(directory, path))).isFile()) paths.push(path);
  }
  return paths;
}
