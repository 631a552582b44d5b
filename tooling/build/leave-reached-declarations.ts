import { readdirSync, readFileSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Where a declaration names another file of its package: `from './x.ts'`, `import('./x.ts')`. */
const named = /(?:from|import\()\s*['"](\.[^'"]+)\.ts['"]/g;

/**
 * The declarations that those who use a package can reach from its entries.
 * @param entries - paths of the declarations of its entries
 * @param read - text of a declaration
 */
export function reachedDeclarations(
  entries: readonly string[],
  read: (file: string) => string,
): ReadonlySet<string> {
  const reached = new Set(entries);
  // What is added while the set is walked is walked too.
  for (const file of reached) {
    for (const [, path = ''] of read(file).matchAll(named)) reached.add(`${join(dirname(file), path)}.d.ts`);
  }
  return reached;
}

/** Leaves in `dist` of a package only the declarations that its entries reach: each other one takes a block of a disk at everybody who installs it. */
function leaveReached(folder: string): void {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly publishConfig?: { readonly exports?: Readonly<Record<string, unknown>> };
  };
  const entries = Object.values(manifest.publishConfig?.exports ?? {}).flatMap((entry) => {
    const types = (entry as { readonly types?: unknown }).types;
    return typeof types === 'string' ? [resolve(folder, types)] : [];
  });
  if (entries.length === 0) throw new Error(`${folder}: the manifest has no entry with types`);
  const reached = reachedDeclarations(entries, (file) => readFileSync(file, 'utf8'));
  const dist = resolve(folder, 'dist');
  const folders: string[] = [];
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) folders.push(path);
    else if (path.endsWith('.d.ts') && !reached.has(path)) rmSync(path);
  }
  for (const path of folders.sort((one, other) => other.length - one.length))
    if (readdirSync(path).length === 0) rmdirSync(path);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) leaveReached(process.cwd());
