import { dirname } from 'node:path';

/** What an error says of the folder of a file: code, sentence, and what to do about it. */
const ofFolder: Readonly<Record<string, readonly [sentence: string, remedy: string]>> = {
  EACCES: ['this user may not write to the folder of the file', 'change the owner or the mode of'],
  EPERM: ['this user may not write to the folder of the file', 'change the owner or the mode of'],
  EROFS: ['the folder of the file is read-only', 'mount it so that it can be written to:'],
  ENOENT: ['the folder of the file does not exist', 'create the folder, or correct its name:'],
};

/**
 * An error about a draft as one about the file that it was for: nobody knows the name of a draft, and there is none any more.
 * @param error - of the file system
 * @param draft - its path
 * @param path - of the file
 * @returns the same error, with the path of the file, also where it names none; where the folder is what stands in the way, with sentence, place and remedy
 */
export function aboutFile(error: unknown, draft: string, path: string): unknown {
  const { code, path: where } = error as NodeJS.ErrnoException;
  // What is written to a file that is open names none: a full disk is noticed there.
  const isOther = where !== undefined && where !== draft;
  if (!(error instanceof Error) || code === undefined || isOther) return error;
  const [sentence, remedy] = ofFolder[code ?? ''] ?? [];
  const said =
    sentence === undefined ? { message: error.message.replaceAll(draft, path) } : { message: sentence };
  return Object.assign(error, said, {
    path,
    ...(remedy === undefined ? {} : { place: path, remedy: `${remedy} ${dirname(path)}` }),
  });
}
