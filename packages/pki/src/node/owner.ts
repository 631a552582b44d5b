import { type FileHandle, stat } from 'node:fs/promises';

/** Whose a file is. */
export interface Owner {
  /** Numeric id of the user. */
  readonly uid: number;
  /** Numeric id of the group. */
  readonly gid: number;
}

/**
 * Whose a file must be that a command of root creates in a folder: a service that runs as another user could not read it otherwise.
 * @param folder - its path
 * @returns undefined where nothing has to be given away: the process is not root, or the folder is not there yet
 */
export async function ownerOf(folder: string): Promise<Owner | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  try {
    const { gid, uid } = await stat(folder);
    return { gid, uid };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Gives an open file or folder to its owner. By the handle, so that no other file takes its place meanwhile.
 * @param file - created by this process
 * @param owner - whose it becomes
 */
export async function giveTo(file: FileHandle, owner: Owner): Promise<void> {
  const { gid, uid } = await file.stat();
  // Others than root may give nothing away, and belong to few groups.
  if (uid === owner.uid && (gid === owner.gid || process.getuid?.() !== 0)) return;
  await file.chown(owner.uid, owner.gid);
}
