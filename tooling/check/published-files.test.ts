import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkEntrySizes, entrySizes, writeEntrySizes } from './entry-sizes.ts';
import { checkPublishedFiles } from './published-files.ts';
import { plantTree } from './testing/planted-tree.ts';

const planted = { name: '@entente/planted', home: 'packages/planted', tarball: '' };
const installed = 'node_modules/@entente/planted';
const manifest = {
  name: '@entente/planted',
  exports: { '.': { default: './dist/index.js' }, './b': { default: './dist/b.js' }, './c.json': './c.json' },
};
const sound: Readonly<Record<string, string>> = {
  LICENSE: 'The licence.\n',
  'packages/planted/README.md': '# Planted\n',
  [`${installed}/LICENSE`]: 'The licence.\n',
  [`${installed}/README.md`]: '# Planted\n',
  [`${installed}/package.json`]: JSON.stringify(manifest),
  [`${installed}/dist/index.js`]: 'import {\n  a\n} from "./chunk-A.js";\nimport "./chunk-B.js";\n',
  [`${installed}/dist/index.d.ts`]: 'export {};\n',
  [`${installed}/dist/b.js`]: 'import { a } from "./chunk-A.js";\nawait import("./chunk-B.js");\n',
  [`${installed}/dist/chunk-A.js`]: 'export { a };\n',
  [`${installed}/dist/chunk-B.js`]: 'import { z } from "@entente/other";\n',
};

describe('the files of a tarball', () => {
  async function judge(files: Readonly<Record<string, string>>): Promise<string[]> {
    using tree = plantTree(files);
    const found = await checkPublishedFiles(tree.root, planted, join(tree.root, installed));
    return found.map(({ message }) => message);
  }

  it('pass where licence and README are whole, and all else is built', async () => {
    expect(await judge(sound)).toEqual([]);
  });

  it.each([
    ['a shortened licence', 'LICENSE', 'The', 'no LICENSE, or not the whole LICENSE'],
    ['another README', 'README.md', '#', 'no README.md, or not the whole packages/planted/README.md'],
    ['a test', 'dist/a.test.js', '', 'has a test: dist/a.test.js'],
    ['a map', 'dist/index.js.map', '', 'has a map, and no sources for it: dist/index.js.map'],
    [
      'a declaration of later compilers',
      'dist/index.d.ts',
      'export declare const a: Uint8Array<ArrayBuffer>;',
      'TypeScript before 5.7 cannot read dist/index.d.ts',
    ],
    ['a source', 'src/index.ts', '', 'has a source: src/index.ts'],
    [
      'our export condition',
      'package.json',
      '"@entente/source"',
      'names the export condition @entente/source',
    ],
  ])('are refused with %s', async (_name, file, text, message) => {
    expect(await judge({ ...sound, [`${installed}/${file}`]: text })).toEqual([
      expect.stringContaining(message),
    ]);
  });
});

describe('the size of an entry point', () => {
  it('counts its file and what that imports at once of its package, and not what it imports later', () => {
    using tree = plantTree(sound);
    const bytes = (file: string): number => sound[`${installed}/dist/${file}`]?.length ?? 0;
    expect(entrySizes(planted, join(tree.root, installed))).toEqual(
      new Map([
        ['@entente/planted', bytes('index.js') + bytes('chunk-A.js') + bytes('chunk-B.js')],
        ['@entente/planted/b', bytes('b.js') + bytes('chunk-A.js')],
      ]),
    );
  });

  it('may be 15 % above what the table says, and no more', () => {
    using tree = plantTree({ 'tooling/check/entry-sizes.json': '{"@entente/planted":1000}' });
    expect(checkEntrySizes(tree.root, new Map([['@entente/planted', 1150]]))).toEqual([]);
    const [problem] = checkEntrySizes(tree.root, new Map([['@entente/planted', 1151]]));
    expect(problem?.message).toContain('@entente/planted loads 1151 bytes, of at most 1150');
  });

  it('is refused where the table does not know the entry point, or one that is not there any more', () => {
    using tree = plantTree({ 'tooling/check/entry-sizes.json': '{"@entente/gone":1000}' });
    const measured = new Map([['@entente/planted', 10]]);
    expect(checkEntrySizes(tree.root, measured).map(({ message }) => message)).toEqual([
      expect.stringContaining('@entente/planted loads 10 bytes, of at most 0'),
      expect.stringContaining('lists @entente/gone, which no package exports'),
    ]);
    writeEntrySizes(tree.root, measured);
    expect(checkEntrySizes(tree.root, measured)).toEqual([]);
  });
});
