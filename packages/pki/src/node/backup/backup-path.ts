import { authorityFiles } from '../authority-files.ts';
import { manifestFile } from '../manifest-file.ts';
import { backupKeyFile } from './backup-key.ts';
import { signatureFile } from './backup-signature.ts';
import { restoredFile } from './restored-mark.ts';

const leftOut: ReadonlySet<string> = new Set([
  authorityFiles.rootKey,
  backupKeyFile,
  restoredFile,
  manifestFile,
  signatureFile,
]);
/** What somebody has set aside in a folder of its own is not in a backup either. */
const keptNames = [authorityFiles.rootKey, backupKeyFile];
/** See `rootFiles`. */
const nextRootKey = /^roots\/[0-9]+\.key$/;

/**
 * Whether a file of the folder of an authority is part of a backup. Logs and drafts of writes that are under way are not; nor is the key of
 * any root, which belongs on a machine without a network, or the one that signs backups.
 * @param path - relative to the folder, with `/`
 */
export function isBackupPath(path: string): boolean {
  const isKept = keptNames.some((name) => path.endsWith(`/${name}`)) || nextRootKey.test(path);
  return isRestorablePath(path) && !isKept;
}

/**
 * Whether a manifest may name a file: backups of earlier releases may have the key of a next root.
 * @param path - relative to the folder, with `/`; hostile
 */
export function isRestorablePath(path: string): boolean {
  const parts = path.split('/');
  const isName = (part: string): boolean => /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/.test(part);
  return parts.length <= 4 && parts.every(isName) && !leftOut.has(path) && !path.endsWith('.log');
}

/**
 * Whether who reads a file can act as the authority, a server or an administrator.
 * @param path - relative to the folder, with `/`
 */
export function isSecretPath(path: string): boolean {
  return /\.(key|p12)$/.test(path) || path === 'domain-keys.json';
}
