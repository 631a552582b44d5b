import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readRooms, readSources } from '../check/source/source-file.ts';

/** Absolute path of the repository, with a slash at its end. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** The text of a file, by its path below the root. */
export const read = (path: string): string => readFileSync(join(root, path), 'utf8');

/** The packages and apps that are published. */
export const published = readRooms(root).filter(({ manifest }) => manifest.private !== true);

/** The sources of packages and apps, without tests. */
export const shipped = readSources(root).filter(
  ({ home, path, test }) => !test && path.startsWith(`${home}/src/`),
);

/** The texts of the sources of some packages. */
export function textsOf(...rooms: readonly string[]): readonly string[] {
  return shipped.filter(({ home }) => rooms.includes(home.replace('packages/', ''))).map(({ text }) => text);
}

/** A block of code of a page. */
export interface CodeBlock {
  readonly language: string;
  readonly code: string;
  /** Of its first line. */
  readonly line: number;
}

/** The blocks of code of a page. */
export function blocksOf(page: string): readonly CodeBlock[] {
  return [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(
    ({ 0: _, 1: language = '', 2: code = '', index }) => ({
      language,
      code,
      line: page.slice(0, index).split('\n').length,
    }),
  );
}

/** What a pattern with one group finds in texts. */
export function foundIn(texts: readonly string[], pattern: RegExp): readonly string[] {
  return texts.flatMap((text) => [...text.matchAll(pattern)].map(([, found = '']) => found));
}
