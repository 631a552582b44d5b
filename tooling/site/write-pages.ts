import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { emitDeclarations } from '../api/declarations.ts';
import { entryPoints } from '../api/entry-points.ts';
import { Modules } from '../api/modules.ts';
import { type Surface, surfacesOf } from '../api/surface.ts';
import { readRooms, walk, writtenPages } from '../check/source/source-file.ts';
import { ApiIndex } from './api-index.ts';
import { renderApiPage } from './api-page.ts';
import { renderRepositoryPage } from './repository-page.ts';
import { addressOf, apiPageOf, pageOf } from './site-paths.ts';

/** What a package says of itself. */
interface About {
  readonly name: string;
  readonly home: string;
  readonly description: string;
}

/**
 * Writes the pages of the site that are not in the repository: one for each entry point, with what it exports, and one for
 * each README. Those of before are removed.
 *
 * @param root - absolute path of the repository
 * @returns the pages by their paths below `docs`
 */
export async function writePages(root: string): Promise<ReadonlyMap<string, string>> {
  const pages = new Map([...(await apiPages(root)), ...repositoryPages(root)]);
  for (const folder of writtenPages) rmSync(join(root, folder), { recursive: true, force: true });
  for (const [page, text] of pages) {
    const path = join(root, 'docs', page);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return pages;
}

async function apiPages(root: string): Promise<ReadonlyMap<string, string>> {
  const entries = entryPoints(root);
  const modules = new Modules(await emitDeclarations(root), entries);
  const surfaces = surfacesOf(entries, modules);
  const index = new ApiIndex(surfaces, modules);
  const packages = new Map(packagesOf(root).map((one) => [one.home, one]));
  const pages = new Map<string, string>();
  for (const surface of surfaces) {
    const { home, specifier } = surface.entry;
    const page = pageOf(root, home) ?? 'reference/api/index.md';
    const description = packages.get(home)?.description ?? '';
    const head = { packagePage: addressOf(page), description };
    pages.set(apiPageOf(specifier), renderApiPage(surface, index, head));
  }
  pages.set('reference/api/index.md', renderApiList(root, [...packages.values()], surfaces));
  return pages;
}

/** Published packages, by name. */
function packagesOf(root: string): About[] {
  return readRooms(root)
    .filter(({ manifest }) => manifest.private !== true)
    .map(({ home, manifest: { description = '', name } }) => ({ name, home, description }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function renderApiList(root: string, packages: readonly About[], surfaces: readonly Surface[]): string {
  const lines = [
    '# Packages',
    '',
    'Every package that is published. Each entry point has a page with all of its exports.',
    '',
    '| package | what it is | entry points |',
    '| ------- | ---------- | ------------ |',
  ];
  for (const { description, home, name } of packages) {
    const page = pageOf(root, home);
    const title = page === undefined ? name : `[${name}](${addressOf(page)})`;
    lines.push(`| ${title} | ${description} | ${entryLinks(home, surfaces).join(', ')} |`);
  }
  return `${lines.join('\n')}\n`;
}

function entryLinks(home: string, surfaces: readonly Surface[]): string[] {
  return surfaces
    .filter(({ entry }) => entry.home === home)
    .map(({ entry }) => `[\`${entry.specifier}\`](${addressOf(apiPageOf(entry.specifier))})`);
}

/** The READMEs of packages and examples, and the pages beside them, that no page of `docs` includes. */
function repositoryPages(root: string): ReadonlyMap<string, string> {
  const pages = new Map<string, string>();
  for (const top of ['packages', 'apps', 'examples']) {
    for (const path of walk(root, top)) {
      const page = path.endsWith('.md') ? pageOf(root, path) : undefined;
      if (page === undefined || !page.startsWith('reference/')) continue;
      pages.set(page, renderRepositoryPage(path, readFileSync(join(root, path), 'utf8')));
    }
  }
  return pages;
}
