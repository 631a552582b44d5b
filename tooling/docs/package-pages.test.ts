import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { packageLink, packagePages } from '../../docs/.vitepress/package-pages.ts';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));
const pages = packagePages();
const names = new Set(pages.map(({ name }) => name));

describe('the page of a package on the site', () => {
  it.each(pages.map(({ name, text }) => [name, text]))(
    'leads to pages that the site has: %s',
    (_name, text) => {
      const prose = text.replaceAll(/^```.*?^```$/gms, '');
      const links = [...prose.matchAll(/\]\((\.[^)#\s]*)/g)].map(([, link = '']) => link);
      const dead = links.filter((link) => {
        const [, name] = /^\.\/([a-z0-9-]+)\.md$/.exec(link) ?? [];
        if (name !== undefined) return !names.has(name);
        return link.startsWith('../') && !link.startsWith('../../') && !existsSync(`${docs}${link.slice(3)}`);
      });
      expect(dead).toEqual([]);
      expect(links.filter((link) => link.includes('/docs/'))).toEqual([]);
    },
  );

  it('is where links of other pages to its README lead, wherever these stand', () => {
    expect(packageLink('../../packages/sip-proxy/README.md#reasons')).toBe('/packages/sip-proxy#reasons');
    expect(packageLink('../apps/create-plugin')).toBe('/packages/create-plugin');
    expect(packageLink('../../examples/systemd/README.md')).toBeUndefined();
    expect(packageLink('https://contoso.example/packages/tls/README.md')).toBeUndefined();
  });
});
