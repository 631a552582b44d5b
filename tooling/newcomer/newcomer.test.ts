import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Problem } from '../check/problem.ts';
import { startRegistryStub } from '../check/registry-stub.ts';
import { plantTree } from '../check/testing/planted-tree.ts';
import { RecipePage } from '../recipes/recipe-page.ts';
import { runCommand } from '../runner/command.ts';
import { playReadmes } from './parts/readmes.ts';
import { Newcomer } from './place/newcomer.ts';
import { findNode } from './place/node-program.ts';
import { notPrinted } from './readmes/expected-lines.ts';
import { type Block, readReadmes } from './readmes/readme.ts';
import { recipePlays } from './recipes/plays.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const block = (language: string, ...lines: readonly string[]): string =>
  [`\`\`\`${language}`, ...lines, '```', ''].join('\n');
const loaded = "import { a } from '@entente/planted';";

describe('the newcomer', { timeout: 60_000 }, () => {
  let blocks: readonly Block[];
  let problems: readonly Problem[];
  let seen: readonly string[];

  beforeAll(async () => {
    const home = 'packages/planted';
    const manifest = {
      name: '@entente/planted',
      version: '1.0.0',
      type: 'module',
      files: ['index.js'],
      exports: './index.js',
    };
    using tree = plantTree({
      [`${home}/package.json`]: JSON.stringify(manifest),
      [`${home}/index.js`]: 'export const a = 1;\n',
      [`${home}/README.md`]: [
        block('js', loaded, 'console.log(a); // 1'),
        block('ts', loaded, 'const typed: number = a;', 'console.log(typed); // 1: a number'),
        block('sh', 'test -d ../../node_modules/@entente/planted'),
        block('js', 'throw new Error("a block that fails");'),
        block('js', loaded, 'console.log(a); // 2'),
        block('js', "import { absent } from '@entente/planted';", 'console.log(absent);'),
        block('sh', 'false', 'true'),
        block('js', "import 'elsewhere';"),
        block('js', 'await new Promise(() => setInterval(() => {}, 1_000)); // left'),
        block('yaml', 'not: executed'),
      ].join('\n'),
    });
    const cwd = join(tree.root, home);
    const { stdout } = await runCommand('npm', ['pack', '--json', '--loglevel=error'], { cwd });
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    const packed = [{ name: manifest.name, home, tarball: join(cwd, filename) }];
    await using registry = await startRegistryStub(packed);
    await using newcomer = await Newcomer.arrive(await findNode(undefined), registry.npmOptions);
    const left = [
      { home, contains: '// left', reason: 'it never ends' },
      { home, contains: 'what no block has', reason: 'it was there once' },
    ];
    const lines: string[] = [];
    const log = (line: string): void => void lines.push(line);
    const readmes = readReadmes(tree.root);
    problems = await playReadmes(readmes, [], left, { apart: false, log, newcomer });
    blocks = readmes.flatMap((readme) => readme.blocks);
    seen = lines;
  }, 60_000);

  /** What is wrong with the block that has these words. */
  const wrong = (words: string): readonly string[] => {
    const [found] = blocks.filter(({ code }) => code.includes(words));
    if (found === undefined) throw new Error(`no block has "${words}"`);
    return problems.filter(({ line }) => line === found.line).map(({ message }) => message);
  };

  it('passes programs and commands that do what they say, with npm alone', () => {
    for (const words of ['// 1\n', 'typed', 'test -d']) expect(wrong(words)).toEqual([]);
  });

  it('refuses a block that fails, also one whose last command succeeds', () => {
    expect(wrong('a block that fails')).toEqual([expect.stringContaining('expected status 0, found 1')]);
    expect(wrong('false\ntrue')).toEqual([expect.stringContaining('expected status 0, found 1')]);
  });

  it('refuses a program that does not print what its comment says', () => {
    expect(wrong('// 2')).toEqual([expect.stringContaining('expected the line "2"')]);
  });

  it('refuses a program that imports what the package does not export', () => {
    expect(wrong('absent')).toEqual([expect.stringContaining('absent')]);
  });

  it('refuses a program that imports what neither its package brings nor its README installs', () => {
    expect(wrong('elsewhere')[0]).toContain(
      'imports elsewhere, which npm install @entente/planted does not bring',
    );
  });

  it('leaves a block of the ledger, with its reason, and refuses an entry whose block is gone', () => {
    expect(wrong('// left')).toEqual([]);
    expect(seen).toContainEqual(expect.stringContaining('it never ends'));
    expect(problems).toContainEqual({
      file: 'tooling/newcomer/readmes/ledger.yaml',
      message: 'expected one block with "what no block has" in packages/planted/README.md, found 0',
    });
  });
});

describe('comments that say what a program prints', () => {
  it('may go on after the line, and may leave the rest of the line out', () => {
    expect(notPrinted('console.log(a); // true: because', 'true\n')).toEqual([]);
    expect(notPrinted('console.log(a); // account-exists · …', 'account-exists · choose another\n')).toEqual(
      [],
    );
    expect(notPrinted('console.log(a); // 200', '404\n')).toEqual(['200']);
  });
});

describe('the pages of recipes', () => {
  const pages = readdirSync(join(root, 'docs/recipes')).filter((name) => name !== 'index.md');

  it('each have a play', () => {
    expect(Object.keys(recipePlays).sort()).toEqual(pages.sort());
  });

  it('install the versions with which they are tested', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly devDependencies: Readonly<Record<string, string>>;
    };
    const specs = pages
      .flatMap((page) => new RecipePage(page).installs)
      .filter((spec) => spec !== '@entente/tls');
    expect(specs.length).toBeGreaterThanOrEqual(9);
    for (const spec of specs) {
      const [, name = '', version = ''] = /^(.+)@([\d.]+)$/.exec(spec) ?? [];
      expect(`${devDependencies[name]}.`, spec).toMatch(new RegExp(`^${version.replaceAll('.', '\\.')}\\.`));
    }
  });
});
