import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { shellWord } from '@entente/trust';
import { PkiFault } from '../ground/fault.ts';
import { manifestFile } from './manifest-file.ts';

/**
 * Refuses a backup, or a copy of one, in the place of an authority: numbers of lists would be given twice, and what was revoked since would be
 * valid again. A restore sees to both.
 * @param directory - folder of an authority
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED`
 */
export async function refuseBackupFolder(directory: string): Promise<void> {
  const place = join(directory, manifestFile);
  const isBackup = await access(place).then(
    () => true,
    () => false,
  );
  if (!isBackup) return;
  throw new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
    sentence: 'the folder is a backup, and knows nothing of what was issued and revoked since',
    place,
    remedy: `restore it into another folder: entente ca restore ${shellWord(directory)} --directory <folder>`,
  });
}
