import { randomBytes } from 'node:crypto';
import { copyFile, cp, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PkiFault } from '../../ground/fault.ts';
import { authorityFiles } from '../authority-files.ts';
import { authorityFolder } from '../authority-folder.ts';
import { syncFolder } from '../write-whole.ts';
import { hashOfFile } from './folder-files.ts';
import { type BackupManifest, manifestFile, parseManifest } from './manifest.ts';
import { restoredFile, writeRestoredMark } from './restored-mark.ts';

/** What is restored, and where. */
export interface RestoreOptions<T> {
  /** The folder that `writeBackup` has written. */
  readonly from: string;
  /** Folder of the authority: absent or empty, unless `replace` is set. */
  readonly directory: string;
  /** Whether a folder that is there is set aside. */
  readonly replace: boolean;
  /** Numbers that are signed from now on are greater than this too; default 0. */
  readonly above?: number | undefined;
  /** Name of the database in the folder. */
  readonly databaseFile: string;
  /**
   * Called with the restored folder before it gets its name. Where it throws, nothing has changed.
   * @param folder - complete
   */
  readonly prepare: (folder: string) => Promise<T>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What was restored. */
export interface RestoredBackup<T> {
  readonly manifest: BackupManifest;
  /** Where the folder is now that was there before. */
  readonly setAside?: string;
  /** What `prepare` has returned. */
  readonly prepared: T;
}

/** A manifest names few files. */
const maxManifestBytes = 67_108_864;
/** Without these there is no authority. */
const needed = [authorityFiles.rootCertificate, authorityFiles.rootCrl, authorityFiles.issuingCertificate];

/**
 * Verifies a backup, and puts it in the place of the folder of an authority. Each file must be the one that the manifest names. The folder
 * is marked as restored: the authority makes its numbers jump at its next start.
 * @param options - what is restored, and where
 * @throws PkiFault `ENTENTE_PKI_BACKUP_DAMAGED`; `ENTENTE_PKI_AUTHORITY_EXISTS` where the folder is not empty and `replace` is not set;
 *   `ENTENTE_PKI_FILE_UNAVAILABLE`; what `prepare` throws
 */
export async function restoreBackup<T>(options: RestoreOptions<T>): Promise<RestoredBackup<T>> {
  const { above, directory, from, now, prepare, replace } = options;
  const isEmpty = await isAbsentOrEmpty(directory);
  if (!isEmpty && !replace) throw notEmpty(directory);
  const manifest = await readManifest(from, options.databaseFile);
  const draft = join(dirname(directory), `.${basename(directory)}.${randomBytes(12).toString('hex')}.new`);
  try {
    await mkdir(draft, { recursive: true, mode: 0o700 });
    await copyVerified(from, draft, manifest);
    const prepared = await prepare(draft);
    const { takenAt } = manifest;
    const mark = { takenAt, restoredAt: now(), ...(above === undefined ? {} : { above }) };
    await writeRestoredMark(authorityFolder(draft), mark);
    await syncFolder(draft);
    const setAside = isEmpty ? undefined : `${directory}.replaced-${compact(now())}`;
    if (setAside !== undefined) await rename(directory, setAside);
    await place(draft, directory, options.databaseFile);
    return { manifest, prepared, ...(setAside === undefined ? {} : { setAside }) };
  } catch (cause) {
    await rm(draft, { recursive: true, force: true });
    const { code } = cause as { code?: unknown };
    if (typeof code === 'string' && code.startsWith('ENTENTE_')) throw cause;
    throw new PkiFault('ENTENTE_PKI_FILE_UNAVAILABLE', {
      sentence: `the backup could not be restored: ${(cause as Error).message}`,
      place: directory,
      remedy: 'make space on the disk, or correct the rights of the folder above it, then restore it again',
      cause,
    });
  }
}

/**
 * Reads the manifest of a backup.
 * @throws PkiFault `ENTENTE_PKI_BACKUP_DAMAGED`
 */
async function readManifest(from: string, databaseFile: string): Promise<BackupManifest> {
  const place = join(from, manifestFile);
  const { size } = await stat(place).catch(() => ({ size: 0 }));
  const text = size === 0 || size > maxManifestBytes ? '' : await readFile(place, 'utf8');
  const manifest = parseManifest(text);
  if (manifest === undefined) {
    throw damaged(
      place,
      text === '' ? 'the folder contains no backup' : 'the manifest is not that of a backup',
    );
  }
  const paths = new Set(manifest.files.map(({ path }) => path));
  const missing = [...needed, databaseFile].find((path) => !paths.has(path));
  if (missing !== undefined) throw damaged(place, `the manifest does not name ${missing}`);
  return manifest;
}

/** What is not in the manifest is not restored. */
async function copyVerified(from: string, to: string, { files }: BackupManifest): Promise<void> {
  for (const { bytes, mode, path, sha256 } of files) {
    const source = join(from, path);
    const target = join(to, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await copyFile(source, target).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') throw damaged(source, 'a file of the backup is missing');
      throw cause;
    });
    const file = await open(target, 'r+');
    try {
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    const { size } = await stat(target);
    if (size !== bytes || (await hashOfFile(target)) !== sha256)
      throw damaged(source, 'the file is not the one that the manifest names');
  }
}

async function place(draft: string, directory: string, databaseFile: string): Promise<void> {
  try {
    await rename(draft, directory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EBUSY' && code !== 'EXDEV') throw error;
    // The folder is a mount point. Without the certificate of the root, which comes last, no authority starts on a part of it.
    const [first, last] = [[restoredFile, databaseFile], authorityFiles.rootCertificate];
    const others = (await readdir(draft)).filter((name) => !first.includes(name) && name !== last);
    for (const name of [...first, ...others, last])
      await cp(join(draft, name), join(directory, name), { recursive: true });
    await rm(draft, { recursive: true });
  }
  await syncFolder(dirname(directory));
}

async function isAbsentOrEmpty(directory: string): Promise<boolean> {
  try {
    return (await readdir(directory)).length === 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return true;
    throw error;
  }
}

function compact(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}

function notEmpty(place: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_AUTHORITY_EXISTS', {
    sentence: 'expected no folder, or an empty one, found files in it',
    place,
    remedy: 'give --replace: the folder is then kept under another name',
  });
}

function damaged(place: string, sentence: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_BACKUP_DAMAGED', {
    sentence,
    place,
    remedy: 'use another copy of this backup, or an earlier one; nothing was restored',
  });
}
