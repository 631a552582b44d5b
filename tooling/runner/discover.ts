import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** One file that a runner found in its folder. */
export interface Found<T> {
  readonly name: string;
  readonly file: string;
  load(): Promise<T>;
}

/** The name of a file or of the thing it exports is not what the runner needs. */
export class DiscoveryFault extends Error {
  readonly code = 'ENTENTE_TOOLING_DISCOVERY';
}

/**
 * Lists what a folder offers: each `<name>.ts` is one entry, loaded only when asked for, so that a broken
 * neighbour does not stop the one that was named. A folder that does not exist offers nothing.
 *
 * @param folder Absolute path.
 * @param exported Name of the export that every file must have, with a `name` equal to the file's.
 */
export async function discover<T extends { readonly name: string }>(
  folder: string,
  exported: string,
): Promise<Found<T>[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((fault: NodeJS.ErrnoException) => {
    if (fault.code === 'ENOENT') return [];
    throw fault;
  });
  const files = entries.filter((e) => e.isFile() && e.name.endsWith('.ts') && !e.name.endsWith('.test.ts'));
  return files
    .map((entry) => entry.name)
    .sort()
    .map((file) => ({
      name: file.slice(0, -3),
      file: join(folder, file),
      load: () => load<T>(folder, file, exported),
    }));
}

async function load<T extends { readonly name: string }>(
  folder: string,
  file: string,
  exported: string,
): Promise<T> {
  const module = (await import(pathToFileURL(join(folder, file)).href)) as Record<string, unknown>;
  const value = module[exported] as T | undefined;
  const name = file.slice(0, -3);
  if (value === undefined) {
    throw new DiscoveryFault(`${file} exports no \`${exported}\`; export a const of that name`);
  }
  if (value.name !== name) {
    throw new DiscoveryFault(
      `${file} calls itself "${value.name}"; its name must be "${name}", as the file's`,
    );
  }
  return value;
}
