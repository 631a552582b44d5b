import { describe, expect, it } from 'vitest';
import { checkSizes } from './sizes.ts';
import { plantTree } from './testing/planted-tree.ts';

function sizes(files: Readonly<Record<string, string>>): string[] {
  using tree = plantTree(files);
  return checkSizes(tree.root).map(({ file, message }) => `${file} ${message}`);
}

/** Files of 301 lines and of one line. */
function files(long: number, short: number): Record<string, string> {
  const planted: Record<string, string> = {};
  for (let at = 0; at < long + short; at += 1) {
    planted[`packages/x509/src/a${at}.ts`] = '\n'.repeat(at < long ? 301 : 1);
  }
  return planted;
}

describe('the size check', () => {
  it('refuses a file of more than 400 lines and passes one of 400', () => {
    const others = files(0, 19);
    expect(sizes({ ...others, 'packages/x509/src/a.ts': '\n'.repeat(401) })).toEqual([
      'packages/x509/src/a.ts has 401 lines, more than 400; split it by concept',
    ]);
    expect(sizes({ ...others, 'packages/x509/src/a.ts': '\n'.repeat(400) })).toEqual([]);
  });

  it('refuses it when more than 5 % of the files have more than 300 lines, and names them', () => {
    expect(sizes(files(2, 38))).toEqual([]);
    expect(sizes(files(3, 38))).toEqual([
      'packages/x509/src/a0.ts is long (301 lines): 3 of 41 files have more than 300 lines, more than 5 %; split by concept',
      expect.stringContaining('a1.ts'),
      expect.stringContaining('a2.ts'),
    ]);
  });

  it('passes any number of files of 300 lines', () => {
    expect(sizes({ 'packages/x509/src/a.ts': '\n'.repeat(300) })).toEqual([]);
  });

  it('logs how many files are long', () => {
    using tree = plantTree(files(1, 39));
    const lines: string[] = [];
    checkSizes(tree.root, undefined, (line) => lines.push(line));
    expect(lines).toEqual(['  1 of 40 files have more than 300 lines (2.5 %; at most 5 %)']);
  });

  it('refuses an app of 500 lines, tests not counted', () => {
    const half = '\n'.repeat(250);
    expect(sizes({ 'apps/cli/src/a.ts': half, 'apps/cli/src/b.ts': half })[0]).toContain(
      'apps/cli has 500 lines',
    );
    expect(sizes({ 'apps/cli/src/a.ts': half, 'apps/cli/src/b.test.ts': half })).toEqual([]);
  });

  it('refuses a file that is called after no concept', () => {
    expect(sizes({ 'packages/x509/src/der-utils.ts': '' })[0]).toContain('names no concept');
  });
});
