import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Problem } from '../../check/problem.ts';
import type { Part, PartSetting } from '../part.ts';
import { checkImports } from '../readmes/imports.ts';
import { ledger, type Unplayed } from '../readmes/ledger.ts';
import { Reader } from '../readmes/reader.ts';
import { type Readme, readReadmes } from '../readmes/readme.ts';
import { hostScene } from '../scenes/host.ts';
import { networkScene } from '../scenes/network.ts';
import { pkiScene } from '../scenes/pki.ts';
import type { Scene } from '../scenes/scene.ts';
import { storesScene } from '../scenes/stores.ts';
import { tlsScene } from '../scenes/tls.ts';

const scenes: readonly Scene[] = [tlsScene, pkiScene, hostScene, storesScene, networkScene];

/** Each block of the README of each published package. */
export const part: Part = {
  name: 'readmes',
  run: (setting) => playReadmes(readReadmes(setting.root), scenes, ledger, setting),
};

/**
 * Runs every block of READMEs: those of scenes, then the others, which need nothing.
 *
 * @param readmes - whose blocks
 * @param staged - scenes, which know what their blocks need
 * @param left - blocks that are not run
 * @param setting - the newcomer, and how the packages are installed
 */
export async function playReadmes(
  readmes: readonly Readme[],
  staged: readonly Scene[],
  left: readonly Unplayed[],
  { apart, log, newcomer }: Pick<PartSetting, 'apart' | 'log' | 'newcomer'>,
): Promise<Problem[]> {
  const problems: Problem[] = readmes.flatMap(checkImports);
  const folders = new Map<string, string>();
  const libraries = readmes.filter(({ home }) => home.startsWith('packages/'));
  for (const group of apart ? libraries.map((one) => [one]) : [libraries]) {
    const [first] = group;
    if (first === undefined) continue;
    const folder = await newcomer.folder(apart ? `readme-${first.name.replace('/', '-')}` : 'readmes');
    await newcomer.install(folder, ...new Set(group.flatMap(({ installs, name }) => [name, ...installs])));
    // Programs find what is installed from a folder below it, and the files of one README are not those of another one.
    for (const { home } of group) {
      const own = join(folder, home);
      await mkdir(own, { recursive: true });
      folders.set(home, own);
    }
  }
  const apps = await newcomer.folder('apps');
  const reader = new Reader(newcomer, readmes, (home) => folders.get(home) ?? apps);
  for (const { contains, home, reason } of left) {
    try {
      reader.leave(reader.find(home, contains));
      log(`not run: ${home}/README.md, "${contains}": ${reason}`);
    } catch (error) {
      problems.push({ file: 'tooling/newcomer/readmes/ledger.yaml', message: (error as Error).message });
    }
  }
  const failed = new Set<string>();
  for (const { homes, name, play } of staged) {
    try {
      await play(reader);
      log(`${name}: as written`);
    } catch (error) {
      for (const home of homes) failed.add(home);
      problems.push({ file: homes.join(', '), message: `${name}: ${(error as Error).message}` });
    }
  }
  // What a scene that failed has not reached may need what it would have made.
  for (const block of reader.unplayed.filter(({ home }) => !failed.has(home))) {
    const file = `${block.home}/README.md`;
    try {
      await reader.run(block);
    } catch (error) {
      problems.push({ file, line: block.line, message: (error as Error).message });
    }
  }
  log(`${reader.seen} blocks of ${readmes.length} READMEs`);
  return problems;
}
