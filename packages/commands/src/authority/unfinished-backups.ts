import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The draft of a folder that a backup or a restore has not finished. */
const draft = /^\..+\.[0-9a-f]{24}\.new$/;

/**
 * What to do about drafts of backups and restores whose process was killed: they contain keys, and no other run takes their names.
 * @param folder - in which backups, or the folders of authorities, are
 * @returns one line for each; none where the folder cannot be read
 */
export async function leftDrafts(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isDirectory() && draft.test(entry.name))
    .map(
      ({ name }) =>
        `remove ${join(folder, name)}, unless another backup or restore is under way: one that was interrupted has left it, with keys in it`,
    )
    .sort();
}
