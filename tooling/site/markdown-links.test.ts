import { createMarkdownRenderer, type MarkdownRenderer } from 'vitepress';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plantTree } from '../check/testing/planted-tree.ts';
import { headingAnchor } from './heading-anchor.ts';
import { type LinkTargets, markdownLinks } from './markdown-links.ts';

const files = {
  'docs/guides/a.md': '# A\n',
  'docs/start.md': '# Start\n',
  'packages/tls/README.md': '# @entente/tls\n',
  'docs/packages/trust.md': '<!--@include: ../../packages/trust/README.md-->\n',
  'packages/trust/README.md': '# @entente/trust\n',
  'packages/sip/README.md': '# @entente/sip\n',
  'packages/sip/docs/machines.md': '# Machines\n',
  'apps/cli/README.md': '# @entente/cli\n',
  'apps/cli/src/index.ts': '',
  'examples/systemd/README.md': '# Units\n',
  'tooling/check/house.ts': '',
};

// There is one renderer in a process: where the repository is published comes with each call.
const tree = plantTree(files);
let published: string | undefined;
let md: MarkdownRenderer;
beforeAll(async () => {
  const targets: LinkTargets = {
    root: tree.root,
    specifiers: new Set(['@entente/tls', '@entente/trust/node']),
    get address() {
      return published;
    },
  };
  md = await createMarkdownRenderer(tree.root, { config: (renderer) => markdownLinks(renderer, targets) });
});
afterAll(() => tree[Symbol.dispose]());

/** The links of a text as the site has them; `from` is a page of the site, or the README that it shows. */
function hrefs(text: string, from: string, address?: string): string[] {
  published = address;
  const isPage = from.startsWith('docs/');
  const relativePath = isPage ? from.slice('docs/'.length) : 'reference/packages/page.md';
  const head = isPage ? '' : `---\nsource: ${from}\n---\n`;
  const html = md.render(head + text, { relativePath, cleanUrls: true });
  return [...html.matchAll(/<a href="([^"]*)"/g)].map((match) => match[1] ?? '');
}

describe('a link of a page', () => {
  it('leads to the page of a package, an app, an example, or a page beside a README', () => {
    const text =
      '[`@entente/tls`](../../packages/tls/README.md#a) [b](../../packages/sip/docs/machines.md) [c](../../apps/cli) [d](../../examples/systemd/README.md)';
    expect(hrefs(text, 'docs/guides/a.md')).toEqual([
      '/reference/packages/tls#a',
      '/reference/packages/sip/machines',
      '/reference/packages/cli',
      '/reference/examples/systemd',
    ]);
  });

  it('of a README leads where it does for readers of the repository', () => {
    const text =
      '[a](../../docs/guides/a.md#b) [b](../tls) [c](docs/machines.md) [d](#e) [f](https://a.example/)';
    expect(hrefs(text, 'packages/sip/README.md')).toEqual([
      '/guides/a#b',
      '/reference/packages/tls',
      '/reference/packages/sip/machines',
      '#e',
      'https://a.example/',
    ]);
  });

  it('to a file that is not a page leads to the published repository, and is no link before there is one', () => {
    const text = '[house](../tooling/check/house.ts), [sources](../apps/cli/src)';
    expect(hrefs(text, 'docs/start.md')).toEqual([]);
    expect(hrefs(text, 'docs/start.md', 'https://forge.contoso.example/entente')).toEqual([
      'https://forge.contoso.example/entente/blob/main/tooling/check/house.ts',
      'https://forge.contoso.example/entente/tree/main/apps/cli/src',
    ]);
  });
});

describe('a page that includes a README', () => {
  it('is the page of that package, and its links lead where those of the README lead', () => {
    expect(hrefs('[a](../../packages/trust)', 'docs/guides/a.md')).toEqual(['/packages/trust']);
    expect(
      hrefs('# @entente/trust\n\n[a](../tls) [b](../../docs/start.md)', 'docs/packages/trust.md'),
    ).toEqual(['/reference/api/trust/node', '/reference/packages/tls', '/start']);
  });
});

describe('the README of a package', () => {
  it('leads to the pages of its entry points, below its title', () => {
    const page = md.render('---\nsource: packages/tls/README.md\n---\n# @entente/tls\n\nTLS.', {
      relativePath: 'reference/packages/tls.md',
      cleanUrls: true,
    });
    expect(page).toMatch(/<\/h1>\s*<p>Exports: <a href="\/reference\/api\/tls">.*<\/p>\s*<p>TLS\.<\/p>/s);
  });
});

describe('the name of an entry point in a text', () => {
  it('leads to its page; not in a title, in a link, or where it is not one', () => {
    const text =
      '# `@entente/tls`\n\n`@entente/tls` and `@entente/trust/node`, [`@entente/tls`](start.md), `@entente/none`, @entente/tls.';
    expect(hrefs(text, 'docs/start.md')).toEqual([
      '/reference/api/tls',
      '/reference/api/trust/node',
      '/start',
    ]);
  });
});

describe('the anchor of a heading', () => {
  it('is the same on the site as where the repository is shown, also behind a number', () => {
    expect(headingAnchor('3. Start Contoso: `allow`, and §4')).toBe('3-start-contoso-allow-and-4');
  });
});
