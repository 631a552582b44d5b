import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { removeWithLauncher } from '../../packages/testkit/src/process/end-with-launcher.ts';

/**
 * The version before: the oldest one beside whose servers the present ones work in a pool. It is a commit until the first release, and the
 * tag of the last release from then on. Where a change makes it impossible that both work together, this moves on, and the page on rolling
 * upgrades and a changeset say so.
 */
export const versionBefore = '1e173a4d7154e6e11a183e75b017f3f992314714';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

/** Why the version before is not here; undefined where it is. */
export function noVersionBefore(): string | undefined {
  const git = spawnSync('git', ['cat-file', '-e', `${versionBefore}^{tree}`], { cwd: root, stdio: 'ignore' });
  if (git.error !== undefined) return 'git is not installed';
  return git.status === 0
    ? undefined
    : `the history of this clone does not have ${versionBefore.slice(0, 8)}, the version before (git fetch --unshallow)`;
}

/** The sources of the version before, installed. */
export interface VersionBefore extends AsyncDisposable {
  readonly root: string;
}

/** Extracts the version before into a folder of its own, with the packages that its own lockfile names. */
export async function openVersionBefore(): Promise<VersionBefore> {
  const folder = await mkdtemp(join(tmpdir(), 'entente-version-before-'));
  const removed = removeWithLauncher(folder);
  const before = {
    root: folder,
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
      removed();
    },
  };
  try {
    const archive = join(folder, 'sources.tar');
    await run('git', ['archive', '--format=tar', `--output=${archive}`, versionBefore], { cwd: root });
    await run('tar', ['-xf', archive, '-C', folder]);
    const wanted = ['pool-server', 'edge-server'].flatMap((app) => ['--filter', `@entente/${app}...`]);
    // What the last installation has fetched is not fetched again.
    const install = ['install', '--frozen-lockfile', '--prefer-offline', '--ignore-scripts'];
    const [program, ...first] = pnpm();
    await run(program, [...first, ...install, '--filter', '.', ...wanted], { cwd: folder });
    return before;
  } catch (error) {
    await before[Symbol.asyncDispose]();
    throw error;
  }
}

/** The pnpm that runs us, or one that npm brings. */
function pnpm(): readonly [string, ...string[]] {
  const { npm_execpath: running = '' } = process.env;
  if (/pnpm[^/]*$/.test(running)) return [process.execPath, running];
  return spawnSync('pnpm', ['--version']).status === 0 ? ['pnpm'] : ['npx', '-y', 'pnpm@10.34.9'];
}
