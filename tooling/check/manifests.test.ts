import { expect, it } from 'vitest';
import { checkManifests } from './manifests.ts';
import { plantTree } from './testing/planted-tree.ts';

const exports = {
  '.': { '@entente/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
  './schema.json': './schema/a.json',
};
const publishedExports = {
  '.': { types: './dist/index.d.ts', default: './dist/index.js' },
  './schema.json': './schema/a.json',
};
const sound = {
  name: '@entente/planted',
  description: 'What it is for',
  keywords: ['tls', 'mtls', 'certificates'],
  license: 'Apache-2.0',
  exports,
  files: ['dist'],
  publishConfig: { access: 'public', exports: publishedExports },
};

function judge(manifest: object): string[] {
  using tree = plantTree({ 'packages/planted/package.json': JSON.stringify(manifest) });
  return checkManifests(tree.root).map(({ message }) => message);
}

it('passes a manifest that says what npm shows, and publishes dist alone', () => {
  expect(judge(sound)).toEqual([]);
});

it('does not ask that of a package that is not published', () => {
  expect(judge({ name: '@entente/planted', private: true })).toEqual([]);
});

it.each([
  ['no description', { description: '' }, 'has no "description"'],
  ['two keywords', { keywords: ['tls', 'mtls'] }, 'has fewer than 3 "keywords"'],
  ['another licence', { license: 'MIT' }, 'does not say "license": "Apache-2.0"'],
  ['no access', { publishConfig: { exports: publishedExports } }, 'set publishConfig.access to "public"'],
  ['its sources', { files: ['dist', 'src'] }, 'publishes ["dist","src"]; "files" is ["dist"]'],
])('refuses a manifest with %s', (_name, change, message) => {
  expect(judge({ ...sound, ...change })).toEqual([expect.stringContaining(message)]);
});

it('refuses published entry points that lead to sources, or are others than those here', () => {
  const leading = judge({ ...sound, publishConfig: { access: 'public', exports } });
  expect(leading).toEqual([expect.stringContaining('without @entente/source; set it to {".":{"types"')]);
  expect(judge({ ...sound, publishConfig: { access: 'public' } })).toHaveLength(1);
  const another = { ...publishedExports, './more': './dist/more.js' };
  expect(judge({ ...sound, publishConfig: { access: 'public', exports: another } })).toHaveLength(1);
});

it('passes an entry point that leads to its source alone, and is for this repository; refuses it among the published ones', () => {
  const own = { ...exports, './own': { '@entente/source': './src/own.ts' } };
  expect(judge({ ...sound, exports: own })).toEqual([]);
  const published = { ...publishedExports, './own': {} };
  const manifest = { ...sound, exports: own, publishConfig: { access: 'public', exports: published } };
  expect(judge(manifest)).toEqual([
    expect.stringContaining('publishConfig.exports is not "exports" without'),
  ]);
});
