import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** A link of the built site that leads nowhere. */
export interface DeadLink {
  /** The page that has it, e.g. `guides/operations.html`. */
  readonly page: string;
  /** As written. */
  readonly href: string;
  readonly why: 'page' | 'anchor';
}

/**
 * The links of a built site to pages, files and anchors of it that are not there.
 *
 * @param folder - absolute path of what was built
 */
export function deadLinks(folder: string): DeadLink[] {
  const files = new Set(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)),
  );
  const pages = new Map<string, Page>();
  for (const file of files) if (file.endsWith('.html')) pages.set(file, readPage(join(folder, file)));
  const dead: DeadLink[] = [];
  for (const [page, { links }] of pages) {
    for (const href of links) {
      const { anchor, path } = targetOf(page, href);
      const target = [path, `${path}.html`, posix.join(path, 'index.html')].find((one) => files.has(one));
      if (target === undefined) dead.push({ page, href, why: 'page' });
      else if (anchor !== '' && pages.get(target)?.anchors.has(anchor) === false)
        dead.push({ page, href, why: 'anchor' });
    }
  }
  return dead;
}

interface Page {
  readonly links: ReadonlySet<string>;
  readonly anchors: ReadonlySet<string>;
}

function readPage(path: string): Page {
  const html = readFileSync(path, 'utf8').replaceAll(/<script\b.*?<\/script>/gs, '');
  const links = [...html.matchAll(/<[a-z][^>]*?\s(?:href|src)="([^"]*)"/g)].map((match) => match[1] ?? '');
  const anchors = [...html.matchAll(/<[a-z][^>]*?\sid="([^"]*)"/g)].map((match) => unescaped(match[1] ?? ''));
  const isOurs = (href: string): boolean => href !== '' && !/^(?:[a-z][a-z+.-]*:|\/\/)/i.test(href);
  return { links: new Set(links.map(unescaped).filter(isOurs)), anchors: new Set(anchors) };
}

function targetOf(page: string, href: string): { readonly path: string; readonly anchor: string } {
  const [address = '', anchor = ''] = href.split('#');
  const [path = ''] = decodeURI(address).split('?');
  if (path === '') return { path: page, anchor: decodeURIComponent(anchor) };
  const from = path.startsWith('/') ? path.slice(1) : posix.join(posix.dirname(page), path);
  return { path: from === '.' ? '' : from, anchor: decodeURIComponent(anchor) };
}

function unescaped(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
