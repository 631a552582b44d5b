import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runCommand } from '../runner/command.ts';
import { checkConsumer } from './consumer.ts';
import { checkInstallSize } from './install-size.ts';
import { checkLint } from './lint.ts';
import { judgeTarball } from './packages.ts';
import type { Packed } from './packed.ts';
import { plantTree } from './testing/planted-tree.ts';
import { checkTypes } from './types.ts';
import { checkUnused } from './unused.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tools = join(root, 'node_modules/.bin');
const json = (value: unknown): string => JSON.stringify(value);

describe('the lint check', () => {
  const { vcs: _, ...own } = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8')) as { vcs: unknown };
  const settings = { ...own, json: { formatter: { enabled: false } } };

  it('refuses a file that is not formatted and one that breaks a rule, with the settings of the repository', async () => {
    using tree = plantTree({
      'biome.json': json(settings),
      'tooling/format.ts': 'export const a = "double quotes"\n',
      'tooling/rule.ts': "import { readFileSync } from 'fs';\n\nexport const a = readFileSync;\n",
    });
    const problems = await checkLint(tree.root, tools);
    expect(problems.map(({ file }) => file).sort()).toEqual(['tooling/format.ts', 'tooling/rule.ts']);
  });

  it('passes a clean file', async () => {
    using tree = plantTree({
      'biome.json': json(settings),
      'tooling/a.ts': "export const a = 'single quotes';\n",
    });
    expect(await checkLint(tree.root, tools)).toEqual([]);
  });
});

describe('the type check', () => {
  const tsconfig = json({ compilerOptions: { strict: true, noEmit: true, types: [] }, include: ['tooling'] });

  it('refuses a type error, with its place', async () => {
    using tree = plantTree({
      'tsconfig.json': tsconfig,
      'tooling/a.ts': "export const a: number = 'text';\n",
    });
    const [problem] = await checkTypes(tree.root, tools);
    expect(problem).toMatchObject({ file: 'tooling/a.ts', line: 1 });
    expect(problem?.message).toContain('TS2322');
  });

  it('passes sound types and refuses settings it cannot read', async () => {
    using tree = plantTree({ 'tsconfig.json': tsconfig, 'tooling/a.ts': 'export const a: number = 1;\n' });
    expect(await checkTypes(tree.root, tools)).toEqual([]);
    using broken = plantTree({ 'tsconfig.json': json({ extends: './absent.json' }), 'tooling/a.ts': '' });
    expect(await checkTypes(broken.root, tools)).not.toEqual([]);
  });
});

describe('the unused check', () => {
  it('refuses a file that nothing reaches, an export that nothing imports, and a module that is not listed', async () => {
    using tree = plantTree({
      'package.json': json({ name: 'planted', type: 'module', dependencies: { 'left-over': '1.0.0' } }),
      'knip.json': json({ entry: ['tooling/bin.ts'], project: ['tooling/**/*.ts'] }),
      'tooling/bin.ts': "import { used } from './a.ts';\nimport 'not-listed';\n\nused();\n",
      'tooling/a.ts': 'export const used = () => undefined;\nexport const spare = 1;\n',
      'tooling/orphan.ts': 'export const b = 1;\n',
    });
    const problems = (await checkUnused(tree.root, tools))
      .map(({ file, message }) => `${file}: ${message}`)
      .sort();
    expect(problems).toEqual([
      'package.json: dependency that nothing imports: left-over',
      'tooling/a.ts: export that nothing imports: spare',
      'tooling/bin.ts: imported, but not listed in package.json: not-listed',
      'tooling/orphan.ts: no entry point reaches this file: tooling/orphan.ts',
    ]);
  });
});

describe('the packages check', () => {
  async function pack(tree: string): Promise<Packed> {
    const cwd = join(tree, 'packages/planted');
    const { stdout } = await runCommand('npm', ['pack', '--json', '--loglevel=error'], { cwd });
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    return { name: '@entente/planted', home: 'packages/planted', tarball: join(cwd, filename) };
  }

  async function judge(files: Readonly<Record<string, string>>): Promise<string[]> {
    using tree = plantTree(files);
    return (await judgeTarball(root, await pack(tree.root))).map(({ message }) => message);
  }

  async function consume(files: Readonly<Record<string, string>>): Promise<string[]> {
    using tree = plantTree(files);
    return (await checkConsumer(root, [await pack(tree.root)])).map(({ message }) => message);
  }

  const manifest = (target: Readonly<Record<string, string>>): string =>
    json({
      name: '@entente/planted',
      version: '1.0.0',
      type: 'module',
      files: ['dist'],
      exports: { '.': target },
    });

  it('refuses a tarball whose entry point is not in it', async () => {
    const problems = await judge({
      'packages/planted/package.json': manifest({ types: './dist/index.d.ts', default: './dist/absent.js' }),
      'packages/planted/dist/index.d.ts': 'export declare const a: number;\n',
    });
    expect(problems.some((message) => message.startsWith('publint:'))).toBe(true);
  });

  it('refuses a tarball without types', async () => {
    const problems = await judge({
      'packages/planted/package.json': manifest({ default: './dist/index.js' }),
      'packages/planted/dist/index.js': 'export const a = 1;\n',
    });
    expect(problems.some((message) => message.startsWith('attw:'))).toBe(true);
  });

  it('passes a sound tarball', async () => {
    const problems = await judge({
      'packages/planted/package.json': manifest({ types: './dist/index.d.ts', default: './dist/index.js' }),
      'packages/planted/dist/index.d.ts': 'export declare const a: number;\n',
      'packages/planted/dist/index.js': 'export const a = 1;\n',
    });
    expect(problems).toEqual([]);
  });

  const sound = {
    'packages/planted/package.json': manifest({ types: './dist/index.d.ts', default: './dist/index.js' }),
    'packages/planted/dist/index.d.ts': 'export declare const a: number;\n',
    'packages/planted/dist/index.js': 'export const a = 1;\n',
  };

  it('passes a tarball that installs, imports and type-checks in an empty project', async () => {
    expect(await consume(sound)).toEqual([]);
  });

  it('refuses a tarball that cannot be imported, or exports nothing', async () => {
    const throws = { ...sound, 'packages/planted/dist/index.js': "import './absent.js';\n" };
    expect((await consume(throws))[0]).toContain('cannot be imported from its tarball');
    const nothing = { ...sound, 'packages/planted/dist/index.js': 'export {};\n' };
    expect((await consume(nothing))[0]).toContain('it exports nothing');
  });

  it('refuses a tarball whose declarations do not type-check for a user', async () => {
    const broken = { ...sound, 'packages/planted/dist/index.d.ts': "export * from './absent.js';\n" };
    expect((await consume(broken))[0]).toContain('does not type-check for a user');
  });

  it('refuses a tarball whose declarations lead to a package that needs the types of a browser', async () => {
    using tree = plantTree({
      ...sound,
      'packages/planted/dist/index.d.ts': "export type { B } from 'other';\n",
      'other/package.json': json({ name: 'other', version: '1.0.0', types: 'index.d.ts' }),
      'other/index.d.ts': 'export type B = BufferSource;\n',
    });
    const dependencies = { other: `file:${join(tree.root, 'other')}` };
    const own = JSON.parse(sound['packages/planted/package.json']) as object;
    writeFileSync(join(tree.root, 'packages/planted/package.json'), json({ ...own, dependencies }));
    const [problem] = await checkConsumer(root, [await pack(tree.root)]);
    expect(problem?.message).toContain("Cannot find name 'BufferSource'");
  });

  it('refuses a tarball that lacks its command, or whose command fails', async () => {
    const base = JSON.parse(sound['packages/planted/package.json']) as object;
    const withBin = {
      ...sound,
      'packages/planted/package.json': json({ ...base, bin: { planted: './dist/bin.js' } }),
    };
    expect((await consume(withBin))[0]).toContain('is not in the tarball');
    const failing = { ...withBin, 'packages/planted/dist/bin.js': '#!/usr/bin/env node\nprocess.exit(3);\n' };
    expect((await consume(failing))[0]).toContain('ends with status 3');
  });

  async function install(files: Readonly<Record<string, string>>, maxBytes: number) {
    using tree = plantTree(files);
    const lines: string[] = [];
    const limit = { name: '@entente/planted', brings: ['@entente/planted'], maxBytes };
    const problems = await checkInstallSize([await pack(tree.root)], limit, (line) => lines.push(line));
    return { messages: problems.map(({ message }) => message), lines };
  }

  it('says what an install takes, and refuses more than is allowed', async () => {
    const fitting = await install(sound, 100_000);
    expect(fitting.messages).toEqual([]);
    expect(fitting.lines).toEqual([
      expect.stringMatching(/npm install @entente\/planted: 0\.0\d MB on disk/),
    ]);
    const large = { ...sound, 'packages/planted/dist/table.js': `// ${'x'.repeat(100_000)}\n` };
    expect((await install(large, 100_000)).messages).toEqual([expect.stringContaining('more than 0.10 MB')]);
  });

  it('refuses an install that brings what it should not', async () => {
    using unplanned = plantTree({ 'package.json': json({ name: 'unplanned', version: '1.0.0' }) });
    const base = JSON.parse(sound['packages/planted/package.json']) as object;
    const dependencies = { unplanned: `file:${unplanned.root}` };
    const leaning = { ...sound, 'packages/planted/package.json': json({ ...base, dependencies }) };
    expect((await install(leaning, 100_000)).messages).toEqual([
      'installing @entente/planted brings unplanned too',
    ]);
  });
});
