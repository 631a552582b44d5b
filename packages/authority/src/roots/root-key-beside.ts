import { access } from 'node:fs/promises';
import { rootKeysSetAside } from '@entente/pki/node';

/** The key of a root that lies beside the issuing key, or where a restore has put it. */
export interface RootKeyBeside {
  /** Its path. */
  readonly file: string;
  readonly message: string;
  readonly remedy: string;
}

/**
 * Whether the key of a root still lies where it was when the authority was opened, or in a folder that a restore has set aside.
 * @param file - its path then; undefined where there was none
 * @param directory - of the authority
 */
export async function rootKeyBeside(
  file: string | undefined,
  directory: string,
): Promise<RootKeyBeside | undefined> {
  const danger = 'anyone who takes over the machine has the whole network for ten years';
  if (file !== undefined && (await isThere(file))) {
    return {
      file,
      message: `the key of the root is on the machine of the authority: ${danger}`,
      remedy: `move ${file} to storage that no network reaches, and sign with it there, with entente ca root sign`,
    };
  }
  const [aside] = await rootKeysSetAside(directory);
  if (aside === undefined) return undefined;
  return {
    file: aside,
    message: `the key of the root is on the machine of the authority, in a folder that a restore has set aside: ${danger}`,
    remedy: `move ${aside} to storage that no network reaches before you remove its folder: no backup has it`,
  };
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
