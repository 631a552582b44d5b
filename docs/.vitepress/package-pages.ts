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
