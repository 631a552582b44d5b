import { describe, expect, it } from 'vitest';
import { plantTree } from '../check/testing/planted-tree.ts';
import { deadLinks } from './dead-links.ts';

function dead(files: Readonly<Record<string, string>>): string[] {
  using tree = plantTree(files);
  return deadLinks(tree.root).map(({ href, page, why }) => `${page} ${href} ${why}`);
}

describe('a link of the built site', () => {
  const other = { 'guides/a.html': '<h2 id="one">One</h2><h2 id="caf%C3%A9&amp;tea">Two</h2>' };

  it('passes where it leads to a page, a folder with a page, a file, or an anchor', () => {
    const index = [
      '<link rel="icon" href="/icon.svg"><a href="/guides/a">a</a><a href="./guides/a#one">b</a>',
      '<a class="x" href="#here">c</a><p id="here"></p><a href="/">d</a><a href="guides/a.html?x=1#one">e</a>',
      '<a href="https://contoso.example/none">f</a><a href="mailto:a@contoso.example">g</a><img src="/icon.svg">',
    ].join('\n');
    expect(dead({ ...other, 'index.html': index, 'icon.svg': '' })).toEqual([]);
  });

  it('is refused where the page or file is not there, from wherever it is looked for', () => {
    const page = '<a href="./b">b</a><a href="../guides/c">c</a><img alt="d" src="/d.png">';
    expect(dead({ 'guides/a.html': page })).toEqual([
      'guides/a.html ./b page',
      'guides/a.html ../guides/c page',
      'guides/a.html /d.png page',
    ]);
  });

  it('is refused where the page has no such anchor, also its own', () => {
    expect(dead({ ...other, 'index.html': '<a href="/guides/a#two">a</a><a href="#three">b</a>' })).toEqual([
      'index.html /guides/a#two anchor',
      'index.html #three anchor',
    ]);
  });

  it('is not looked for in a script', () => {
    expect(dead({ 'index.html': '<script>const a = \'<a href="/none">a</a>\';</script>' })).toEqual([]);
  });
});
