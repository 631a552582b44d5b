import { cp, mkdir, mkdtemp, readdir, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative, sep } from 'node:path';

/** A copy of the sources that may be broken at will. */
export interface RepositoryCopy extends AsyncDisposable {
  readonly root: string;
}

const left = new Set(['node_modules', 'dist', 'coverage', '.git', '.turbo', '.cache', '.entente']);

/**
 * Copies the working tree into a temporary folder. Dependencies are linked, not copied; links between the packages of
 * the workspace are created again, so that a patched package is the one its neighbours import.
 *
 * @param root Absolute path of the repository.
 */
export async function copyRepository(root: string): Promise<RepositoryCopy> {
  const origin = await realpath(root);
  const copy = await realpath(await mkdtemp(join(tmpdir(), 'entente-mutation-')));
  await cp(origin, copy, {
    recursive: true,
    filter: (path) => path === origin || !left.has(basename(path)),
  });
  await linkModules(origin, copy, origin, copy);
  for (const group of ['packages', 'apps']) {
    for (const room of await list(join(origin, group))) {
      const from = join(origin, group, room);
      if ((await list(join(copy, group, room))).length > 0)
        await linkModules(origin, copy, from, join(copy, group, room));
    }
  }
  return { root: copy, [Symbol.asyncDispose]: () => rm(copy, { recursive: true, force: true }) };
}

async function linkModules(origin: string, copy: string, from: string, to: string): Promise<void> {
  const source = join(from, 'node_modules');
  const target = join(to, 'node_modules');
  const names = await list(source);
  if (names.length === 0) return;
  await mkdir(target, { recursive: true });
  for (const name of names) {
    if (!name.startsWith('@')) {
      await link(origin, copy, join(source, name), join(target, name));
      continue;
    }
    await mkdir(join(target, name), { recursive: true });
    for (const scoped of await list(join(source, name))) {
      await link(origin, copy, join(source, name, scoped), join(target, name, scoped));
    }
  }
}

async function link(origin: string, copy: string, from: string, to: string): Promise<void> {
  const real = await realpath(from);
  const below = relative(origin, real);
  const [group] = below.split(sep);
  const workspace = (group === 'packages' || group === 'apps') && !below.includes('node_modules');
  await symlink(workspace ? join(copy, below) : real, to);
}

async function list(folder: string): Promise<string[]> {
  return readdir(folder).catch((fault: NodeJS.ErrnoException) => {
    if (fault.code === 'ENOENT' || fault.code === 'ENOTDIR') return [];
    throw fault;
  });
}
