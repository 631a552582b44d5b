import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Packed } from './packed.ts';
import type { Problem } from './problem.ts';

/**
 * What lies in a tarball: the licence and the README, whole; nothing that leads to sources, no map, no test, and no
 * declaration that only later compilers read.
 *
 * @param root - absolute path of the repository
 * @param packed - the package
 * @param folder - where it is installed
 */
export async function checkPublishedFiles(
  root: string,
  { home }: Packed,
  folder: string,
): Promise<Problem[]> {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  const messages: string[] = [];
  const same = async (file: string, from: string): Promise<void> => {
    const [found, own] = await Promise.all(
      [join(folder, file), join(root, from, file)].map((path) => readFile(path).catch(() => undefined)),
    );
    if (own === undefined || found?.equals(own) !== true)
      messages.push(`the tarball has no ${file}, or not the whole ${join(from, file)}`);
  };
  await same('LICENSE', '');
  await same('README.md', home);
  for (const file of files) {
    if (/\.test\.|^test\//.test(file)) messages.push(`the tarball has a test: ${file}`);
    else if (file.endsWith('.map')) messages.push(`the tarball has a map, and no sources for it: ${file}`);
    else if (/(?<!\.d)\.[cm]?tsx?$/.test(file)) messages.push(`the tarball has a source: ${file}`);
  }
  for (const file of files.filter((one) => one.endsWith('.d.ts')))
    if (/\b(?:Uint8Array|Buffer)</.test(await readFile(join(folder, file), 'utf8')))
      messages.push(`TypeScript before 5.7 cannot read ${file}: write Uint8Array without an argument`);
  const manifest = await readFile(join(folder, 'package.json'), 'utf8');
  if (manifest.includes('@entente/source'))
    messages.push(
      'the tarball names the export condition @entente/source, which leads to sources that are not in it',
    );
  return messages.map((message) => ({ file: `${home}/package.json`, message }));
}
