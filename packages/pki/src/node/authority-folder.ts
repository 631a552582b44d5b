import { randomBytes } from 'node:crypto';
import { link, lstat, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { createFolder } from './create-folder.ts';
import { ownerOf } from './owner.ts';
import { type PlainFile, readPlain } from './read-plain.ts';
import { syncFolder, writeDraft, writeWhole } from './write-file-atomically.ts';

/**
 * The files of an authority that change in a rollover. Each call is one step: a crash leaves the state before it, or that after it. What root
 * creates belongs to the owner of the folder, as whom the authority runs.
 */
export interface AuthorityFolder {
  /** With which its keys are encrypted; undefined where they are not. */
  readonly passphrase: string | undefined;
  /** Full path of a file, for messages. */
  pathOf(name: string): string;
  /** @returns undefined where there is no such file */
  read(name: string): Promise<Buffer | undefined>;
  /**
   * Reads what somebody has brought, see `readPlain`.
   * @returns undefined where there is no such file
   */
  readBrought(name: string, maxBytes: number): Promise<PlainFile | undefined>;
  /** Whether there is a file of this name; a link that leads nowhere counts as none. */
  exists(name: string): Promise<boolean>;
  /** Replaces the whole file. */
  write(name: string, content: string, mode: number): Promise<void>;
  /** Creates a file; one that exists stays as it is. */
  create(name: string, content: string, mode: number): Promise<void>;
  /**
   * Gives a file another name, whatever it is: a link is moved, not followed. What has the other name is removed.
   * @returns false where there is no such file
   */
  move(name: string, to: string): Promise<boolean>;
  /** Removes a file; one that is not there is left out. */
  remove(name: string): Promise<void>;
  /**
   * Overwrites and removes a key. A disk or file system that keeps old blocks may keep the key: only a hardware module can promise more.
   */
  destroy(name: string): Promise<void>;
}

/**
 * The files of an authority on disk.
 * @param directory - of the authority
 * @param passphrase - with which its keys are encrypted; default: they are not
 */
export function authorityFolder(directory: string, passphrase?: string): AuthorityFolder {
  const pathOf = (name: string): string => join(directory, name);
  return {
    passphrase,
    pathOf,
    async read(name) {
      try {
        return await readFile(pathOf(name));
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw error;
      }
    },
    readBrought: (name, maxBytes) => readPlain(pathOf(name), maxBytes),
    exists: (name) =>
      stat(pathOf(name)).then(
        () => true,
        (error: unknown) => {
          if (isMissing(error)) return false;
          throw error;
        },
      ),
    async write(name, content, mode) {
      const owner = await ownerOf(directory);
      await createFolder(dirname(pathOf(name)), owner);
      await writeWhole(pathOf(name), content, mode, owner);
    },
    async create(name, content, mode) {
      const path = pathOf(name);
      const folder = dirname(path);
      const owner = await ownerOf(directory);
      await createFolder(folder, owner);
      const draft = join(folder, `.${basename(path)}.${randomBytes(12).toString('hex')}.new`);
      await writeDraft(draft, content, mode, owner);
      try {
        // Two processes may do this at once: the first one wins, and a reader never sees half of the file.
        await link(draft, path);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      } finally {
        await rm(draft, { force: true });
      }
      await syncFolder(folder);
    },
    async move(name, to) {
      try {
        await lstat(pathOf(name));
      } catch (error) {
        if (isMissing(error)) return false;
        throw error;
      }
      // No file takes the place of a folder by a rename alone.
      await rm(pathOf(to), { recursive: true, force: true });
      await rename(pathOf(name), pathOf(to));
      await syncFolder(dirname(pathOf(to)));
      return true;
    },
    async remove(name) {
      await rm(pathOf(name), { force: true });
      await syncFolder(dirname(pathOf(name)));
    },
    async destroy(name) {
      const path = pathOf(name);
      const file = await open(path, 'r+').catch((error: unknown) => {
        if (isMissing(error)) return undefined;
        throw error;
      });
      if (file === undefined) return;
      try {
        const { size } = await file.stat();
        await file.write(randomBytes(Math.max(size, 1)), 0, Math.max(size, 1), 0);
        await file.sync();
      } finally {
        await file.close();
      }
      await rm(path, { force: true });
      await syncFolder(dirname(path));
    },
  };
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}
