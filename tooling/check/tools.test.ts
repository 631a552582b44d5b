import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCommand } from '../runner/command.ts';
import { checkConsumer } from './consumer.ts';
import { checkInstallSize } from './install-size.ts';
import { checkLint } from './lint.ts';
import { judgeTarball } from './packages.ts';
import type { Packed } from './packed.ts';
import type { Problem } from './problem.ts';
import { plantTree } from './testing/planted-tree.ts';
import { checkTypes } from './types.ts';
import { checkUnused } from './unused.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tools = join(root, 'node_modules/.bin');
const json = (value: unknown): string => JSON.stringify(value);

it('the lint check refuses a file that is not formatted and one that breaks a rule, with the settings of the repository', async () => {
  const { vcs: _, ...own } = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8')) as { vcs: unknown };
  using tree = plantTree({
    'biome.json': json({ ...own, json: { formatter: { enabled: false } } }),
    'tooling/clean.ts': "export const a = 'single quotes';\n",
    'tooling/format.ts': 'export const a = "double quotes"\n',
    'tooling/rule.ts': "import { readFileSync } from 'fs';\n\nexport const a = readFileSync;\n",
  });
  const problems = await checkLint(tree.root, tools);
  expect(problems.map(({ file }) => file).sort()).toEqual(['tooling/format.ts', 'tooling/rule.ts']);
});

describe('the type check', () => {
  const tsconfig = json({ compilerOptions: { strict: true, noEmit: true, types: [] }, include: ['tooling'] });

  it('refuses a type error, with its place, and passes sound types', async () => {
    using tree = plantTree({
      'tsconfig.json': tsconfig,
      'tooling/a.ts': "export const a: number = 'text';\n",
      'tooling/b.ts': 'export const b: number = 1;\n',
    });
    expect(await checkTypes(tree.root, tools)).toEqual([
      { file: 'tooling/a.ts', line: 1, message: expect.stringContaining('TS2322') },
    ]);
    // The second time from what it has kept.
    expect(await checkTypes(tree.root, tools)).toHaveLength(1);
  });

  it('refuses settings it cannot read', async () => {
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
  type Files = Readonly<Record<string, string>>;

  const types = { types: './dist/index.d.ts', default: './dist/index.js' };
  const manifest = (name: string, more: object = {}): string =>
    json({
      name: `@entente/${name}`,
      version: '1.0.0',
      type: 'module',
      files: ['dist'],
      exports: { '.': types },
      ...more,
    });
  const sound = {
    'dist/index.d.ts': 'export declare const a: number;\n',
    'dist/index.js': 'export const a = 1;\n',
  };

  const unplanned = plantTree({ 'package.json': json({ name: 'unplanned', version: '1.0.0' }) });
  /** What is planted: a package for each thing that may be wrong with one. */
  const packages: Readonly<Record<string, Files>> = {
    sound,
    absent: {
      ...sound,
      'package.json': manifest('absent', { exports: { '.': { ...types, default: './dist/absent.js' } } }),
    },
    untyped: {
      'package.json': manifest('untyped', { exports: { '.': './dist/index.js' } }),
      'dist/index.js': sound['dist/index.js'],
    },
    throws: { ...sound, 'dist/index.js': "import './absent.js';\n" },
    ends: { ...sound, 'dist/index.js': 'process.exit(0);\nexport const a = 1;\n' },
    nothing: { ...sound, 'dist/index.js': 'export {};\n' },
    declarations: { ...sound, 'dist/index.d.ts': "export * from './absent.js';\n" },
    browser: {
      ...sound,
      'package.json': manifest('browser', { dependencies: { '@entente/other': '1.0.0' } }),
      'dist/index.d.ts': "export type { B } from '@entente/other';\n",
    },
    other: { ...sound, 'dist/index.d.ts': 'export type B = BufferSource;\n' },
    command: { ...sound, 'package.json': manifest('command', { bin: { planted: './dist/bin.js' } }) },
    failing: {
      ...sound,
      'package.json': manifest('failing', { bin: { failing: './dist/bin.js' } }),
      'dist/bin.js': '#!/usr/bin/env node\nprocess.exit(3);\n',
    },
    large: {
      ...sound,
      'package.json': manifest('large', { dependencies: { unplanned: `file:${unplanned.root}` } }),
      'dist/table.js': `// ${'x'.repeat(100_000)}\n`,
    },
  };
  const names = Object.keys(packages);
  const tree = plantTree(
    Object.fromEntries(
      names.flatMap((name) =>
        Object.entries({ 'package.json': manifest(name), ...packages[name] }).map(([file, text]) => [
          `packages/${name}/${file}`,
          text,
        ]),
      ),
    ),
  );
  let packed: readonly Packed[];
  let problems: readonly Problem[];
  beforeAll(async () => {
    const folders = names.map((name) => `./packages/${name}`);
    const { stdout } = await runCommand('npm', ['pack', '--json', '--loglevel=error', ...folders], {
      cwd: tree.root,
    });
    const files = JSON.parse(stdout) as readonly { readonly filename: string }[];
    packed = names.map((name, i) => ({
      name: `@entente/${name}`,
      home: `packages/${name}`,
      tarball: join(tree.root, files[i]?.filename ?? ''),
    }));
    problems = await checkConsumer(root, packed);
    return () => {
      for (const planted of [tree, unplanned]) planted[Symbol.dispose]();
    };
  });
  const wrongWith = (name: string): string[] =>
    problems
      .filter(
        ({ file, message }) =>
          `${file} ${message}`.includes(`@entente/${name}`) || file.includes(`packages/${name}/`),
      )
      .map(({ message }) => message);

  it('passes a tarball that other tools understand, and that installs, imports and type-checks in an empty project', async () => {
    expect(await judgeTarball(packed[0] as Packed)).toEqual([]);
    expect(wrongWith('sound')).toEqual([]);
  });

  it('refuses a tarball whose entry point is not in it', async () => {
    const [problem] = await judgeTarball(packed[names.indexOf('absent')] as Packed);
    expect(problem?.message).toContain('publint:');
  });

  it.each([
    ['cannot be imported', 'throws', 'cannot be imported from its tarball'],
    ['ends the process that imports it', 'ends', 'it ends the process'],
    ['exports nothing', 'nothing', 'it exports nothing'],
    ['has no types', 'untyped', "Could not find a declaration file for module '@entente/untyped'"],
    [
      'has declarations that do not type-check for a user',
      'declarations',
      "Cannot find module './absent.js'",
    ],
    ['leads to a package that needs the types of a browser', 'other', "Cannot find name 'BufferSource'"],
    ['lacks its command', 'command', 'is not in the tarball'],
    ['has a command that fails', 'failing', 'ends with status 3'],
  ])('refuses a tarball that %s', (_what, name, message) => {
    expect(wrongWith(name).join('\n')).toContain(message);
  });

  async function install(name: string) {
    const lines: string[] = [];
    const limit = { name: `@entente/${name}`, brings: [`@entente/${name}`], maxBytes: 100_000 };
    const found = await checkInstallSize(packed, limit, (line) => lines.push(line));
    return { messages: found.map(({ message }) => message), lines };
  }

  it('says what an install takes', async () => {
    const { lines, messages } = await install('sound');
    expect(messages).toEqual([]);
    expect(lines).toEqual([expect.stringMatching(/npm install @entente\/sound: 0\.0\d MB on disk/)]);
  });

  it('refuses an install that takes more than is allowed, and one that brings what it should not', async () => {
    expect((await install('large')).messages).toEqual([
      'installing @entente/large brings unplanned too',
      expect.stringContaining('more than 0.10 MB'),
    ]);
  });
});
