import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { read, root } from './repository-text.ts';

const page = read('docs/architecture.md');

/** The rows of the table "Where a new thing goes": what is new, and the paths. */
function rows(): { readonly what: string; readonly paths: readonly string[] }[] {
  const section = page.split('## Where a new thing goes')[1]?.split('\n## ')[0] ?? '';
  return section
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| a new') && !line.startsWith('| ---'))
    .map((line) => {
      const [, what = '', files = ''] = line.split('|');
      return {
        what: what.trim(),
        paths: [...files.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string),
      };
    });
}

describe('docs/architecture.md', () => {
  it('says where a new thing goes, by paths that exist', () => {
    const table = rows();
    expect(table.length).toBeGreaterThan(5);
    expect(table.filter((row) => row.paths.length === 0)).toEqual([]);
    for (const word of ['header', 'check', 'reason', 'role', 'verb', 'port']) {
      expect(table.filter(({ what }) => what.includes(word)).length, word).toBeGreaterThan(0);
    }
    const missing = table.flatMap(({ paths }) => paths).filter((path) => !existsSync(root + path));
    expect(missing).toEqual([]);
  });
});
