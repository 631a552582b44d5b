import { authorityFiles } from '../authority-files.ts';
import { restoredFile } from './restored-mark.ts';

/** The key of the root is not part of a backup: it belongs on a machine without a network. */
const leftOut: ReadonlySet<string> = new Set([authorityFiles.rootKey, restoredFile, 'manifest.json']);

/**
 * Whether a file of the folder of an authority is part of a backup. Logs, drafts of writes that are under way and the key of the root are
 * not.
 * @param path - relative to the folder, with `/`
 */
export function isBackupPath(path: string): boolean {
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
