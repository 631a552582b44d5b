import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Room } from '../check/source/source-file.ts';
import { addressFields } from './public-address.ts';

/**
 * Has the package.json of each package say where it comes from.
 *
 * @param root - absolute path of the repository
 * @param rooms - packages that are published
 * @param address - of the repository
 * @param isDry - whether nothing is written
 * @returns the files that did not say so
 */
export function writeAddress(
  root: string,
  rooms: readonly Room[],
  address: string,
  isDry: boolean,
): readonly string[] {
  return rooms.flatMap(({ home }) => {
    const file = `${home}/package.json`;
    const before = readFileSync(join(root, file), 'utf8');
    const fields = addressFields(address, home);
    const manifest = JSON.parse(before) as Readonly<Record<string, unknown>>;
    const others = Object.entries(manifest).filter(([name]) => !(name in fields));
    // Behind the licence, where they are looked for.
    const at = others.findIndex(([name]) => name === 'license') + 1;
    const entries = [...others.slice(0, at), ...Object.entries(fields), ...others.slice(at)];
    const after = `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
    if (after === before) return [];
    if (!isDry) writeFileSync(join(root, file), after);
    return [file];
  });
}
