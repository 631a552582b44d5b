import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a plugin in a process of its own can be allowed beyond answering; the option of Node without which it is refused. */
const options = {
  network: '--allow-net',
  'read-files': '--allow-fs-read=*',
  'write-files': '--allow-fs-write=*',
  programs: '--allow-child-process',
  threads: '--allow-worker',
  addons: '--allow-addons',
} as const;

/** Something that a plugin in a process of its own may do beyond answering. */
export type Permission = keyof typeof options;

/** Every permission that a manifest may ask for. */
export const permissions = Object.keys(options) as [Permission, ...Permission[]];

/**
 * What a plugin can do in fact: what it is allowed, and what this version of Node cannot refuse.
 * @param allowed - by its manifest
 * @param flags - options that this Node knows
 */
export function effectivePermissions(
  allowed: readonly Permission[],
  flags: ReadonlySet<string> = process.allowedNodeEnvironmentFlags,
): readonly Permission[] {
  // A Node without the option either refuses always, as addons before 20.12, or never, as the network before 25.
  return permissions.filter(
    (one) => allowed.includes(one) || (one === 'network' && !flags.has(options.network)),
  );
}

/**
 * The options of Node for a process that may read its own modules, and do what it is allowed.
 * @param allowed - by the manifest of the plugin
 * @param home - folder of its package
 * @param program - file that the process runs
 * @param flags - options that this Node knows
 */
export function permissionOptions(
  allowed: readonly Permission[],
  home: string,
  program: string,
  flags: ReadonlySet<string> = process.allowedNodeEnvironmentFlags,
): readonly string[] {
  const readable = new Set([
    program,
    ...['package.json', '../package.json'].map((name) => join(dirname(program), name)).filter(existsSync),
    ...moduleFolders(home),
  ]);
  return [
    flags.has('--permission') ? '--permission' : '--experimental-permission',
    ...[...readable].map((path) => `--allow-fs-read=${path}`),
    ...allowed.map((one) => options[one]).filter((option) => flags.has(option.split('=')[0] as string)),
  ];
}

/** The package itself, and every `node_modules` in which Node looks for what it imports. */
function moduleFolders(home: string): readonly string[] {
  const found: string[] = [];
  // The folder may be a symbolic link, as with pnpm; Node looks from where it leads.
  for (const start of new Set([home, realpathSync(home)])) {
    found.push(join(start, '*'));
    for (let folder = start; ; folder = dirname(folder)) {
      const modules = join(folder, 'node_modules');
      if (existsSync(modules)) found.push(join(modules, '*'));
      if (dirname(folder) === folder) break;
    }
  }
  return found;
}

/** The program that runs in the process. It is plain JavaScript, because the process has no loader and may read nothing else. */
export function runnerFile(): string {
  const fromSource = import.meta.url.endsWith('.ts');
  return fileURLToPath(new URL(fromSource ? './runner.mjs' : './plugin-runner.js', import.meta.url));
}
