import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { proseOfScript, proseOfSource, titlesOfTest } from '../phrases/prose.ts';
import { readSources, walk } from '../source/source-file.ts';

/** What people read of a file: everything else is blanked, so that places stay what they were. */
export interface Text {
  readonly file: string;
  readonly text: string;
}

/**
 * Everything that people read: pages; comments and texts of sources, titles of tests; comments of settings and scripts.
 *
 * @param root - absolute path of the repository
 */
export function* readTexts(root: string): Generator<Text> {
  for (const source of readSources(root)) {
    yield { file: source.path, text: proseOfSource(source) };
    if (source.test) yield { file: source.path, text: titlesOfTest(source) };
  }
  for (const file of walk(root)) {
    if (file === 'pnpm-lock.yaml' || file.endsWith('.api.md')) continue;
    const page = file.endsWith('.md');
    if (!page && !/\.(ya?ml|sh)$/.test(file) && file !== '.ci/run') continue;
    const text = readFileSync(join(root, file), 'utf8');
    yield { file, text: page ? text : proseOfScript(text) };
  }
}
