import { readFile } from 'node:fs/promises';

/**
 * Reads a file that the command line or a configuration names.
 * @param file - its path
 * @throws the fault of the file system, with the path also where Node leaves it out: a folder is opened, and fails when it is read
 */
export async function readNamed(file: string): Promise<Buffer>;
/** @param encoding - of its text */
export async function readNamed(file: string, encoding: 'utf8'): Promise<string>;
export async function readNamed(file: string, encoding?: 'utf8'): Promise<Buffer | string> {
  try {
    return await readFile(file, encoding);
  } catch (fault) {
    throw Object.assign(fault as NodeJS.ErrnoException, { path: file });
  }
}
