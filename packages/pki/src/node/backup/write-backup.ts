import { randomBytes } from 'node:crypto';
import { lstat, mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { shellWord } from '@entente/trust';
import { checkOptions } from '../../ground/check-options.ts';
import { PkiFault } from '../../ground/fault.ts';
import { authorityFolder } from '../authority-folder.ts';
import { createFolder } from '../create-folder.ts';
import { manifestFile } from '../manifest-file.ts';
import { missingFiles } from '../missing-files.ts';
import { secretMode, syncFolder, writeDraft } from '../write-file-atomically.ts';
import { backupKey } from './backup-key.ts';
import { isSecretPath } from './backup-path.ts';
import { signatureFile, signerOf, signManifest } from './backup-signature.ts';
import { type FolderFile, folderFiles, hashOfFile } from './folder-files.ts';
import { type BackedUpFile, type BackupManifest, formatManifest } from './manifest.ts';

/** What a backup is taken of. */
export interface BackupOptions {
  /** Folder of the authority. */
  readonly directory: string;
  /** The folder to be written; it does not exist yet. */
  readonly to: string;
  /** The database of the authority. */
  readonly database: {
    /** Its name in the folder; files whose names begin with it are its own. */
    readonly file: string;
    /** Writes a copy, as it is at one moment. */
    copyTo(file: string): Promise<void>;
  };
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /**
   * Called once `to` is found to be a place for a backup, and before anything is written: the place for an audit trail. Where it rejects, nothing
   * is written.
   */
  readonly onBegin?: () => Promise<void>;
  /** Told how many files are copied: 0 before the database, then each of them. Begins again where all is copied again. */
  readonly onProgress?: (files: number) => void;
}

/** A backup that is complete. */
export interface SignedBackup extends BackupManifest {
  /** The key that has signed it: lower-case hexadecimal SHA-256 of its SubjectPublicKeyInfo. Who restores the backup names it. */
  readonly signer: string;
  /** Why the folder of the authority could not keep that key, so that the next backup has another one; absent where it has it. */
  readonly signerUnsaved?: string;
}

/** What a rename finds where the name has been taken meanwhile. */
const taken: ReadonlySet<unknown> = new Set(['EEXIST', 'ENOTEMPTY', 'ENOTDIR']);
/** Attempts; each fails only if a file changes while the database is copied. */
const attempts = 20;

/**
 * Writes a backup of an authority, also while it runs. Everything in it is as it was at one moment: the database is copied between two of its
 * transactions, and the other files are the same before that and after it; where one has changed, all is copied again. Each file has mode 0600,
 * and the folder appears once it is complete. It is signed by a key that stays in the folder of the authority, and is created where there is none.
 * @param options - what is copied, and where to
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_EXISTS` where something is there already, `ENTENTE_PKI_BAD_ARGUMENT` where it would be in the folder of
 *   the authority, `ENTENTE_PKI_FILE_UNAVAILABLE`, `ENTENTE_PKI_SECRET_EXPOSED`, `ENTENTE_PKI_AUTHORITY_DAMAGED`; what `onBegin` throws
 */
export async function writeBackup(options: BackupOptions): Promise<SignedBackup> {
  checkOptions(options, ['directory', 'to', 'database', 'now'], ['onBegin', 'onProgress'], 'writeBackup');
  const { database, directory, to } = options;
  if (isInside(directory, to)) throw inside(to);
  await refuseExisting(to);
  await refuseIncomplete(directory);
  await options.onBegin?.();
  const draft = join(dirname(to), `.${basename(to)}.${randomBytes(12).toString('hex')}.new`);
  try {
    const { key, unsaved } = await backupKey(authorityFolder(directory));
    await createFolder(dirname(to));
    for (let attempt = 1; attempt <= attempts; attempt++) {
      await mkdir(draft, { mode: 0o700 });
      const manifest = await copyOnce(options, draft).catch((error: NodeJS.ErrnoException) => {
        // A file was removed while the folder was read.
        if (error.code === 'ENOENT') return undefined;
        throw error;
      });
      if (manifest !== undefined) {
        const text = formatManifest(manifest);
        await writeDraft(join(draft, manifestFile), text, secretMode);
        await writeDraft(join(draft, signatureFile), signManifest(text, key), secretMode);
        await syncFolder(draft);
        await rename(draft, to);
        await syncFolder(dirname(to));
        const signer = signerOf(key);
        return { ...manifest, signer, ...(unsaved === undefined ? {} : { signerUnsaved: unsaved }) };
      }
      await rm(draft, { recursive: true });
    }
  } catch (cause) {
    await rm(draft, { recursive: true, force: true });
    if (cause instanceof PkiFault) throw cause;
    const { code, path } = cause as NodeJS.ErrnoException;
    if (path !== undefined && isInside(directory, path)) throw unreadable(directory, path, cause as Error);
    // Another backup of this name was faster.
    if (taken.has(code)) throw existing(to);
    throw unavailable(to, `the backup could not be written: ${(cause as Error).message}`, cause);
  }
  throw unavailable(
    directory,
    `the files of the authority did not stay the same for a moment: ${attempts} attempts, and no two with the same ${database.file}`,
  );
}

/** @returns undefined where a file has changed meanwhile */
async function copyOnce(
  { database, directory, now, onProgress }: BackupOptions,
  draft: string,
): Promise<BackupManifest | undefined> {
  const isDatabase = (path: string): boolean => path.startsWith(database.file);
  const before = await folderFiles(directory, isDatabase);
  const copy = join(draft, database.file);
  onProgress?.(0);
  await database.copyTo(copy);
  let copied = 1;
  onProgress?.(copied);
  const takenAt = now();
  const after = await folderFiles(directory, isDatabase, async (path, content) => {
    await mkdir(dirname(join(draft, path)), { recursive: true, mode: 0o700 });
    await writeDraft(join(draft, path), content, secretMode);
    copied += 1;
    onProgress?.(copied);
  });
  if (!isSame(before, after)) return undefined;
  const files: BackedUpFile[] = after.map(({ bytes, isPrivate, path, sha256 }) => ({
    path,
    bytes,
    sha256,
    mode: isPrivate ? 0o600 : 0o644,
    secret: isSecretPath(path),
  }));
  const { size } = await stat(copy);
  files.push({
    path: database.file,
    bytes: size,
    sha256: await hashOfFile(copy),
    mode: 0o600,
    secret: false,
  });
  return { takenAt, files: files.sort((one, other) => (one.path < other.path ? -1 : 1)) };
}

function isSame(before: readonly FolderFile[], after: readonly FolderFile[]): boolean {
  return (
    before.length === after.length &&
    before.every((one, index) => {
      const other = after[index];
      return one.path === other?.path && one.sha256 === other.sha256;
    })
  );
}

async function refuseExisting(to: string): Promise<void> {
  // A link that leads nowhere is something too.
  const exists = await lstat(to).then(
    () => true,
    () => false,
  );
  if (exists) throw existing(to);
}

/** What is restored of it would not open, and earlier backups are removed because there is a later one. */
async function refuseIncomplete(directory: string): Promise<void> {
  const missing = await missingFiles(directory);
  const [first] = missing;
  if (first === undefined) return;
  throw new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
    sentence: `no backup is written: without ${missing.join(', ')} no authority could be started from it`,
    place: join(directory, first),
    remedy:
      'keep the earlier backups; put the file back from a copy of the folder or from the last backup that has it, and do not restart the authority before, which may have its key in memory alone',
  });
}

function existing(to: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_AUTHORITY_EXISTS', {
    sentence: 'expected a folder that does not exist yet, found that there is something with this name',
    place: to,
    remedy: 'name another folder, e.g. one with the date in its name; nothing is overwritten',
  });
}

function isInside(directory: string, to: string): boolean {
  const path = relative(resolve(directory), resolve(to));
  return path !== '..' && !path.startsWith(`..${sep}`);
}

function inside(to: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
    sentence:
      'the backup would be in the folder that it is a copy of: lost with it, and part of the next one',
    place: to,
    remedy: 'name a folder beside that of the authority, or on another disk',
  });
}

function unreadable(directory: string, place: string, cause: Error): PkiFault {
  return new PkiFault('ENTENTE_PKI_FILE_UNAVAILABLE', {
    sentence: `a file of the authority cannot be read: ${cause.message}`,
    place,
    remedy: `give everything in the folder to the user of the authority with chown -R <user> ${shellWord(directory)}, remove what does not belong there, and try again`,
    cause,
  });
}

function unavailable(place: string, sentence: string, cause?: unknown): PkiFault {
  return new PkiFault('ENTENTE_PKI_FILE_UNAVAILABLE', {
    sentence,
    place,
    remedy: 'name a folder in which the authority may write, on a disk with enough space, and try again',
    ...(cause === undefined ? {} : { cause }),
  });
}
