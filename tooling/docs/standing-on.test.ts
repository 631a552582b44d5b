import { describe, expect, it } from 'vitest';
import type { Manifest } from '../check/source/source-file.ts';
import { published, read } from './repository-text.ts';

const page = read('docs/reference/standing-on.md');
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
  const users = published.filter(({ manifest }) => name in all(manifest));
  const [first] = users;
  const versions = new Set(users.map(({ manifest }) => all(manifest)[name] ?? ''));
  const installed = JSON.parse(read(`${first?.home}/node_modules/${name}/package.json`)) as Manifest;
  const { license = 'none' } = installed;
  const packages = users
    .map(({ manifest }) => manifest.name)
    .sort()
    .map(short);
  return [`\`${name}\``, [...versions].join(', '), license, packages.join(', ')];
}

describe('the page about what packages stand on', () => {
  const named = new Set(published.flatMap(({ manifest }) => Object.keys(all(manifest))));
  const third = [...named].filter((name) => !name.startsWith(ours)).sort();

  it('has a row for each dependency of others that a published package names, with version, licence and packages', () => {
    expect(rowsOf('From others').map((cells) => cells.slice(0, 4))).toEqual(third.map(expectedOf));
  });

  it('gives a reason for each of them, and says what would replace it', () => {
    const silent = rowsOf('From others').filter(([, , , , reason = '', instead = '']) => !reason || !instead);
    expect(silent).toEqual([]);
  });

  it('has a row for each published package, with the packages that it names', () => {
    const expected = published.map(({ manifest, home }) => {
      const names = Object.keys(all(manifest));
      const own = names.filter((name) => name.startsWith(ours)).map(short);
      const others = names.filter((name) => !name.startsWith(ours)).map((name) => `\`${name}\``);
      return [
        `[${short(manifest.name)}](../../${home}/README.md)`,
        own.join(', ') || '–',
        others.join(', ') || '–',
      ];
    });
    const sorted = (rows: readonly (readonly string[])[]) => rows.map((row) => row.join(' | ')).sort();
    expect(sorted(rowsOf('Each package'))).toEqual(sorted(expected));
  });
});
