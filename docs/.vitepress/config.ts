import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { defineConfig } from 'vitepress';
import { linkOnTheSite, packagePages } from './package-pages.ts';

const docs = new URL('../', import.meta.url);

interface Page {
  readonly text: string;
  readonly link: string;
}

/** The order in which guides are read; one that is not listed comes last. */
const guides = [
  'one-organisation',
  'first-network',
  'two-organisations',
  'more-servers',
  'two-machines',
  'operations',
  'change-a-password',
  'rolling-upgrade',
  'emergencies',
  'postgresql',
  'foreign-servers',
  'mutual-tls',
];

/** What people come from, by how near it is. */
const origins = ['kamailio', 'opensips', 'lync', 'step-ca'];

/** The pages of a folder, named by their first headings. */
function pagesOf(folder: string, order: readonly string[] = []): Page[] {
  const rank = (file: string): number => {
    const place = order.indexOf(file.replace(/\.md$/, ''));
    return place === -1 ? order.length : place;
  };
  return readdirSync(new URL(`${folder}/`, docs))
    .filter((file) => file.endsWith('.md') && file !== 'index.md')
    .sort()
    .sort((a, b) => rank(a) - rank(b))
    .map((file) => page(`${folder}/${file}`));
}

function page(path: string): Page {
  const heading = readFileSync(new URL(path, docs), 'utf8')
    .split('\n')
    .find((line) => line.startsWith('# '));
  return { text: heading?.slice(2) ?? path, link: `/${path.replace(/(?:index)?\.md$/, '')}` };
}

/**
 * The pages link to files of the repository that are not pages of the site; such a link is not dead as long as the file exists.
 * @param url - as VitePress looks it up: relative to docs, without `.md`
 */
function isRepositoryFile(url: string): boolean {
  const path = /^\.\/\.\.\/((?:\.\.\/)*(?:(?:tooling|packages|apps|examples)\/.+|SECURITY))$/
    .exec(url)?.[1]
    ?.replace(/^(?:\.\.\/)+/, '');
  if (path === undefined) return false;
  return [path, `${path}.md`].some((candidate) => existsSync(new URL(`../${candidate}`, docs)));
}

export default defineConfig({
  title: 'Entente',
  description: 'A SIP network of servers that trust each other for stated reasons',
  lang: 'en',
  cleanUrls: true,
  ignoreDeadLinks: [isRepositoryFile],
  markdown: {
    config(md) {
      md.core.ruler.push('package-links', ({ env, tokens }) => {
        for (const token of tokens.flatMap(({ children }) => children ?? [])) {
          if (token.type !== 'link_open') continue;
          const link = linkOnTheSite(token.attrGet('href') ?? '', env.relativePath ?? '');
          if (link !== undefined) token.attrSet('href', link);
        }
      });
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: 'deep',
    nav: [
      { text: 'Start', link: '/start' },
      { text: 'Guides', link: '/guides/one-organisation' },
      { text: 'Trust', link: '/verdict' },
      { text: 'Reasons', link: '/reference/reasons' },
      { text: 'Commands', link: '/reference/commands' },
    ],
    sidebar: [
      { text: 'Start', items: [page('start.md'), page('verdict.md')] },
      {
        text: 'Before you choose',
        items: [
          ...pagesOf('coming-from', origins),
          page('asked-elsewhere.md'),
          page('threat-model.md'),
          page('capacity.md'),
          page('stability.md'),
        ],
      },
      { text: 'Guides', items: pagesOf('guides', guides) },
      { text: 'Recipes for mutual TLS', items: [page('recipes/index.md'), ...pagesOf('recipes')] },
      {
        text: 'Reference',
        items: [
          page('reference/glossary.md'),
          page('reference/topology.md'),
          page('reference/reasons.md'),
          page('reference/log.md'),
          page('reference/commands.md'),
          page('reference/http.md'),
          page('reference/metrics.md'),
          page('reference/diagnostics.md'),
          page('reference/standing-on.md'),
          page('reference/musts.md'),
          page('reference/where-the-time-goes.md'),
          page('architecture.md'),
        ],
      },
      {
        text: 'Packages',
        collapsed: true,
        items: [
          page('packages/index.md'),
          ...packagePages().map((name) => ({ text: `@entente/${name}`, link: `/packages/${name}` })),
        ],
      },
      { text: 'Decisions', collapsed: true, items: [page('decisions/index.md'), ...pagesOf('decisions')] },
    ],
  },
});
