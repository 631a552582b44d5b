import { join } from 'node:path';
import type { Problem } from '../../check/problem.ts';
import type { Part } from '../part.ts';
import type { Newcomer } from '../place/newcomer.ts';
import { readReadme } from '../readmes/readme.ts';

const home = 'apps/create-plugin';

/** The README of create-plugin as it is, then a plugin for each port: `npm install`, `npm test` and `npm pack` in its folder. */
export const part: Part = {
  name: 'create-plugin',
  async run({ log, newcomer, root }) {
    const folder = await newcomer.folder('create-plugin');
    const commands = readReadme(root, home).blocks.find(({ language }) => language === 'sh');
    const file = `${home}/README.md`;
    if (commands === undefined) return [{ file, message: 'expected a block of commands, found none' }];
    const asWritten = await newcomer.shell(commands.code, { cwd: folder });
    if (asWritten.status !== 0)
      return [{ file, line: commands.line, message: `fails as written: ${said(asWritten)}` }];
    const problems: Problem[] = [];
    const ports = await portsOf(newcomer, folder);
    if (ports.length === 0) problems.push({ file, message: 'create-plugin --help lists no port' });
    for (const port of ports) {
      const failure = await createAndTest(newcomer, folder, port, log);
      if (failure !== undefined) problems.push({ file, message: `a plugin for the port ${port} ${failure}` });
    }
    return problems;
  },
};

/** The ports that `--help` lists. */
async function portsOf(newcomer: Newcomer, cwd: string): Promise<readonly string[]> {
  const { stdout } = await newcomer.run('npm', ['create', '@entente/plugin', '--', '--help'], { cwd });
  const [, listed = ''] = /--port PORT +([^;]*);/.exec(stdout) ?? [];
  return listed.split(/, (?:or )?| or /).filter((port) => port !== '');
}

/** @returns what is wrong */
async function createAndTest(
  newcomer: Newcomer,
  folder: string,
  port: string,
  log: (line: string) => void,
): Promise<string | undefined> {
  const name = `for-${port}`;
  const created = await newcomer.run('npm', ['create', '@entente/plugin', name, '--', '--port', port], {
    cwd: folder,
  });
  if (created.status !== 0) return `is not created: ${said(created)}`;
  const cwd = join(folder, name);
  await newcomer.install(cwd);
  const tested = await newcomer.run('npm', ['test', '--silent'], { cwd });
  const passed = Number(/^\S+ pass (\d+)$/m.exec(tested.stdout)?.[1] ?? 0);
  if (tested.status !== 0 || passed === 0) return `does not pass its test: ${said(tested)}`;
  const packed = await newcomer.run('npm', ['pack'], { cwd });
  if (packed.status !== 0) return `does not pack: ${said(packed)}`;
  log(`npm create @entente/plugin, port ${port}: ${passed} rules hold, and it packs`);
  return undefined;
}

function said({ stderr, stdout }: { readonly stdout: string; readonly stderr: string }): string {
  return (stdout + stderr).trim().slice(-2_000);
}
