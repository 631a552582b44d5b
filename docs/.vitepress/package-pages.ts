import { existsSync, readdirSync, readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);

/** The page of a published package, which is its README. */
export interface PackagePage {
  /** `tls` of `@entente/tls`. */
  readonly name: string;
  readonly text: string;
  /** A further page of a package, to which its README leads. */
  readonly isPart?: true;
}

/** A page for each published package, by name, with its further pages. */
export function packagePages(): readonly PackagePage[] {
  return ['packages', 'apps']
    .flatMap((floor) => readdirSync(new URL(floor, root)).map((name) => ({ floor, name })))
    .filter(({ floor, name }) => existsSync(new URL(`${floor}/${name}/package.json`, root)))
    .filter(({ floor, name }) => {
      const manifest = readFileSync(new URL(`${floor}/${name}/package.json`, root), 'utf8');
      return (JSON.parse(manifest) as { private?: boolean }).private !== true;
    })
    .flatMap(({ floor, name }) => pagesIn(new URL(`${floor}/${name}/`, root), name))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The README of a package, and the pages of its folder `docs`: `sip-headers` is `docs/headers.md` of `@entente/sip`. */
function pagesIn(folder: URL, name: string): readonly PackagePage[] {
  const text = (file: string): string => onTheSite(readFileSync(new URL(file, folder), 'utf8'), name);
  const docs = new URL('docs/', folder);
  const more = existsSync(docs) ? readdirSync(docs).filter((file) => file.endsWith('.md')) : [];
  return [
    { name, text: text('README.md') },
    ...more.map((file) => ({
      name: `${name}-${file.slice(0, -'.md'.length)}`,
      text: text(`docs/${file}`),
      isPart: true as const,
    })),
  ];
}

/** The links of a README, which lead through the repository, as they are on the site. */
function onTheSite(readme: string, name: string): string {
  return readme
    .replaceAll('](docs/', `](./${name}-`)
    .replaceAll('](./docs/', `](./${name}-`)
    .replaceAll(/\]\(\.\.\/\.\.\/docs\//g, '](../')
    .replaceAll(
      /\]\(\.\.\/(?:\.\.\/(?:packages|apps)\/)?([a-z0-9-]+)(?:\/README\.md)?([#)])/g,
      '](./$1.md$2',
    );
}

/** Where the site has the README that a link of a page leads to; undefined where it leads elsewhere. */
export function packageLink(href: string): string | undefined {
  const [, name, anchor = ''] =
    /^(?:\.\.\/)+(?:packages|apps)\/([a-z0-9-]+)(?:\/README\.md|\/)?(#.*)?$/.exec(href) ?? [];
  return name === undefined ? undefined : `/packages/${name}${anchor}`;
}
