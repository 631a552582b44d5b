import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MutationRun, placeOf } from './mutation.ts';
import { readPatches, runMutation } from './run.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const folder = fileURLToPath(new URL('./testing/', import.meta.url));
const door = 'packages/door/src/open.ts';
let root: string;

/** A repository of two packages, where the test of one goes through the other: as patches and tests really lie. */
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'entente-planted-'));
  const exports = { '.': { '@entente/source': './src/open.ts', default: './dist/open.js' } };
  const files = {
    [door]: "export function opens(key: string): boolean {\n  return key === 'right';\n}\n",
    'packages/door/package.json': JSON.stringify({ name: '@entente/door', type: 'module', exports }),
    'apps/house/package.json': JSON.stringify({ name: '@entente/house', type: 'module' }),
    // The runner bundles the threads of databases, with the version of the commands.
    'packages/commands/package.json': JSON.stringify({ version: '0.1.0' }),
    'packages/chat-room/src/worker/thread.ts': '',
    'packages/store-sql/src/worker/thread.ts': '',
    'apps/house/src/open.test.ts': `
      import { opens } from '@entente/door';
      import { expect, it } from 'vitest';
      it('refuses a wrong key', () => expect(opens('wrong')).toBe(false));
      it('opens for the right key', () => expect(opens('right')).toBe(true));
      it('fails by itself', () => expect(opens('right')).toBe(false));
    `,
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  for (const path of ['vitest.config.ts', 'tooling/seed', 'tooling/runner'])
    await cp(join(repository, path), join(root, path), { recursive: true });
  await mkdir(join(root, 'node_modules'));
  for (const name of ['esbuild', 'vitest', 'vite', 'fast-check']) {
    await symlink(join(repository, 'node_modules', name), join(root, 'node_modules', name));
  }
  await mkdir(join(root, 'apps/house/node_modules/@entente'), { recursive: true });
  await symlink('../../../../packages/door', join(root, 'apps/house/node_modules/@entente/door'));
});

afterAll(() => rm(root, { recursive: true, force: true }));

describe('the mutation test', () => {
  it('passes a patch that the named test notices and refuses every patch that proves nothing', async () => {
    const { report, ok } = await runMutation(['planted'], { log: () => undefined }, { root, folder });
    const runs = (report as { runs: MutationRun[] }).runs;
    expect(ok).toBe(false);
    expect(runs.map(({ name, ok: noticed }) => [name.slice(8), noticed])).toEqual([
      ['noticed', true],
      ['noticed-in-a-folder', true],
      ['unnoticed', false],
      ['gone', false],
      ['ambiguous', false],
      ['no-file', false],
      ['no-test', false],
      ['failing-test', false],
      ['breaks-the-source', false],
    ]);
    const details = runs.map(({ detail }) => detail);
    expect(details[2]).toContain('nobody noticed');
    expect(details[3]).toContain('occurs 0 times');
    expect(details[4]).toContain('occurs 2 times');
    expect(details[5]).toContain('occurs 0 times');
    expect(details[6]).toContain('does not run');
    expect(details[7]).toContain('fails without the patch');
    expect(details[8]).toContain('breaks the sources');
  });

  it('leaves the repository as it was', async () => {
    expect(await readFile(join(root, door), 'utf8')).toContain("return key === 'right';");
  });

  it('refuses a name that is not of a list or a patch, and names those that are like it, or else the lists', async () => {
    const wrong = (name: string) => runMutation([name], { log: () => undefined }, { root, folder });
    await expect(wrong('attic')).rejects.toThrow('no patch or list "attic"; the lists are: planted');
    await expect(wrong('notic')).rejects.toThrow(
      'no patch "notic"; there is: planted/noticed, planted/noticed-in-a-folder, planted/unnoticed',
    );
  });
});

describe('the patches', () => {
  it('all find their text exactly once in the sources as they are', async () => {
    const patches = await readPatches(fileURLToPath(new URL('./patches/', import.meta.url)));
    expect(patches.length).toBeLessThanOrEqual(120);
    const stale: string[] = [];
    for (const { name, patch } of patches) {
      const place = await placeOf(repository, patch);
      if (typeof place === 'string') stale.push(`${name}: ${place}`);
    }
    expect(stale).toEqual([]);
  });
});
