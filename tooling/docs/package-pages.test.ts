import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { packagePages } from '../../docs/.vitepress/package-pages.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const published = ['packages', 'apps']
  .flatMap((floor) => readdirSync(join(root, floor)).map((name) => ({ floor, name })))
  .filter(({ floor, name }) => existsSync(join(root, floor, name, 'package.json')))
  .filter(
    ({ floor, name }) =>
      (JSON.parse(read(`${floor}/${name}/package.json`)) as { private?: boolean }).private !== true,
  );

describe('the page of a package on the site', () => {
  it.each(published)('is the README of $name, and the list of packages leads to it', ({ floor, name }) => {
    expect(read(`docs/packages/${name}.md`)).toBe(`<!--@include: ../../${floor}/${name}/README.md-->\n`);
    expect(read('docs/packages/index.md')).toContain(`](${name}.md)`);
  });

  it('is there for no other package', () => {
    expect(packagePages()).toEqual(published.map(({ name }) => name).sort());
  });
});
