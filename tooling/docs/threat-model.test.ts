import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { foundIn, read, root } from './repository-text.ts';

const pages = ['threat-model', 'asked-elsewhere', 'capacity', 'stability', 'reference/standing-on'];

/** Files of the repository that a text names in code: `packages/tls/test/live.test.ts`. */
function filesOf(text: string): readonly string[] {
  return foundIn([text], /`((?:packages|apps|tooling|examples)\/[\w./-]+)`/g);
}

describe('a file that a page names as what shows a claim', () => {
  it.each(pages)('exists: %s', (page) => {
    const gone = filesOf(read(`docs/${page}.md`)).filter((file) => !existsSync(join(root, file)));
    expect(gone).toEqual([]);
  });
});

describe('the threat model', () => {
  /** Rows of the tables about what somebody tries. */
  const attempts = read('docs/threat-model.md')
    .split('\n## ')
    .flatMap((section) => {
      const [, table = ''] = section.split('\n| tries ');
      return table
        .split('\n')
        .filter((line) => line.startsWith('| '))
        .slice(1);
    });

  it('names for each attempt a test that shows what becomes of it', () => {
    expect(attempts.length).toBeGreaterThan(40);
    expect(attempts.filter((row) => !filesOf(row).some((file) => file.endsWith('.test.ts')))).toEqual([]);
  });
});
