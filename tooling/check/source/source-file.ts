import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';

/** A TypeScript file of the repository. */
export interface SourceFile {
  /** Path below the root, with `/`. */
  readonly path: string;
  readonly text: string;
  /** `packages/trust`, `apps/cli`, `tooling`, or `` for the root. */
  readonly home: string;
  /** `trust`, `cli`; undefined outside packages and apps. */
  readonly room: string | undefined;
  /** A test, or something only tests use. */
  readonly test: boolean;
  /** Parsed when it is first looked at. */
  readonly tree: ts.SourceFile;
}

/** A workspace package. */
export interface Room {
  readonly name: string;
  readonly home: string;
  readonly manifest: Manifest;
}

/** The fields of a package.json that the checks read. */
export interface Manifest {
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  readonly keywords?: readonly string[];
  readonly license?: string;
  readonly private?: boolean;
  readonly files?: readonly string[];
  readonly publishConfig?: { readonly access?: string; readonly exports?: Readonly<Record<string, unknown>> };
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const skipped = new Set(['node_modules', 'dist', 'coverage', '.turbo', '.cache', '.git', '.entente']);

/** Folders of pages that are written when the site is built, and are in no commit: what they say is checked where it is from. */
export const writtenPages: readonly string[] = [
  'docs/reference/api',
  'docs/reference/packages',
  'docs/reference/examples',
];

/** Every TypeScript file of `packages/`, `apps/` and `tooling/` below `root`, by path. */
export function readSources(root: string): SourceFile[] {
  const files: SourceFile[] = [];
  for (const top of ['packages', 'apps', 'tooling']) {
    for (const path of walk(root, top)) {
      if (!/\.[cm]?tsx?$/.test(path) || path.endsWith('.d.ts')) continue;
      const text = readFileSync(join(root, path), 'utf8');
      const [, room] = path.split('/');
      const inRoom = top !== 'tooling' && room !== undefined;
      let tree: ts.SourceFile | undefined;
      files.push({
        path,
        text,
        home: inRoom ? `${top}/${room}` : top,
        room: inRoom ? room : undefined,
        test: /\.test\.[cm]?tsx?$/.test(path) || /^(packages|apps)\/[^/]+\/test\//.test(path),
        get tree() {
          tree ??= ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
          return tree;
        },
      });
    }
  }
  return files;
}

/** Every workspace package below `root`. */
export function readRooms(root: string): Room[] {
  const rooms: Room[] = [];
  for (const top of ['packages', 'apps']) {
    for (const entry of list(join(root, top))) {
      const home = `${top}/${entry.name}`;
      try {
        const manifest = JSON.parse(readFileSync(join(root, home, 'package.json'), 'utf8')) as Manifest;
        rooms.push({ name: entry.name, home, manifest });
      } catch (fault) {
        if ((fault as NodeJS.ErrnoException).code !== 'ENOENT') throw fault;
      }
    }
  }
  return rooms;
}

/** The line of a node in its file, 1-based. */
export function lineOf({ tree }: SourceFile, node: ts.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

/** The files behind the entry points of all packages, by what is imported, e.g. `@entente/trust/node`. */
export function entryFiles(root: string): ReadonlyMap<string, string> {
  const entries = new Map<string, string>();
  for (const { home, manifest } of readRooms(root)) {
    for (const [entry, target] of Object.entries(manifest.exports ?? {})) {
      const source = sourceOf(target);
      if (source !== undefined) entries.set(posix.join(manifest.name, entry), `${home}/${source}`);
    }
  }
  return entries;
}

/** The path of the file behind an entry point's source condition, below the package; undefined where there is none. */
export function sourceOf(target: unknown): string | undefined {
  if (typeof target !== 'object' || target === null) return undefined;
  const source = (target as Record<string, unknown>)['@entente/source'];
  return typeof source === 'string' ? source.replace(/^\.\//, '') : undefined;
}

/**
 * Whether an entry point is published. One that leads to its source and to nothing built is for this repository alone.
 *
 * @param target What `exports` says of it.
 */
export function isPublished(target: unknown): boolean {
  if (typeof target !== 'object' || target === null) return true;
  return Object.keys(target).some((condition) => condition !== '@entente/source');
}

/**
 * Every file below a folder that is not built, fetched or kept by a tool.
 *
 * @param root Absolute path of the repository.
 * @param path Folder below it; empty for the root.
 */
export function* walk(root: string, path = ''): Generator<string> {
  for (const entry of list(join(root, path))) {
    if (skipped.has(entry.name)) continue;
    const below = path === '' ? entry.name : `${path}/${entry.name}`;
    if (writtenPages.includes(below)) continue;
    if (entry.isDirectory()) yield* walk(root, below);
    else if (entry.isFile()) yield below;
  }
}

function list(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw fault;
  }
}
