import { readFile } from 'node:fs/promises';
import { utf8Text } from '@entente/host';

/**
 * Reads a file that the command line or a configuration names.
 * @param file - its path
 * @throws the fault of the file system, with the path also where Node leaves it out: a folder is opened, and fails when it is read
 */
export async function readNamed(file: string): Promise<Buffer>;
/**
 * @param encoding - of its text
 * @throws OperatorFault `ENTENTE_NOT_UTF8` where it has another one
 */
export async function readNamed(file: string, encoding: 'utf8'): Promise<string>;
export async function readNamed(file: string, encoding?: 'utf8'): Promise<Buffer | string> {
  const bytes = await readFile(file).catch((fault: NodeJS.ErrnoException) => {
    throw Object.assign(fault, { path: file });
  });
  return encoding === undefined ? bytes : utf8Text(bytes, file);
}
