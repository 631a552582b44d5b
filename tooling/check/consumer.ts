import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { runCommand } from '../runner/command.ts';
import type { Packed } from './packed.ts';
import type { Problem } from './problem.ts';
import type { Manifest } from './source/source-file.ts';

interface InstalledManifest extends Manifest {
  readonly bin?: Readonly<Record<string, string>>;
}

/**
 * Does what a user does: an empty project, all tarballs installed with npm, every entry point imported by Node and
 * by the type checker, every command there.
 *
 * @param root Absolute path of the repository, for its type checker.
 * @param packed Every package, for they depend on each other.
 * @param installedAt Looks at each package where it is installed.
 */
export async function checkConsumer(
  root: string,
  packed: readonly Packed[],
  installedAt: (one: Packed, folder: string) => Promise<Problem[]> = async () => [],
): Promise<Problem[]> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'entente-consumer-')));
  try {
    const installed = await install(folder, packed);
    if (installed.length > 0) return installed;
    const problems: Problem[] = [];
    const specifiers: string[] = [];
    for (const one of packed) {
      const { name, home } = one;
      problems.push(...(await installedAt(one, join(folder, 'node_modules', name))));
      const text = await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8');
      const manifest = JSON.parse(text) as InstalledManifest;
      problems.push(...leftovers(home, text));
      const own = Object.keys(manifest.exports ?? {}).filter((entry) => !entry.endsWith('.json'));
      const ofPackage = own.map((entry) => posix.join(name, entry));
      if (ofPackage.length > 0) problems.push(...(await checkImports(folder, ofPackage)));
      specifiers.push(...ofPackage);
      for (const [command, path] of Object.entries(manifest.bin ?? {})) {
        problems.push(...(await checkCommand(folder, { home, command, path: join(name, path) })));
      }
    }
    problems.push(...(await checkTypesOf(root, folder, specifiers)));
    return problems;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function install(folder: string, packed: readonly Packed[]): Promise<Problem[]> {
  const dependencies = Object.fromEntries(packed.map(({ name, tarball }) => [name, `file:${tarball}`]));
  const manifest = { name: 'consumer', private: true, type: 'module', dependencies };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  const failure = await installFromTarballs(folder, []);
  return failure === undefined
    ? []
    : [{ file: 'package.json', message: `the tarballs do not install: ${failure}` }];
}

/**
 * Installs what the package.json of a folder asks for, and tarballs beside it.
 * @returns why it fails
 */
export async function installFromTarballs(
  folder: string,
  tarballs: readonly string[],
): Promise<string | undefined> {
  const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', '--loglevel=error'];
  const args = ['install', '--no-save', ...quiet, ...tarballs];
  const { status, stdout, stderr } = await runCommand('npm', args, { cwd: folder });
  return status === 0 ? undefined : (stdout + stderr).trim();
}

/** What only makes sense inside the workspace must not reach a user. */
function leftovers(home: string, manifest: string): Problem[] {
  return ['workspace:', 'link:', 'catalog:']
    .filter((word) => manifest.includes(`"${word}`))
    .map((word) => ({ file: `${home}/package.json`, message: `the tarball still says "${word}"` }));
}

/** Every entry point of a package, in a process of its own for each package. */
async function checkImports(folder: string, specifiers: readonly string[]): Promise<Problem[]> {
  const script = `for (const specifier of ${JSON.stringify(specifiers)}) {
    const said = await import(specifier).then((all) => Object.keys(all).length === 0 ? 'it exports nothing' : '', (fault) => fault.stack);
    console.log(JSON.stringify({ specifier, said }));
  }
  process.exit();`;
  const args = ['--input-type=module', '--eval', script];
  const { stdout, stderr } = await runCommand(process.execPath, args, {
    cwd: folder,
    env: withoutTestRunner(),
  });
  const ends = new Map(
    stdout.split('\n').flatMap((line): (readonly [string, string])[] => {
      if (!line.startsWith('{"specifier":')) return [];
      const { specifier, said } = JSON.parse(line) as { readonly specifier: string; readonly said: string };
      return [[specifier, said]];
    }),
  );
  return specifiers.flatMap((specifier) => {
    const why = ends.get(specifier) ?? `it ends the process: ${stderr.trim()}`;
    return why === '' ? [] : [{ file: specifier, message: `cannot be imported from its tarball: ${why}` }];
  });
}

async function checkCommand(
  folder: string,
  { home, command, path }: { readonly home: string; readonly command: string; readonly path: string },
): Promise<Problem[]> {
  const file = `${home}/package.json`;
  const text = await readFile(join(folder, 'node_modules', path), 'utf8').catch(() => undefined);
  if (text === undefined)
    return [{ file, message: `the command ${command} is not in the tarball (${path})` }];
  if (!text.startsWith('#!/usr/bin/env node')) {
    return [{ file, message: `the command ${command} does not begin with #!/usr/bin/env node` }];
  }
  const call = join(folder, 'node_modules/.bin', command);
  const { status, stdout, stderr } = await runCommand(call, ['--help'], {
    cwd: folder,
    env: withoutTestRunner(),
  });
  if (status === 0 && stdout.trim() !== '') return [];
  return [{ file, message: `${command} --help ends with status ${status}: ${stderr.trim().slice(-1000)}` }];
}

/** For programs that Node runs, and for those that go through a bundler. */
async function checkTypesOf(root: string, folder: string, specifiers: readonly string[]): Promise<Problem[]> {
  const lines = specifiers.map((specifier, i) => `import * as entry${i} from '${specifier}';`);
  const uses = specifiers.map((_, i) => `export type Entry${i} = keyof typeof entry${i};`);
  await writeFile(join(folder, 'consumer.ts'), [...lines, ...uses, ''].join('\n'));
  const compilerOptions = {
    target: 'ES2022',
    lib: ['ES2023'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    types: ['node'],
    skipLibCheck: false,
  };
  await mkdir(join(folder, 'node_modules/@types'), { recursive: true });
  const types = join(folder, 'node_modules/@types/node');
  await rm(types, { recursive: true, force: true });
  await symlink(await realpath(join(root, 'node_modules/@types/node')), types);
  const tsc = join(root, 'node_modules/.bin/tsc');
  const messages = new Set<string>();
  for (const [module, moduleResolution] of [
    ['NodeNext', 'NodeNext'],
    ['ESNext', 'Bundler'],
  ]) {
    const settings = {
      compilerOptions: { ...compilerOptions, module, moduleResolution },
      files: ['consumer.ts'],
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(settings));
    const { stdout } = await runCommand(tsc, ['-p', '.', '--pretty', 'false'], { cwd: folder });
    // Also what is wrong inside another package: one of our declarations leads there, and a user has the error all the same.
    for (const line of stdout.split('\n')) if (/^\S.*: error TS\d+: /.test(line)) messages.add(line);
  }
  return [...messages].map((line) => ({
    file: line.replace(/\(.*$/, ''),
    message: `does not type-check for a user: ${line}`,
  }));
}

/** Without our own export condition, and without what a test runner leaves behind. */
export function withoutTestRunner(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(NODE_OPTIONS$|VITEST|NODE_ENV$)/.test(name));
  return Object.fromEntries(own);
}

/** What somebody has who types commands on a terminal of their own: nothing of a package manager that runs us, of CI, or of this repository. */
export function ofATerminal(): NodeJS.ProcessEnv {
  const ours = /^(npm_|pnpm_|init_cwd$|node$|ci$|entente_|no_color$|force_color$)/i;
  return Object.fromEntries(Object.entries(withoutTestRunner()).filter(([name]) => !ours.test(name)));
}
