import { dirname, relative, resolve, sep } from 'node:path';
import { PkiFault } from '../../ground/fault.ts';

/** Faults of the storage while the restored folder is prepared: the backup is as good as it was. */
const unavailable: ReadonlySet<string> = new Set([
  'ENTENTE_PKI_LEDGER_UNAVAILABLE',
  'ENTENTE_PKI_FILE_UNAVAILABLE',
]);
/** Faults with a remedy that fits a backup too. */
const kept: ReadonlySet<string> = new Set(['ENTENTE_PKI_LEDGER_TOO_NEW', 'ENTENTE_PKI_BAD_ARGUMENT']);

/**
 * The fault of a backup that cannot be used.
 * @param place - in the backup
 * @param sentence - what was found
 */
export function damaged(place: string, sentence: string, cause?: unknown): PkiFault {
  return new PkiFault('ENTENTE_PKI_BACKUP_DAMAGED', {
    sentence,
    place,
    remedy: 'use another copy of this backup, or an earlier one; nothing was restored',
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * The fault of a folder in which something is.
 * @param place - the folder
 */
export function notEmpty(place: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_AUTHORITY_EXISTS', {
    sentence: 'expected no folder, or an empty one, found files in it',
    place,
    remedy: 'give --replace: the folder is then kept under another name',
  });
}

/**
 * What a fault says after the draft of a restored folder has gone: it names the file in the backup.
 * @param cause - anything that was thrown
 * @param draft - the folder that was prepared
 * @param from - the backup
 * @returns undefined where it has no code of ours
 */
export function preparationFault(cause: unknown, draft: string, from: string): Error | undefined {
  const { code, place, remedy } = cause as { code?: unknown; place?: unknown; remedy?: string };
  if (typeof code !== 'string' || !code.startsWith('ENTENTE_')) return undefined;
  if (!(cause instanceof PkiFault) || typeof place !== 'string') return cause as Error;
  const path = relative(draft, resolve(place));
  if (path === '..' || path.startsWith(`..${sep}`)) return cause;
  if (unavailable.has(code)) return unavailableFault(cause.message, dirname(draft), cause);
  const inBackup = resolve(from, path);
  if (!kept.has(code)) return damaged(inBackup, cause.message, cause);
  return new PkiFault(cause.code, { sentence: cause.message, place: inBackup, remedy: remedy ?? '', cause });
}

/**
 * The fault of a restore that the file system has ended.
 * @param cause - of the file system
 * @param directory - of the authority
 */
export function restoreFault(cause: NodeJS.ErrnoException, directory: string): PkiFault {
  const { code, message } = cause;
  // Something was created there meanwhile, e.g. by another restore.
  if (code === 'ENOTEMPTY' || code === 'EEXIST') return notEmpty(directory);
  if (code === 'EBUSY') {
    return new PkiFault('ENTENTE_PKI_FILE_UNAVAILABLE', {
      sentence: 'the folder cannot be set aside, because it is a mount point',
      place: directory,
      // The key of the folder that is replaced is expected; once its files have gone, nobody else says which one it was.
      remedy:
        'move all files in it to another folder, then restore it again without --replace, and with --signer and the hash that entente ca backup printed',
      cause,
    });
  }
  return unavailableFault(message, directory, cause);
}

function unavailableFault(found: string, place: string, cause: Error): PkiFault {
  return new PkiFault('ENTENTE_PKI_FILE_UNAVAILABLE', {
    sentence: `the backup could not be restored: ${found}`,
    place,
    remedy: 'make space on the disk, or correct the rights of the folder above it, then restore it again',
    cause,
  });
}
