import { isRestorablePath } from './backup-path.ts';

const format = 'entente-authority-backup/1';

/** A file in a backup. */
export interface BackedUpFile {
  /** Relative to the folder of the authority, with `/`. */
  readonly path: string;
  /** Octets. */
  readonly bytes: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** Mode that it has when it is restored; in the backup each has 0600. */
  readonly mode: number;
  /** Whether who reads it can act as the authority, a server or an administrator. */
  readonly secret: boolean;
}

/** What a backup consists of. */
export interface BackupManifest {
  /** When it was taken, milliseconds since 1970: everything is as it was at that moment. */
  readonly takenAt: number;
  /** In the order of their paths. */
  readonly files: readonly BackedUpFile[];
}

/**
 * Writes a manifest.
 * @param manifest - of a backup
 */
export function formatManifest({ takenAt, files }: BackupManifest): string {
  return `${JSON.stringify({ format, takenAt: new Date(takenAt).toISOString(), files }, undefined, 2)}\n`;
}

/**
 * Reads what {@link formatManifest} has written.
 * @param text - hostile: no path leads out of the folder
 * @returns undefined for anything else
 */
export function parseManifest(text: string): BackupManifest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { format: found, takenAt, files } = (value ?? {}) as Readonly<Record<string, unknown>>;
  const time = typeof takenAt === 'string' ? Date.parse(takenAt) : Number.NaN;
  if (found !== format || Number.isNaN(time) || !Array.isArray(files) || !files.every(isFile))
    return undefined;
  const paths = new Set(files.map(({ path }) => path));
  return paths.size === files.length ? { takenAt: time, files } : undefined;
}

function isFile(value: unknown): value is BackedUpFile {
  if (typeof value !== 'object' || value === null) return false;
  const { bytes, mode, path, secret, sha256 } = value as Partial<Record<keyof BackedUpFile, unknown>>;
  return (
    typeof path === 'string' &&
    isRestorablePath(path) &&
    Number.isSafeInteger(bytes) &&
    (bytes as number) >= 0 &&
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    (mode === 0o600 || mode === 0o644) &&
    typeof secret === 'boolean'
  );
}
