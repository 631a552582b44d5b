import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The licence of each installed package, as its package.json says: an SPDX identifier or expression.
 *
 * @param root - absolute path of the repository
 * @returns by `name@version`
 */
export function installedLicences(root: string): ReadonlyMap<string, string> {
  const licences = new Map<string, string>();
  const store = join(root, 'node_modules/.pnpm');
  for (const place of readdirSync(store, { withFileTypes: true })) {
    if (!place.isDirectory() || place.name === 'node_modules') continue;
    for (const folder of packagesIn(join(store, place.name, 'node_modules'))) {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
        readonly name: string;
        readonly version: string;
        readonly license?: unknown;
      };
      if (typeof manifest.license === 'string')
        licences.set(`${manifest.name}@${manifest.version}`, manifest.license);
    }
  }
  return licences;
}

/** What lies there itself: what it depends on is beside it as links. */
function* packagesIn(modules: string): Generator<string> {
  for (const entry of readdirSync(modules, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    if (entry.name.startsWith('@')) yield* packagesIn(join(modules, entry.name));
    else yield join(modules, entry.name);
  }
}
