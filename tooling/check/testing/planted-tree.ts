import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A small repository in a temporary folder, written to break one rule. */
export interface PlantedTree extends Disposable {
  readonly root: string;
}

/**
 * Writes files into a new folder. A package gets a package.json with one entry point unless the files bring one.
 *
 * @param files Text by path below the root.
 */
export function plantTree(files: Readonly<Record<string, string>>): PlantedTree {
  const root = mkdtempSync(join(tmpdir(), 'entente-check-'));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  };
  for (const path of Object.keys(files)) {
    const [top, room] = path.split('/');
    if (top !== 'packages' && top !== 'apps') continue;
    write(`${top}/${room}/package.json`, manifest(`@entente/${room}`));
  }
  for (const [path, text] of Object.entries(files)) write(path, text);
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
}

/** A package.json with one entry point, and what a test adds. */
export function manifest(name: string, more: Readonly<Record<string, unknown>> = {}): string {
  const exports = { '.': { '@entente/source': './src/index.ts', default: './dist/index.js' } };
  return JSON.stringify({ name, exports, ...more });
}
