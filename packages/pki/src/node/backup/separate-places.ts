import { realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { PkiFault } from '../../ground/fault.ts';

/**
 * Refuses a restore of a folder over itself, into itself, or over a folder that contains it: opening the database of the target would change
 * the backup, and setting the target aside would move it.
 * @param from - the backup
 * @param directory - of the authority; need not exist
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`
 */
export async function refuseSharedPlace(from: string, directory: string): Promise<void> {
  const [source, target] = await Promise.all([realPathOf(resolve(from)), realPathOf(resolve(directory))]);
  if (!isInside(source, target) && !isInside(target, source)) return;
  throw new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
    sentence: 'the backup and the folder of the authority are the same folder, or one is inside the other',
    place: directory,
    remedy:
      'name another folder after --directory, or move the backup to a folder beside that of the authority; nothing was opened',
  });
}

/** Links are followed, also where only a folder above is there. */
async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const above = dirname(path);
    if (code !== 'ENOENT' || above === path) return path;
    return join(await realPathOf(above), basename(path));
  }
}

function isInside(folder: string, path: string): boolean {
  const between = relative(folder, path);
  return between !== '..' && !between.startsWith(`..${sep}`);
}
