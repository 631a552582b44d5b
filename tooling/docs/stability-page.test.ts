import { describe, expect, it } from 'vitest';
import { read, shipped } from './repository-text.ts';

const page = read('docs/stability.md');

/** The first cells of the rows of a table whose heading begins so. */
function firstCells(heading: string): readonly string[] {
  const [, table = ''] = page.split(`\n| ${heading} `);
  const [rows = ''] = table.split('\n\n');
  return rows
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.split('|')[1]?.trim().replaceAll('`', '') ?? '')
    .filter((cell) => !cell.startsWith('-'));
}

describe('the page about stability', () => {
  it('lists every format that a program writes or reads, with its number', () => {
    const written = shipped.flatMap(({ text }) =>
      [...text.matchAll(/[fF]ormat = '(entente-[a-z-]+\/\d+)'|'(entente-join-\d+\.)'/g)].map(
        ([, format, token]) => format ?? token ?? '',
      ),
    );
    expect(written.length).toBeGreaterThan(10);
    expect([...firstCells('format')].sort()).toEqual([...new Set(written)].sort());
  });

  it('lists every port of plugins, with its version', () => {
    const ports = shipped.flatMap(({ text }) =>
      [...text.matchAll(/name: '([a-z-]+)',\s*version: (\d+)/g)].map(([, name, version]) => [name, version]),
    );
    expect(ports.length).toBeGreaterThan(1);
    for (const [name, version] of ports)
      expect(page).toMatch(new RegExp(`^\\| \`${name}\` +\\| ${version} +\\|$`, 'm'));
  });

  it('names the versions of Node that every published package demands', () => {
    const { engines } = JSON.parse(read('package.json')) as {
      readonly engines: { readonly node: string };
    };
    expect(page).toContain(`Node ${engines.node.replace('>=', '')} or later`);
  });
});
