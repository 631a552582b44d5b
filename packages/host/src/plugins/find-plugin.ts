import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pluginFault } from '../plugin-fault.ts';
import { packageOf } from './plugin-manifest.ts';

const maxConditionDepth = 8;

/** Where a plugin is. */
export interface FoundPlugin {
  /** URL of its module. */
  readonly url: string;
  /** Folder with its package.json; undefined where there is none. */
  readonly home: string | undefined;
}

/**
 * The module of a plugin.
 * @param use - name of an installed package, or a path that begins with `.` or `/`
 * @param from - folders to search from: paths are relative to the first; packages are looked for in the `node_modules` of each
 *   and of the folders above it
 * @returns the module, and its package
 * @throws OperatorFault `ENTENTE_PLUGIN_NOT_FOUND`; `ENTENTE_PLUGIN_BROKEN` where a package names a module outside itself
 */
export function findPlugin(use: string, from: readonly string[]): FoundPlugin {
  if (use.startsWith('.') || isAbsolute(use)) {
    const path = resolve(from[0] ?? '.', use);
    if (!existsSync(path)) throw notFound(use, from, `${path} does not exist`);
    if (statSync(path).isDirectory())
      return { url: pathToFileURL(entryOf(path, use, from)).href, home: path };
    return { url: pathToFileURL(path).href, home: packageOf(path) };
  }
  if (!/^(@[a-z0-9._~-]{1,100}\/)?[a-z0-9_~-][a-z0-9._~-]{0,200}$/.test(use)) {
    throw notFound(use, from, 'expected the name of a package or a path');
  }
  for (const start of from) {
    for (let folder = resolve(start); ; folder = dirname(folder)) {
      const home = join(folder, 'node_modules', use);
      if (existsSync(join(home, 'package.json')))
        return { url: pathToFileURL(entryOf(home, use, from)).href, home };
      if (dirname(folder) === folder) break;
    }
  }
  throw notFound(
    use,
    from,
    `no package of that name is installed: looked for ${join('node_modules', use)} in ${foldersOf(from)} and in the folders above`,
  );
}

/** The file that `import` of the package would load. */
function entryOf(home: string, use: string, from: readonly string[]): string {
  let manifest: { exports?: unknown; main?: unknown };
  try {
    manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  } catch (error) {
    throw notFound(use, from, `${home} has no readable package.json`, error);
  }
  const main = typeof manifest.main === 'string' ? manifest.main : 'index.js';
  const target = manifest.exports === undefined ? main : targetOf(manifest.exports, 0);
  if (target === undefined) throw notFound(use, from, `${home} has no module to import`);
  const file = join(home, target);
  if (!isInside(home, file)) throw outside(use, target);
  if (!existsSync(file)) throw notFound(use, from, `${home} has no module to import`);
  // The folder itself may be a symbolic link, as with pnpm; a file in it must not link to a place outside.
  if (!isInside(realpathSync(home), realpathSync(file))) throw outside(use, target);
  return file;
}

function isInside(home: string, file: string): boolean {
  const path = relative(home, file);
  return path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}

function outside(use: string, target: string) {
  return pluginFault(
    'ENTENTE_PLUGIN_BROKEN',
    use,
    `expected its package.json to name a module inside the package, found ${target}`,
    'reinstall it, or report this to its author',
  );
}

function targetOf(exports: unknown, depth: number): string | undefined {
  if (typeof exports === 'string') return exports;
  if (typeof exports !== 'object' || exports === null || depth > maxConditionDepth) return undefined;
  for (const [key, value] of Object.entries(exports)) {
    if (!['.', 'node', 'import', 'default'].includes(key)) continue;
    const target = targetOf(value, depth + 1);
    if (target !== undefined) return target;
  }
  return undefined;
}

/** Absolute: the configuration file may have been named from another folder than the one that the operator is in. */
function foldersOf(from: readonly string[]): string {
  return from.map((folder) => resolve(folder)).join(' or ');
}

function notFound(use: string, from: readonly string[], sentence: string, cause?: unknown) {
  const remedy = `install it with npm beside the configuration file, in ${resolve(from[0] ?? '.')}, or correct "use"`;
  return pluginFault('ENTENTE_PLUGIN_NOT_FOUND', use, sentence, remedy, cause);
}
