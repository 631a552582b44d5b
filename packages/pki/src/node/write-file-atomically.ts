import { randomBytes } from 'node:crypto';
import { constants, lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { PkiFault } from '../ground/fault.ts';
import { isOctets } from '../ground/given.ts';
import { aboutFile } from './explain-file-error.ts';
import { giveTo, type Owner } from './owner.ts';

/** File mode of a certificate: everybody may read it. */
export const publicMode = 0o644;

/** File mode of a key: only its owner may read it. */
export const secretMode = 0o600;

/** Folders in which there are no files of users, but for the one of shared memory. */
const ofSystem = /^\/(dev(?!\/shm\/)|proc|sys)\//;

/** What is written: in parts where it may be longer than a string can be. */
export type FileContent = string | Uint8Array | Iterable<string>;

const nameBytes = 12;
/** Milliseconds after which a draft belongs to no write that is under way: that of a process that was killed. */
const abandonedMs = 600_000;

/**
 * Writes a whole file: as a draft beside it first, flushed, then renamed, so that a reader never sees half of it and a crash leaves
 * the old content or the new. The draft has a name that nobody can guess and is created by this call or not at all, with its mode:
 * others who may write to the folder can neither prepare a link in its place nor open it first. A link at `path` itself is replaced, not
 * followed.
 * @param path - of the file
 * @param content - its content
 * @param mode - file mode of the new file, whatever the umask is
 * @param owner - whose the file becomes, see `ownerOf`; default: who runs the process
 * @throws Error of the file system; the draft is removed then, and the file is as it was
 */
export async function writeWhole(
  path: string,
  content: FileContent,
  mode: number,
  owner?: Owner,
): Promise<void> {
  await (await prepareWhole(path, content, mode, owner)).commit();
}

/**
 * A file takes the place of what has its name: of `/dev/null` too, where the administrator of a machine runs the command, and nothing on that machine
 * works any more.
 */
async function refuseDevice(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  const isOther = found !== undefined && !found.isFile() && !found.isSymbolicLink() && !found.isDirectory();
  if (!isOther && !ofSystem.test(resolve(path))) return;
  throw new PkiFault('ENTENTE_PKI_FILE_UNAVAILABLE', {
    sentence: 'expected the name of a file, found a device, a pipe, a socket, or a place of the system',
    place: path,
    remedy: 'name a file; to see what is in it, show that with cat',
  });
}

/** A file that is on disk already, and not in its place yet. */
export interface PreparedFile {
  /**
   * Puts it in its place.
   * @throws Error of the file system; the draft is removed then, and the file is as it was
   */
  commit(): Promise<void>;
  /** Removes the draft, where it is not in its place. Never rejects. */
  discard(): Promise<void>;
}

/**
 * The first half of {@link writeWhole}: whether there is room for a file is known before that is done which it is the result of.
 * @param path - of the file
 * @param content - its content
 * @param mode - file mode of the new file, whatever the umask is
 * @param owner - whose the file becomes, see `ownerOf`; default: who runs the process
 * @throws Error of the file system; no draft is left then; PkiFault `ENTENTE_PKI_FILE_UNAVAILABLE` where it would take the place of a device
 */
export async function prepareWhole(
  path: string,
  content: FileContent,
  mode: number,
  owner?: Owner,
): Promise<PreparedFile> {
  const folder = dirname(path);
  await refuseDevice(path);
  const draft = join(folder, `${draftPrefix(path)}${randomBytes(nameBytes).toString('hex')}.new`);
  await writeDraft(draft, content, mode, owner).catch((error: unknown) => {
    throw aboutFile(error, draft, path);
  });
  const discard = () => rm(draft, { force: true }).catch(() => {});
  return {
    async commit() {
      try {
        await rename(draft, path);
      } catch (error) {
        await discard();
        throw aboutFile(error, draft, path);
      }
      await syncFolder(folder);
      await removeDrafts(folder, [basename(path)], abandonedMs);
    },
    discard,
  };
}

/**
 * Writes a file that does not exist yet, and flushes it.
 * @param draft - its path
 * @param content - its content
 * @param mode - its file mode
 * @param owner - whose it becomes; default: who runs the process
 * @throws Error with code `EEXIST` where anything has that name already, a link that leads nowhere too
 */
export async function writeDraft(
  draft: string,
  content: FileContent,
  mode: number,
  owner?: Owner,
): Promise<void> {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const file = await open(draft, flags, mode);
  try {
    // The umask may have taken bits away that readers of certificates need.
    await file.chmod(mode);
    if (owner !== undefined) await giveTo(file, owner);
    if (typeof content === 'string' || isOctets(content)) await file.writeFile(content);
    else for (const part of content) await file.writeFile(part);
    await file.sync();
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/**
 * Makes the names in a folder durable.
 * @param path - of the folder
 */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

/**
 * Removes drafts of {@link writeWhole}. A process that is killed leaves its draft behind: with a key in it, and under a name that no other
 * write takes.
 * @param folder - in which the files are
 * @param names - of the files
 * @param olderThanMs - age of a draft that is removed; undefined: any, where no other process writes to the folder
 */
export async function removeDrafts(
  folder: string,
  names: readonly string[],
  olderThanMs?: number,
): Promise<void> {
  const prefixes = names.map(draftPrefix);
  const random = nameBytes * 2 + '.new'.length;
  for (const name of await readdir(folder)) {
    const prefix = prefixes.find((one) => name.length === one.length + random && name.startsWith(one));
    if (prefix === undefined || !name.endsWith('.new')) continue;
    const draft = join(folder, name);
    const status = await lstat(draft).catch(() => undefined);
    if (status === undefined) continue;
    if (olderThanMs === undefined || Date.now() - status.mtimeMs > olderThanMs)
      await rm(draft, { force: true });
  }
}

function draftPrefix(path: string): string {
  return `.${basename(path)}.`;
}
