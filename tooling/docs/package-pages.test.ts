import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packagePages } from '../../docs/.vitepress/package-pages.ts';
import { foundIn, published, read, root } from './repository-text.ts';

describe('the page of a package, which is its README', () => {
  it.each(published)('says what the package is for before anything else: $home', ({ home }) => {
    const [heading = '', empty, sentence = ''] = read(`${home}/README.md`).split('\n');
    expect(heading).toMatch(/^# @entente\//);
    expect(empty).toBe('');
    expect(sentence, 'a sentence between the heading and the first block').toMatch(/^[A-Z`].{20,}/);
  });

  it.each(published)('leads to pages of the site: $home', ({ home }) => {
    const links = foundIn([read(`${home}/README.md`)], /\]\(([^)#]*docs\/[^)#]+\.md)/g);
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((link) => !existsSync(join(root, home, link)))).toEqual([]);
  });

  it.each(published)(
    'is shown by the site, and the list of packages leads to it: $home',
    ({ home, name }) => {
      expect(read(`docs/packages/${name}.md`)).toBe(`<!--@include: ../../${home}/README.md-->\n`);
      expect(read('docs/packages/index.md')).toContain(`](${name}.md)`);
    },
  );

  it('is there for no other package', () => {
    expect(packagePages()).toEqual(published.map(({ name }) => name).sort());
  });
});
