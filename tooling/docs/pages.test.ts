import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { writtenPages } from '../check/source/source-file.ts';
import { headingAnchor } from '../site/heading-anchor.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const docs = join(root, 'docs');

/** Every page of the site, and what a visitor of the repository reads first. */
const pages = [
  ...readdirSync(docs, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md') && !file.includes('node_modules'))
    // Those that are written for the site are checked when it is built.
    .filter((file) => !writtenPages.some((folder) => `docs/${file}`.startsWith(`${folder}/`)))
    .map((file) => join(docs, file)),
  ...['README.md', 'SECURITY.md', 'CONTRIBUTING.md', 'CODE_OF_CONDUCT.md', 'tooling/README.md'].map((file) =>
    join(root, file),
  ),
];

const text = (page: string): string => readFileSync(page, 'utf8').replaceAll(/^```.*?^```$/gms, '');

/** Anchors that the site gives to headings. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = [...text(page).matchAll(/^#{1,6} (.+)$/gm)].map((match) => match[1] ?? '');
  return new Set(headings.map(headingAnchor));
}

/** Links of a page to files and headings here: where to, as written and resolved. */
function linksOf(
  page: string,
): readonly { readonly link: string; readonly file: string; readonly anchor: string }[] {
  return [...text(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map((match) => {
    const [path = '', anchor = ''] = (match[1] ?? '').split('#');
    return { link: match[1] ?? '', file: path === '' ? page : resolve(dirname(page), path), anchor };
  });
}

describe('every page', () => {
  it.each(pages.map((page) => [relative(root, page), page]))(
    '%s: has links that lead somewhere',
    (_name, page) => {
      const dead = linksOf(page).filter(
        ({ anchor, file }) => !existsSync(file) || (anchor !== '' && !anchorsOf(file).has(anchor)),
      );
      expect(dead.map(({ link }) => link)).toEqual([]);
    },
  );

  it('of an example is linked from the list of examples, and that from the landing page', () => {
    const list = join(root, 'examples', 'README.md');
    expect(linksOf(join(docs, 'index.md')).map(({ file }) => file)).toContain(list);
    const listed = new Set(linksOf(list).map(({ file }) => file));
    const examples = readdirSync(join(root, 'examples')).map((name) =>
      join(root, 'examples', name, 'README.md'),
    );
    expect(examples.filter((file) => existsSync(file) && !listed.has(file))).toEqual([]);
    expect([...listed].filter((file) => !existsSync(file))).toEqual([]);
  });

  it('of the site can be reached from its landing page by links', () => {
    const reached = new Set<string>();
    const follow = (page: string): void => {
      if (reached.has(page) || !page.endsWith('.md') || !page.startsWith(docs)) return;
      reached.add(page);
      for (const { file } of linksOf(page)) follow(file);
    };
    follow(join(docs, 'index.md'));
    expect(pages.filter((page) => page.startsWith(docs) && !reached.has(page))).toEqual([]);
  });
});
