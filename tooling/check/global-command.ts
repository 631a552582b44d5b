import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../runner/command.ts';
import { withoutTestRunner } from './consumer.ts';
import type { Packed } from './packed.ts';
import type { Problem } from './problem.ts';
import { startRegistryStub } from './registry-stub.ts';

const home = 'apps/cli';
const asked = [
  { args: ['--version'], says: /^\d+\.\d+\.\d+/ },
  { args: ['--help'], says: /\bexplain\b/ },
  { args: ['completion', 'bash'], says: /complete .* entente$/m },
  { args: ['topology', 'schema'], says: /"\$schema"/ },
];

/**
 * Does what the README of the command line says: `npm install --global @entente/cli`, from a registry, and asks the command a few things.
 *
 * @param packed - every package
 * @param log - is told that it answers
 */
export async function checkGlobalCommand(
  packed: readonly Packed[],
  log: (line: string) => void,
): Promise<Problem[]> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'entente-global-')));
  await using registry = await startRegistryStub(packed);
  try {
    const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--ignore-scripts', '--loglevel=error'];
    const args = [
      'install',
      '--global',
      `--prefix=${folder}`,
      ...registry.npmOptions,
      ...quiet,
      '@entente/cli',
    ];
    const { status, stderr, stdout } = await runCommand('npm', args, { cwd: folder });
    const file = `${home}/package.json`;
    if (status !== 0) return [{ file, message: `does not install with npm -g: ${(stdout + stderr).trim()}` }];
    const problems: Problem[] = [];
    for (const { args: words, says } of asked) {
      const ran = await runCommand(join(folder, 'bin/entente'), words, {
        cwd: folder,
        env: withoutTestRunner(),
      });
      if (ran.status === 0 && says.test(ran.stdout)) continue;
      const message = `entente ${words.join(' ')}, installed with npm -g, ends with ${ran.status}: ${(ran.stdout + ran.stderr).slice(-1_000)}`;
      problems.push({ file, message });
    }
    if (problems.length === 0) log('  npm install --global @entente/cli: the command answers');
    return problems;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
