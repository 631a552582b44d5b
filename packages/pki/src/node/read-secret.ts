import { constants, open } from 'node:fs/promises';
import { PkiFault } from '../ground/fault.ts';

/** Bits of a file mode that let others than the owner in. */
const othersMask = 0o077;

/**
 * Reads a file that only its owner may read.
 * @param path - of the file; a symbolic link is not followed
 * @param maxBytes - a longer file is not read
 * @returns undefined where there is none
 * @throws PkiFault `ENTENTE_PKI_SECRET_EXPOSED` where others may read or write it, where it is not a plain file, or where it is too long
 */
export async function readSecret(path: string, maxBytes: number): Promise<string | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      if (error.code === 'ELOOP') throw exposed(path, 'it is a symbolic link');
      throw error;
    },
  );
  if (file === undefined) return undefined;
  try {
    const status = await file.stat();
    if (!status.isFile()) throw exposed(path, 'it is not a plain file');
    if ((status.mode & othersMask) !== 0)
      throw exposed(path, `its mode is 0${(status.mode & 0o777).toString(8)}, so that others may open it`);
    if (status.size > maxBytes) throw exposed(path, `it has ${status.size} bytes, more than ${maxBytes}`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function exposed(place: string, found: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_SECRET_EXPOSED', {
    sentence: `the file of secrets is not read: ${found}`,
    place,
    remedy:
      'find out who could read it; delete it where it may be another’s, otherwise run chmod 600 on it, and start again',
  });
}
