import { readdirSync, readFileSync } from 'node:fs';

/** The packages that have a page: a file of `docs/packages` that includes the README. */
export function packagePages(): readonly string[] {
  return readdirSync(new URL('../packages/', import.meta.url))
    .filter((file) =>
      readFileSync(new URL(`../packages/${file}`, import.meta.url), 'utf8').includes('/README.md-->'),
    )
    .map((file) => file.slice(0, -'.md'.length))
    .sort();
}

/**
 * Where the site has what a link leads to that was written for the repository: READMEs are pages of packages here, and what a README
 * links to is seen from the place of the README.
 *
 * @param href - as written
 * @param page - path of the page below docs
 * @returns undefined where it stays as it is
 */
export function linkOnTheSite(href: string, page: string): string | undefined {
  const [, room, anchor = ''] =
    /^(?:\.\.\/)+(?:packages|apps)\/([a-z0-9-]+)(?:\/README\.md|\/)?(#.*)?$/.exec(href) ?? [];
  if (room !== undefined) return `/packages/${room}${anchor}`;
  const [, here] = /^packages\/([a-z0-9-]+)\.md$/.exec(page) ?? [];
  if (here === undefined || here === 'index') return undefined;
  const [, path] = /^\.\.\/\.\.\/docs\/(.+)$/.exec(href) ?? [];
  if (path !== undefined) return `/${path}`;
  const [, part, place = ''] = /^(?:\.\/)?docs\/([a-z0-9-]+)\.md(#.*)?$/.exec(href) ?? [];
  if (part !== undefined) return `/packages/${here}-${part}${place}`;
  const [, neighbour, at = ''] = /^\.\.\/([a-z0-9-]+)(?:\/README\.md|\/)?(#.*)?$/.exec(href) ?? [];
  return neighbour === undefined ? undefined : `/packages/${neighbour}${at}`;
}
