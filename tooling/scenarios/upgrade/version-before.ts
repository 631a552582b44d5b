import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { removeWithLauncher } from '../../../packages/testkit/src/process/end-with-launcher.ts';

/**
 * What the version before is known by: it is the commit that last changed what this file says, and so it is found also where a history was
 * written again; a move of the file does not count. Where a change makes it impossible that both versions work in one pool, the number in the
 * file goes up with it, and the page on rolling upgrades and a changeset say so. From the first release on the tag of the last release takes
 * its place.
 */
const marker = 'tooling/scenarios/upgrade/pool-generation.txt';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const run = promisify(execFile);

/** The commit of the version before: the oldest one beside whose servers the present ones work in a pool. */
function versionBefore(): { readonly commit: string } | { readonly missing: string } {
  const { error, stdout } = spawnSync(
    'git',
    ['log', '-1', '--follow', '--diff-filter=AM', '--format=%H', '--', marker],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  if (error !== undefined) return { missing: 'git is not installed' };
  const commit = stdout.trim();
  return commit === '' ? { missing: `the history of these sources has no commit of ${marker}` } : { commit };
}

/** Why the version before is not here; undefined where it is. */
export function noVersionBefore(): string | undefined {
  const found = versionBefore();
  return 'missing' in found ? found.missing : undefined;
}

/** The sources of the version before, installed. */
export interface VersionBefore extends AsyncDisposable {
  readonly root: string;
}

/** Extracts the version before into a folder of its own, with the packages that its own lockfile names. */
export async function openVersionBefore(): Promise<VersionBefore> {
  const found = versionBefore();
  if ('missing' in found) throw new Error(found.missing);
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
    await run('git', ['archive', '--format=tar', `--output=${archive}`, found.commit], { cwd: root });
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
