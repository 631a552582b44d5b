import { chmod, readdir, stat } from 'node:fs/promises';
import { shellWord } from '@entente/trust';
import { PkiFault } from '../ground/fault.ts';
import { createFolder } from './create-folder.ts';

const ownMode = 0o700;
/** Bits of the mode of a folder that let others than the owner replace what is in it. */
const othersWriteMask = 0o022;

/**
 * Refuses the path of a file, and one that leads through a file.
 * @param directory - of the authority; need not exist
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`
 */
export async function refuseFile(directory: string): Promise<void> {
  const isFolder = await stat(directory).then(
    (found) => found.isDirectory(),
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return true;
      if (error.code === 'ENOTDIR') return false;
      throw error;
    },
  );
  if (isFolder) return;
  throw new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
    sentence: 'expected the path of a folder, found a file there or on the way',
    place: `option directory of openAuthority, ${directory}`,
    remedy: 'choose another directory, or move the file away',
  });
}

/**
 * Creates the folder of an authority, or takes an empty one: it gets mode 0700. One that holds anything else keeps its mode, because others may
 * have a right to what is in it: {@link refuseSharedFolder} judges it.
 * @param directory - of the authority
 * @throws PkiFault `ENTENTE_PKI_FILE_UNAVAILABLE` where no folder can be created there
 */
export async function takeFolder(directory: string): Promise<void> {
  await createFolder(directory);
  if ((await readdir(directory)).length > 0) return;
  await chmod(directory, ownMode).catch((error: NodeJS.ErrnoException) => {
    // A folder of another user, e.g. a volume: it is judged like one that is opened.
    if (error.code !== 'EPERM') throw error;
  });
}

/**
 * Refuses a folder in which others may put a ledger or a root of their own.
 * @param directory - of the authority
 * @throws PkiFault `ENTENTE_PKI_SECRET_EXPOSED`
 */
export async function refuseSharedFolder(directory: string): Promise<void> {
  // There are no such modes on Windows. Where there is no folder, there is no authority, which is said elsewhere.
  if (process.platform === 'win32') return;
  const mode = await stat(directory).then(
    (found) => found.mode,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return 0;
      throw error;
    },
  );
  if ((mode & othersWriteMask) === 0) return;
  throw new PkiFault('ENTENTE_PKI_SECRET_EXPOSED', {
    sentence: `the folder of the authority has mode 0${(mode & 0o777).toString(8)}, so that others may replace what is in it`,
    place: directory,
    remedy: `find out who could write to it; then run chmod 700 ${shellWord(directory)}, and start again`,
  });
}
