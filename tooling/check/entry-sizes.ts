import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import type { Packed } from './packed.ts';
import type { Problem } from './problem.ts';

/** Bytes of each entry point by specifier, when it was last looked at. */
const table = 'tooling/check/entry-sizes.json';

/** How much an entry point may grow before somebody looks at it, in percent of what the table says. */
const growthPercent = 15;

/**
 * What each entry point loads of its own package stays within 15 % of what the table says.
 *
 * @param root - absolute path of the repository, with the table
 * @param measured - bytes by specifier
 */
export function checkEntrySizes(root: string, measured: ReadonlyMap<string, number>): Problem[] {
  const known = readTable(root);
  const rewrite = 'look at what came, then pnpm check packages --write-sizes';
  const problems: Problem[] = [];
  for (const [specifier, bytes] of measured) {
    const budget = Math.floor(((known[specifier] ?? 0) * (100 + growthPercent)) / 100);
    if (bytes > budget)
      problems.push({
        file: table,
        message: `${specifier} loads ${bytes} bytes, of at most ${budget}; ${rewrite}`,
      });
  }
  for (const specifier of Object.keys(known))
    if (!measured.has(specifier))
      problems.push({ file: table, message: `lists ${specifier}, which no package exports; ${rewrite}` });
  return problems;
}

/** Writes what was measured into the table. */
export function writeEntrySizes(root: string, measured: ReadonlyMap<string, number>): void {
  const sorted = [...measured].sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(join(root, table), `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`);
}

/**
 * What importing each entry point of a package loads of the package itself: its file, and those that this imports at once.
 *
 * @param packed - the package
 * @param folder - where it is installed
 * @returns bytes by specifier; entry points that are not JavaScript are left out
 */
export function entrySizes({ name }: Packed, folder: string): ReadonlyMap<string, number> {
  const { exports = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly exports?: Readonly<Record<string, string | { readonly default?: string }>>;
  };
  const sizes = new Map<string, number>();
  for (const [entry, target] of Object.entries(exports)) {
    const file = typeof target === 'string' ? target : target.default;
    if (file?.endsWith('.js')) sizes.set(posix.join(name, entry), bytesFrom(join(folder, file)));
  }
  return sizes;
}

function bytesFrom(entry: string): number {
  const files = new Set([entry]);
  let bytes = 0;
  for (const file of files) {
    const text = readFileSync(file, 'utf8');
    bytes += Buffer.byteLength(text);
    for (const [, path = ''] of text.matchAll(/^(?:import|export|\}) ?.*?["'](\.\.?\/[^"']+)["'];$/gm))
      files.add(join(dirname(file), path));
  }
  return bytes;
}

function readTable(root: string): Readonly<Record<string, number>> {
  const path = join(root, table);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, number>) : {};
}
