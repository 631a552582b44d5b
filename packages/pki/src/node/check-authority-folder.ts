import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { shellWord } from '@entente/trust';
import { PkiFault } from '../ground/fault.ts';
import { authorityFiles } from './authority-files.ts';
import { authorityFolder } from './authority-folder.ts';
import { IssuerStore } from './issuer-store.ts';
import { refuseSharedFolder } from './own-folder.ts';
import { refuseBackupFolder } from './refuse-backup-folder.ts';

/** Whether the process has a right to a file, as `access` of Node finds it. */
export type MayAccess = (path: string, mode: number) => Promise<void>;

/**
 * Checks that a folder has an authority that can be opened there, as far as that is seen without its ledger: that the folder exists, is
 * not a backup, can be written by this user alone, and has the certificate of the root. Writes nothing. A folder that this user may not look into is
 * that of another user, who starts the server.
 * @param directory - of the authority
 * @param mayAccess - default `access` of the system
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED`, `ENTENTE_PKI_SECRET_EXPOSED`, `ENTENTE_PKI_FILE_UNAVAILABLE`
 */
export async function checkAuthorityFolder(directory: string, mayAccess: MayAccess = access): Promise<void> {
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
    throw new PkiFault('ENTENTE_PKI_FILE_UNAVAILABLE', {
      sentence: `expected a folder in which this user may write, found ${cause.code}`,
      place: directory,
      remedy: `run it as the user of the authority; ls -ld ${shellWord(directory)} shows whose folder it is`,
      cause,
    });
  });
}
