import { randomBytes } from 'node:crypto';
import {
  copyFile,
  cp,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { checkOptions } from '../../ground/check-options.ts';
import { authorityFiles } from '../authority-files.ts';
import { type AuthorityFolder, authorityFolder } from '../authority-folder.ts';
import { createFolder } from '../create-folder.ts';
import { manifestFile } from '../manifest-file.ts';
import { secretMode, syncFolder } from '../write-file-atomically.ts';
import { backupKeyFile, presentBackupKey } from './backup-key.ts';
import { hashOfFile } from './folder-files.ts';
import { type BackupManifest, parseManifest } from './manifest.ts';
import { refuseOtherAuthority } from './other-authority.ts';
import { refuseUnverified } from './refuse-unverified.ts';
import { damaged, notEmpty, preparationFault, restoreFault } from './restore-faults.ts';
import { restoredFile, writeRestoredMark } from './restored-mark.ts';
import { refuseSharedPlace } from './separate-places.ts';
import { foldersSetAside } from './set-aside.ts';

/** What is restored, and where. */
export interface RestoreOptions<T> {
  /** The folder that `writeBackup` has written. */
  readonly from: string;
  /** Folder of the authority: absent or empty, unless `replace` is set. */
  readonly directory: string;
  /** Whether a folder that is there is set aside. */
  readonly replace: boolean;
  /**
   * The key that must have signed the backup, as `writeBackup` has given it. Default: that of the folder which is replaced, or which a restore has
   * set aside before where there is none now; where that has no key either, nothing is restored, unless {@link unverified} is set.
   */
  readonly signer?: string | undefined;
  /**
   * Restores a backup although it cannot be told whether this authority has written it, e.g. one of an earlier release, which is not signed: the
   * operator knows. Without effect where `signer` is given. Default false.
   */
  readonly unverified?: boolean | undefined;
  /** Numbers that are signed from now on are greater than this too; default 0. */
  readonly above?: number | undefined;
  /** Name of the database in the folder. */
  readonly databaseFile: string;
  /**
   * Called with the restored folder before it gets its name. Where it throws, nothing has changed.
   * @param folder - complete
   */
  readonly prepare: (folder: string) => Promise<T>;
  /** Called right before the folder that is there is set aside, e.g. to give up its lock. Default none. */
  readonly beforeSetAside?: () => Promise<void>;
  /** Told after each file how far it is. */
  readonly onProgress?: (progress: RestoreProgress) => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** How far a restore is. */
export interface RestoreProgress {
  /** Files that are copied and verified. */
  readonly files: number;
  /** All of them. */
  readonly of: number;
  /** Octets of those that are copied. */
  readonly bytes: number;
}

/** What was restored. */
export interface RestoredBackup<T> {
  /** The key that has signed the backup, as `writeBackup` has given it; absent where there is no signature. */
  readonly signer?: string;
  /** Whether that is the key that was expected; false only where `unverified` was set. */
  readonly verified: boolean;
  /** That of the backup: when it was taken, and which files it has. */
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
 * Verifies a backup, and puts it in the place of the folder of an authority. The manifest must be signed by the key of this authority, and each file
 * must be the one that the manifest names. The folder is marked as restored: the authority makes its numbers jump at its next start.
 * @param options - what is restored, and where
 * @throws PkiFault `ENTENTE_PKI_BACKUP_UNVERIFIED`, `ENTENTE_PKI_BACKUP_DAMAGED`; `ENTENTE_PKI_AUTHORITY_EXISTS` where the folder is not empty and `replace` is not set;
 *   `ENTENTE_PKI_BAD_ARGUMENT` where the backup is that folder, or one is inside the other; `ENTENTE_PKI_FILE_UNAVAILABLE`; what `prepare` throws
 */
export async function restoreBackup<T>(options: RestoreOptions<T>): Promise<RestoredBackup<T>> {
  checkOptions(
    options,
    ['from', 'directory', 'replace', 'databaseFile', 'prepare', 'now'],
    ['signer', 'unverified', 'above', 'beforeSetAside', 'onProgress'],
    'restoreBackup',
  );
  const { above, from, now, prepare, replace } = options;
  await refuseSharedPlace(from, options.directory);
  // A link stays: its folder may be on another disk.
  const directory = await realpath(options.directory).catch(() => options.directory);
  const isEmpty = await isAbsentOrEmpty(directory);
  if (!isEmpty && !replace) throw notEmpty(directory);
  const present = isEmpty ? undefined : authorityFolder(directory);
  const text = await readManifest(from);
  const before = present ?? (await setAsideBefore(directory));
  const found = await refuseUnverified(from, text, before, options);
  const manifest = manifestIn(text, from, options.databaseFile);
  const draft = join(dirname(directory), `.${basename(directory)}.${randomBytes(12).toString('hex')}.new`);
  try {
    await createFolder(draft);
    await copyVerified(from, draft, manifest, options.onProgress);
    if (present !== undefined) await refuseOtherAuthority(authorityFolder(draft), present);
    // Of what was set aside only where it is known to be of the same authority.
    const keeps = present ?? (found.verified ? before : undefined);
    if (keeps !== undefined) await keepBackupKey(keeps, authorityFolder(draft));
    const prepared = await prepare(draft);
    const { takenAt } = manifest;
    const mark = { takenAt, restoredAt: now(), ...(above === undefined ? {} : { above }) };
    await writeRestoredMark(authorityFolder(draft), mark);
    await syncFolder(draft);
    const setAside = isEmpty ? undefined : `${directory}.replaced-${compact(now())}`;
    if (setAside !== undefined) {
      await options.beforeSetAside?.();
      await rename(directory, setAside);
    }
    try {
      await place(draft, directory, options.databaseFile);
    } catch (error) {
      if (setAside !== undefined) await rename(setAside, directory);
      throw error;
    }
    return { ...found, manifest, prepared, ...(setAside === undefined ? {} : { setAside }) };
  } catch (cause) {
    await rm(draft, { recursive: true, force: true });
    throw preparationFault(cause, draft, from) ?? restoreFault(cause as NodeJS.ErrnoException, directory);
  }
}

/** A restore that was killed may have set the folder of the authority aside, and put nothing in its place. */
async function setAsideBefore(directory: string): Promise<AuthorityFolder | undefined> {
  const newest = (await foldersSetAside(directory)).at(-1);
  return newest === undefined ? undefined : authorityFolder(newest);
}

/**
 * Reads the manifest of a backup.
 * @throws PkiFault `ENTENTE_PKI_BACKUP_DAMAGED`
 */
async function readManifest(from: string): Promise<string> {
  const place = join(from, manifestFile);
  const { size } = await stat(place).catch(() => ({ size: 0 }));
  const text = size === 0 || size > maxManifestBytes ? '' : await readFile(place, 'utf8');
  if (text === '') throw damaged(place, 'the folder contains no backup');
  return text;
}

/** @throws PkiFault `ENTENTE_PKI_BACKUP_DAMAGED` */
function manifestIn(text: string, from: string, databaseFile: string): BackupManifest {
  const place = join(from, manifestFile);
  const manifest = parseManifest(text);
  if (manifest === undefined) throw damaged(place, 'the manifest is not that of a backup');
  const paths = new Set(manifest.files.map(({ path }) => path));
  const missing = [...needed, databaseFile].find((path) => !paths.has(path));
  if (missing !== undefined) throw damaged(place, `the manifest does not name ${missing}`);
  return manifest;
}

/** The authority signs its next backups by the same key, whose hash the operator has: it is in no backup. */
async function keepBackupKey(present: AuthorityFolder, restored: AuthorityFolder): Promise<void> {
  const key = await presentBackupKey(present).catch(() => undefined);
  if (key === undefined) return;
  const pem = key.export({ format: 'pem', type: 'pkcs8' }).toString();
  await restored.create(backupKeyFile, pem, secretMode);
}

/** What is not in the manifest is not restored. */
async function copyVerified(
  from: string,
  to: string,
  { files }: BackupManifest,
  onProgress: RestoreOptions<unknown>['onProgress'],
): Promise<void> {
  let [copied, copiedBytes] = [0, 0];
  for (const { bytes, mode, path, sha256 } of files) {
    const source = join(from, path);
    const target = join(to, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    const found = await lstat(source).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') throw damaged(source, 'a file of the backup is missing');
      throw cause;
    });
    // Before it is opened: a pipe would be waited for, and a backup has no links.
    if (!found.isFile() || found.size !== bytes)
      throw damaged(source, 'the file is not the one that the manifest names');
    await copyFile(source, target);
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
    copied += 1;
    copiedBytes += bytes;
    onProgress?.({ files: copied, of: files.length, bytes: copiedBytes });
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
    const names = [...first, ...others, last];
    try {
      for (const name of names) await cp(join(draft, name), join(directory, name), { recursive: true });
    } catch (fault) {
      // It was empty: a part of an authority must not stay there, and would be in the way of the next attempt.
      for (const name of names) await rm(join(directory, name), { recursive: true, force: true });
      throw fault;
    }
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
