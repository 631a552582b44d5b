import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { shellWord } from '@entente/trust';
import { checkOptions } from '../ground/check-options.ts';
import { aFunction, aText, checkValue, checkValues } from '../ground/check-values.ts';
import { PkiFault } from '../ground/fault.ts';
import { authorityFiles } from './authority-files.ts';
import { authorityFolder } from './authority-folder.ts';
import { IssuerStore } from './issuer-store.ts';
import { refuseSharedFolder } from './own-folder.ts';
import { readSecret } from './read-secret.ts';
import { refuseBackupFolder } from './refuse-backup-folder.ts';

/** Far longer than a key. */
const maxKeyBytes = 65_536;

/** Whether the process has a right to a file, as `access` of Node finds it. */
export type MayAccess = (path: string, mode: number) => Promise<void>;

/** What is done otherwise than the system does it. */
export interface CheckFolderOptions {
  /** What is seen of its ledger, e.g. `checkDatabaseFiles` of `@entente/store-sql`; default: nothing is looked at. */
  readonly checkLedger?: (directory: string) => Promise<void>;
  /** Default `access` of the system. */
  readonly mayAccess?: MayAccess;
}

/**
 * Checks that a folder has an authority that can be opened there, as far as that is seen without opening its ledger: that the folder exists, is
 * not a backup, can be written by this user alone, and has certificates, lists and keys that belong together, which others may not read. Writes nothing.
 * A folder that this user may not look into is that of another user, who starts the server.
 * @param directory - of the authority
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED`, `ENTENTE_PKI_SECRET_EXPOSED`, `ENTENTE_PKI_KEY_MISMATCH`, `ENTENTE_PKI_FILE_UNAVAILABLE`, and what
 *   `checkLedger` throws; `ENTENTE_PKI_BAD_ARGUMENT` for options that there are not
 */
export async function checkAuthorityFolder(
  directory: string,
  options: CheckFolderOptions = {},
): Promise<void> {
  checkValue(directory, aText, 'directory of checkAuthorityFolder');
  // With a misspelt name the ledger would not be looked at.
  checkOptions(options, [], ['checkLedger', 'mayAccess'], 'checkAuthorityFolder');
  checkValues(options, { checkLedger: aFunction, mayAccess: aFunction }, 'checkAuthorityFolder');
  const { checkLedger = async () => {}, mayAccess = access } = options;
  const folder = authorityFolder(directory);
  const isOfAnother = await mayAccess(directory, constants.X_OK).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'EACCES',
  );
  if (isOfAnother) return;
  await refuseBackupFolder(directory);
  await refuseSharedFolder(directory);
  if (!(await folder.exists(authorityFiles.rootCertificate))) await IssuerStore.open(folder);
  await mayAccess(directory, constants.W_OK).catch((cause: NodeJS.ErrnoException) => {
    const isReadOnly = cause.code === 'EROFS';
    throw new PkiFault('ENTENTE_PKI_FILE_UNAVAILABLE', {
      sentence: isReadOnly
        ? 'expected a folder that can be written to, found one whose file system may only be read'
        : `expected a folder in which this user may write, found ${cause.code}`,
      place: directory,
      remedy: isReadOnly
        ? `mount it so that it can be written to: ${shellWord(directory)}`
        : `run it as the user of the authority; ls -ld ${shellWord(directory)} shows whose folder it is`,
      cause,
    });
  });
  // In the order of the start: a folder of another program has no such database.
  await checkLedger(directory);
  await IssuerStore.open(folder);
  await readSecret(folder.pathOf(authorityFiles.serverKey), maxKeyBytes);
}
