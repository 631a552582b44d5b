import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readRooms } from '../check/source/source-file.ts';
import { plantTree } from '../check/testing/planted-tree.ts';
import { installedLicences } from './licences.ts';
import { readLocked } from './locked.ts';
import { readPublicAddress } from './public-address.ts';
import { release } from './run.ts';
import { createSbom, type Sbom } from './sbom.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const address = 'https://forge.contoso.example/entente/entente';
const file = 'tooling/release/public-address.txt';
const manifest = {
  name: '@entente/planted',
  version: '1.2.0',
  description: 'What it is for',
  license: 'Apache-2.0',
  type: 'module',
  exports: './index.js',
  dependencies: { 'one-dependency': '1.0.0' },
};
const lock = `lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      never-released: { specifier: 1.0.0, version: 1.0.0 }
  packages/planted:
    dependencies:
      one-dependency: { specifier: 1.0.0, version: 1.0.0(peer@2.0.0) }
    devDependencies:
      never-released: { specifier: 1.0.0, version: 1.0.0 }
packages:
  never-released@1.0.0: { resolution: { integrity: sha512-AAAA } }
  one-dependency@1.0.0: { resolution: { integrity: sha512-AQID } }
  peer@2.0.0: { resolution: { integrity: sha512-BAUG } }
  native@3.0.0: { resolution: { integrity: sha512-BwgJ } }
snapshots:
  never-released@1.0.0: {}
  one-dependency@1.0.0(peer@2.0.0):
    dependencies: { peer: 2.0.0 }
    optionalDependencies: { native: 3.0.0 }
  peer@2.0.0: {}
  native@3.0.0: {}
`;
const store = 'node_modules/.pnpm/one-dependency@1.0.0_peer@2.0.0/node_modules/one-dependency/package.json';
const tree = {
  [file]: `${address}\n`,
  '.changeset/config.json': '{}',
  'packages/planted/package.json': JSON.stringify(manifest),
  'packages/planted/index.js': 'export const a = 1;\n',
  'pnpm-lock.yaml': lock,
  [store]: JSON.stringify({ name: 'one-dependency', version: '1.0.0', license: 'MIT OR Apache-2.0' }),
};

async function make(files: Readonly<Record<string, string>>, isDry = true) {
  using planted = plantTree(files);
  const lines: string[] = [];
  const { ok } = await release(planted.root, {
    out: join(planted.root, 'out'),
    isDry,
    now: new Date('2026-01-02T03:04:05Z'),
    log: (line) => void lines.push(line),
  });
  const text = readFileSync(join(planted.root, 'packages/planted/package.json'), 'utf8');
  const made = readdirSync(planted.root).includes('out');
  return { ok, lines, written: JSON.parse(text) as Record<string, unknown>, text, made };
}

describe('a release', () => {
  it('is refused without the public address, with what to do, and writes nothing', async () => {
    const { lines, made, ok, text } = await make({ ...tree, [file]: '' }, false);
    expect(ok).toBe(false);
    expect(lines).toEqual([
      `✗ the public address of the repository is not known: write the address of the repository, https://…, into ${file}`,
    ]);
    expect([made, text]).toEqual([false, JSON.stringify(manifest)]);
  });

  it.each([
    'http://forge.contoso.example/entente/entente',
    'https://forge.contoso.example/',
    'https://forge.contoso.example/entente/entente.git',
    'https://alice@forge.contoso.example/entente/entente',
    'git@forge.contoso.example:entente/entente',
  ])('is refused for an address that a browser cannot open: %s', async (text) => {
    const { lines, ok } = await make({ ...tree, [file]: text });
    expect([ok, lines[0]]).toEqual([false, expect.stringContaining('expected https://<host>/<path')]);
  });

  it('is refused while changesets wait for a version', async () => {
    const { lines, ok } = await make({ ...tree, '.changeset/a-change.md': '' });
    expect([ok, lines]).toEqual([false, [expect.stringContaining('1 changesets are in no version yet')]]);
  });

  it('is refused where the folder has something in it', async () => {
    const { lines, ok } = await make({ ...tree, 'out/old.tgz': '' });
    expect([ok, lines]).toEqual([false, [expect.stringContaining('out is not empty')]]);
  });

  it('says on a dry run what it would do, and writes nothing', async () => {
    const { lines, made, ok, text } = await make(tree);
    expect([ok, made, text]).toEqual([true, false, JSON.stringify(manifest)]);
    expect(lines[0]).toBe(`would write ${address} into packages/planted/package.json`);
    expect(lines.at(-1)).toContain('would pack 1 packages of version 1.2.0');
  });
});

describe('the list of components', () => {
  function list(): Sbom {
    using planted = plantTree(tree);
    return createSbom({
      rooms: readRooms(planted.root),
      locked: readLocked(lock, ['packages/planted']),
      licences: installedLicences(planted.root),
      address,
      version: '1.2.0',
      timestamp: '2026-01-02T03:04:05Z',
    });
  }

  it('has our packages and what is installed with them, and nothing that only develops them', () => {
    const { components, dependencies } = list();
    expect(components.map(({ 'bom-ref': ref, scope }) => [ref, scope])).toEqual([
      ['pkg:npm/%40entente/planted@1.2.0', 'required'],
      ['pkg:npm/native@3.0.0', 'optional'],
      ['pkg:npm/one-dependency@1.0.0', 'required'],
      ['pkg:npm/peer@2.0.0', 'required'],
    ]);
    expect(dependencies.find(({ ref }) => ref === 'pkg:npm/one-dependency@1.0.0')?.dependsOn).toEqual([
      'pkg:npm/native@3.0.0',
      'pkg:npm/peer@2.0.0',
    ]);
  });

  it('has the digest and the licence of each, where it is installed', () => {
    const [ours, native, dependency] = list().components;
    expect(ours).toMatchObject({
      group: '@entente',
      name: 'planted',
      licenses: [{ license: { id: 'Apache-2.0' } }],
    });
    expect(dependency).toMatchObject({
      hashes: [{ alg: 'SHA-512', content: '010203' }],
      licenses: [{ expression: 'MIT OR Apache-2.0' }],
    });
    expect(native?.licenses).toBeUndefined();
  });

  it('of this repository names each dependency of each package once', () => {
    const rooms = readRooms(root).filter(({ manifest: { private: isPrivate } }) => isPrivate !== true);
    const lockFile = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8');
    const homes = rooms.map(({ home }) => home);
    const locked = readLocked(lockFile, homes);
    const sbom = createSbom({
      rooms,
      locked,
      licences: installedLicences(root),
      address,
      version: '0.1.0',
      timestamp: '2026-01-02T03:04:05Z',
    });
    const names = new Set(
      sbom.components.map(({ group, name }) => (group === undefined ? name : `${group}/${name}`)),
    );
    for (const {
      manifest: { dependencies = {} },
    } of rooms)
      for (const name of Object.keys(dependencies)) expect(names).toContain(name);
    const refs = sbom.components.map(({ 'bom-ref': ref }) => ref);
    expect(new Set(refs).size).toBe(refs.length);
    for (const tool of ['vitest', 'typescript', 'tsx']) expect(names).not.toContain(tool);
  });
});

it('the address stands in one file, which says nothing until there is one', () => {
  const found = readPublicAddress(root);
  const said = readRooms(root).filter(({ manifest: one }) => 'repository' in one);
  if (!found.ok) expect(said).toEqual([]);
  else for (const { manifest: one } of said) expect(JSON.stringify(one)).toContain(found.address);
});
