import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { walk } from '../source/source-file.ts';
import { proseOfScript } from './prose.ts';

/** What people read of a file: everything else is blanked, so that places stay what they were. */
export interface Text {
  readonly file: string;
  readonly text: string;
}

/**
 * What people read beside the sources: pages, and comments of settings and scripts.
 *
 * @param root - absolute path of the repository
 */
export function* readPages(root: string): Generator<Text> {
  for (const file of walk(root)) {
    // A report shows declarations: their names are checked where they are declared.
    if (file === 'pnpm-lock.yaml' || file.endsWith('.api.md')) continue;
    // What the rules are tested with breaks them.
    if (file.startsWith('tooling/check/cases/')) continue;
    const page = file.endsWith('.md');
    const script = /\.(ya?ml|sh)$/.test(file) || file === '.ci/run' || file.startsWith('tooling/bin/');
    if (!page && !script) continue;
    const text = readFileSync(join(root, file), 'utf8');
    yield { file, text: page ? text : proseOfScript(text) };
  }
}
