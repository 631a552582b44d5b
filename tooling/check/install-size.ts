import { mkdtemp, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../runner/command.ts';
import type { Packed } from './packed.ts';
import type { Problem } from './problem.ts';

/** A package that is installed by itself, and how much it may bring. */
export interface InstallLimit {
  readonly name: string;
  /** Everything that may come with it, itself included. */
  readonly brings: readonly string[];
  /** Bytes in node_modules, counted in whole blocks of the disk as `du` does. */
  readonly maxBytes: number;
}

/** What `npm install @entente/tls` in somebody's service may cost. */
export const tlsInstall: InstallLimit = {
  name: '@entente/tls',
  brings: ['@entente/tls', '@entente/trust', '@entente/x509', '@entente/options'],
  maxBytes: 2_000_000,
};

const blockBytes = 4096;

/**
 * Installs one package from its tarball into an empty project, for production, and measures what came.
 *
 * @param packed Every package, for they depend on each other.
 * @param limit What may come, and how much of it.
 * @param log Told the figure.
 */
export async function checkInstallSize(
  packed: readonly Packed[],
  limit: InstallLimit,
  log: (line: string) => void,
): Promise<Problem[]> {
  const file = `${packed.find(({ name }) => name === limit.name)?.home ?? limit.name}/package.json`;
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'entente-install-')));
  try {
    const ours = packed.filter(({ name }) => limit.brings.includes(name));
    const dependencies = Object.fromEntries(ours.map(({ name, tarball }) => [name, `file:${tarball}`]));
    const manifest = {
      name: 'consumer',
      private: true,
      dependencies: { [limit.name]: dependencies[limit.name] },
      // The others come because they are depended on, not because they are named here; only their place is.
      overrides: dependencies,
    };
    await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
    const args = ['install', '--omit=dev', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
    const { status, stdout, stderr } = await runCommand('npm', args, { cwd: folder });
    if (status !== 0)
      return [{ file, message: `${limit.name} does not install: ${(stdout + stderr).trim()}` }];
    const modules = join(folder, 'node_modules');
    const problems = (await installedIn(modules))
      .filter((name) => !limit.brings.includes(name))
      .map((name) => ({ file, message: `installing ${limit.name} brings ${name} too` }));
    const { bytes, onDisk, files } = await weigh(modules);
    const figure = `${megabytes(onDisk)} on disk (${files} files, ${megabytes(bytes)} of content)`;
    log(`  npm install ${limit.name}: ${figure}, of at most ${megabytes(limit.maxBytes)}`);
    if (onDisk > limit.maxBytes) {
      const message = `installing ${limit.name} takes ${figure}, more than ${megabytes(limit.maxBytes)}`;
      return [...problems, { file, message }];
    }
    return problems;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Names of the packages in a node_modules folder; npm's own files begin with a dot. */
async function installedIn(modules: string): Promise<readonly string[]> {
  const names: string[] = [];
  for (const name of await readdir(modules)) {
    if (name.startsWith('.')) continue;
    if (!name.startsWith('@')) names.push(name);
    else for (const inner of await readdir(join(modules, name))) names.push(`${name}/${inner}`);
  }
  return names;
}

interface Weight {
  readonly bytes: number;
  readonly onDisk: number;
  readonly files: number;
}

async function weigh(folder: string): Promise<Weight> {
  let bytes = 0;
  let onDisk = 0;
  let files = 0;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const isFile = entry.isFile();
    const { size } = isFile ? await stat(join(entry.parentPath, entry.name)) : { size: blockBytes };
    onDisk += Math.ceil(size / blockBytes) * blockBytes;
    if (!isFile) continue;
    bytes += size;
    files++;
  }
  return { bytes, onDisk, files };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(2)} MB`;
}
