import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly license?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(join(root, 'docs/reference/standing-on.md'), 'utf8');
const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

const rooms = ['packages', 'apps']
  .flatMap((floor) => readdirSync(join(root, floor)).map((name) => `${floor}/${name}`))
  .filter((room) => existsSync(join(root, room, 'package.json')))
  .map((room) => ({ room, manifest: manifestOf(join(root, room)) }))
  .filter(({ manifest }) => manifest.private !== true);

const ours = '@entente/';
const short = (name: string): string => `\`${name.replace(ours, '')}\``;
const all = ({ dependencies, peerDependencies }: Manifest) => ({ ...dependencies, ...peerDependencies });

/** The cells of the rows of a section of the page, without its heading. */
function rowsOf(heading: string): readonly (readonly string[])[] {
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const [text = ''] = section.split('\n## ');
  return text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map((cells) => cells.slice(1, -1));
}

/** What is in the row of a dependency: its version, its licence and who names it. */
function expectedOf(name: string): readonly [string, string, string, string] {
  const users = rooms.filter(({ manifest }) => name in all(manifest));
  const [first] = users;
  const versions = new Set(users.map(({ manifest }) => all(manifest)[name] ?? ''));
  const { license = 'none' } = manifestOf(join(root, first?.room ?? '', 'node_modules', name));
  const packages = users
    .map(({ manifest }) => manifest.name)
    .sort()
    .map(short);
  return [`\`${name}\``, [...versions].join(', '), license, packages.join(', ')];
}

describe('the page about what packages stand on', () => {
  const named = new Set(rooms.flatMap(({ manifest }) => Object.keys(all(manifest))));
  const third = [...named].filter((name) => !name.startsWith(ours)).sort();

  it('has a row for each dependency of others that a published package names, with version, licence and packages', () => {
    expect(rowsOf('From others').map((cells) => cells.slice(0, 4))).toEqual(third.map(expectedOf));
  });

  it('gives a reason for each of them, and says what would replace it', () => {
    const silent = rowsOf('From others').filter(([, , , , reason = '', instead = '']) => !reason || !instead);
    expect(silent).toEqual([]);
  });

  it('has a row for each published package, with the packages that it names', () => {
    const expected = rooms.map(({ manifest, room }) => {
      const names = Object.keys(all(manifest));
      const own = names.filter((name) => name.startsWith(ours)).map(short);
      const others = names.filter((name) => !name.startsWith(ours)).map((name) => `\`${name}\``);
      return [
        `[${short(manifest.name)}](../../${room}/README.md)`,
        own.join(', ') || '–',
        others.join(', ') || '–',
      ];
    });
    const sorted = (rows: readonly (readonly string[])[]) => rows.map((row) => row.join(' | ')).sort();
    expect(sorted(rowsOf('Each package'))).toEqual(sorted(expected));
  });
});
