import { constants } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { aText, checkValue } from '../ground/check-values.ts';
import { PkiFault } from '../ground/fault.ts';
import { giveTo, type Owner } from './owner.ts';

/**
 * Creates a folder, and those above it; one that exists stays as it is.
 * @param path - of the folder
 * @param owner - whose those become that are created; default: who runs the process
 * @param mode - of those that are created; default 0700
 * @throws PkiFault `ENTENTE_PKI_FILE_UNAVAILABLE` where no folder can be created there, as below `/proc`; the fault of Node for any other reason
 */
export async function createFolder(path: string, owner?: Owner, mode = 0o700): Promise<void> {
  checkValue(path, aText, 'path of createFolder');
  for (const created of await createMissing(resolve(path), mode)) {
    if (owner === undefined) continue;
    const folder = await open(created, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
    try {
      await giveTo(folder, owner);
    } finally {
      await folder.close();
    }
  }
}

/**
 * Creates what is missing of a path, one folder after the other. The recursive `mkdir` of Node takes ENOENT for a folder above that is missing: where that
 * one is there and the file system creates nothing in it, as `/proc` does, it tries again without an end.
 * @returns those that were created, from above
 */
async function createMissing(path: string, mode: number): Promise<readonly string[]> {
  const missing: string[] = [];
  for (let at = path; !(await isFolder(at)); at = dirname(at)) {
    missing.unshift(at);
    // A drive of Windows that is not there.
    if (dirname(at) === at) break;
  }
  const created: string[] = [];
  for (const folder of missing) {
    try {
      await mkdir(folder, { mode });
      created.push(folder);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Another process has created it meanwhile.
      if (code === 'EEXIST' && (await isFolder(folder))) continue;
      if (code !== 'ENOENT') throw error;
      throw new PkiFault('ENTENTE_PKI_FILE_UNAVAILABLE', {
        sentence: `no folder can be created in ${dirname(folder)}`,
        place: path,
        remedy: 'name a folder on a disk to which this user may write',
        cause: error,
      });
    }
  }
  return created;
}

/** @throws where it cannot be looked at, for example ENOTDIR */
async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
