import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';

/**
 * The page of the site that shows a file or folder of the repository, below `docs`; undefined where there is none. A page in
 * `docs/packages` that includes a README is the page of it; one is written where there is none.
 *
 * @param root - absolute path of the repository
 * @param path - below the root, e.g. `packages/tls`, `packages/tls/README.md`, `examples/systemd`
 */
export function pageOf(root: string, path: string): string | undefined {
  const [top = '', name = '', ...rest] = path.replace(/\/$/, '').split('/');
  if (top === 'docs') return path === 'docs' ? 'index.md' : pageInDocs(root, path);
  const folder = { packages: 'packages', apps: 'packages', examples: 'examples' }[top];
  if (folder === undefined || name === '') return undefined;
  const below = rest.join('/') || 'README.md';
  if (!below.endsWith('.md') || below.endsWith('.api.md') || !existsSync(join(root, top, name, below)))
    return undefined;
  const part = below === 'README.md' ? '' : posix.basename(below, '.md');
  const ofItsOwn = `packages/${[name, part].filter((word) => word !== '').join('-')}.md`;
  if (top !== 'examples' && existsSync(join(root, 'docs', ofItsOwn))) return ofItsOwn;
  return `reference/${folder}/${[name, part].filter((word) => word !== '').join('/')}.md`;
}

/**
 * The file of the repository that a page shows: itself, or one that it is written of or includes.
 *
 * @param root - absolute path of the repository
 * @param page - below `docs`
 * @param source - what the head of the page says
 */
export function sourceOfPage(root: string, page: string, source: string | undefined): string {
  if (source !== undefined) return source;
  const path = join(root, 'docs', page);
  const included = existsSync(path) ? /^<!--@include: (\S+)-->\s*$/.exec(readFileSync(path, 'utf8')) : null;
  return included === null ? `docs/${page}` : posix.join('docs', posix.dirname(page), included[1] ?? '');
}

function pageInDocs(root: string, path: string): string | undefined {
  if (path.endsWith('.md')) return path.slice('docs/'.length);
  const index = posix.join(path, 'index.md');
  return existsSync(join(root, index)) ? index.slice('docs/'.length) : undefined;
}

/** The page that shows what an entry point exports, below `docs`. */
export function apiPageOf(specifier: string): string {
  return `reference/api/${specifier.replace(/^@entente\//, '')}.md`;
}

/** The address of a page on the site, from its root. */
export function addressOf(page: string): string {
  return `/${page.replace(/(?:(?<=^|\/)index)?\.md$/, '')}`;
}

/** Where a link of a text leads on the site. */
export type SiteLink =
  | { readonly kind: 'page'; readonly address: string }
  /** A file that is not a page: shown where the repository is, once that is known. */
  | { readonly kind: 'file'; readonly path: string; readonly isFolder: boolean };

/**
 * Where a link leads that was written for readers of the repository; undefined for one that leads elsewhere already, or
 * to nothing.
 *
 * @param root - absolute path of the repository
 * @param from - the file that has the link, below the root
 * @param href - as written there
 */
export function siteLink(root: string, from: string, href: string): SiteLink | undefined {
  if (/^(?:[a-z][a-z+.-]*:|#|\/)/i.test(href) || href === '') return undefined;
  const [path = '', anchor] = href.split('#');
  const target = posix.join(posix.dirname(from), decodeURI(path));
  const page = pageOf(root, target);
  if (page !== undefined && (target.startsWith('docs') || existsSync(join(root, target))))
    return { kind: 'page', address: addressOf(page) + (anchor === undefined ? '' : `#${anchor}`) };
  const found = statSync(join(root, target), { throwIfNoEntry: false });
  if (found === undefined || target.startsWith('docs/')) return undefined;
  return { kind: 'file', path: target, isFolder: found.isDirectory() };
}
