import { constants, type FileHandle, open } from 'node:fs/promises';
import { shellWord } from '@entente/trust';
import { aNumber, aText, checkValue } from '../ground/check-values.ts';
import { PkiFault } from '../ground/fault.ts';

/** Bits of a file mode that let others than the owner in. */
const othersMask = 0o077;

/**
 * Reads a file that only its owner may read.
 * @param path - of the file; a symbolic link is not followed
 * @param maxBytes - a longer file is not read
 * @returns undefined where there is none
 * @throws PkiFault `ENTENTE_PKI_SECRET_EXPOSED` where others may read or write it, or where it is not a plain file;
 *   `ENTENTE_PKI_FILE_TOO_LONG`
 */
export async function readSecret(path: string, maxBytes: number): Promise<string | undefined> {
  checkValue(path, aText, 'path of readSecret');
  checkValue(maxBytes, aNumber, 'maxBytes of readSecret');
  const file = await openSecret(path);
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    if (size > maxBytes) throw tooLong(path, `it has ${size} bytes, more than ${maxBytes}`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/**
 * Reads a file that only its owner may read, of any length, line by line.
 * @param path - of the file; a symbolic link is not followed
 * @param maxLength - characters of a line at most
 * @returns each line with its end; the last one has none where it was cut short. Nothing where there is no file
 * @throws PkiFault as {@link readSecret}, `ENTENTE_PKI_FILE_TOO_LONG` where a line is too long
 */
export async function* readSecretLines(path: string, maxLength: number): AsyncGenerator<string> {
  checkValue(path, aText, 'path of readSecretLines');
  checkValue(maxLength, aNumber, 'maxLength of readSecretLines');
  const file = await openSecret(path);
  if (file === undefined) return;
  try {
    let parts: string[] = [];
    let length = 0;
    for await (const chunk of file.createReadStream({ encoding: 'utf8', autoClose: false })) {
      for (const part of (chunk as string).split(/(?<=\n)/)) {
        parts.push(part);
        length += part.length;
        if (length > maxLength) throw tooLong(path, `a line has more than ${maxLength} characters`);
        if (!part.endsWith('\n')) continue;
        yield parts.join('');
        [parts, length] = [[], 0];
      }
    }
    if (length > 0) yield parts.join('');
  } finally {
    await file.close();
  }
}

/** Opens it, where its owner alone may read and write it. */
async function openSecret(path: string): Promise<FileHandle | undefined> {
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
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

function tooLong(place: string, found: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_FILE_TOO_LONG', {
    sentence: `the file is not read: ${found}`,
    place,
    remedy:
      'find out what has written it, then restore it from a copy, or move it away where the program can get its content again, and start again',
  });
}

function exposed(place: string, found: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_SECRET_EXPOSED', {
    sentence: `the file of secrets is not read: ${found}`,
    place,
    remedy: `find out who could read it; delete it where it may be another’s, otherwise run chmod 600 ${shellWord(place)}, and start again`,
  });
}
