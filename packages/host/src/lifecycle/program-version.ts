import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The package.json is beside `dist`, in which the program is; a little further up where it runs from a bundle. */
const mostFoldersUp = 6;

/**
 * The version of the package whose program runs.
 *
 * @param file - the program, as it was started; a link, where npm has installed it
 * @returns undefined where no package is found
 */
export function programVersion(file: string | undefined = process.argv[1]): string | undefined {
  try {
    let folder = dirname(realpathSync(file ?? ''));
    for (let up = 0; up < mostFoldersUp; up++) {
      const version = versionIn(folder);
      if (version !== undefined) return version;
      folder = dirname(folder);
    }
  } catch {
    // The program is gone, as after an upgrade that removes it while it runs.
  }
  return undefined;
}

function versionIn(folder: string): string | undefined {
  try {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      version?: unknown;
    };
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}
