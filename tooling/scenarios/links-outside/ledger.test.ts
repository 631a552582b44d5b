import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { allowMatrix, links, type Row } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { ends, faults } from './ledger/cell.ts';
import { ledger } from './ledger/ledger.ts';
import { readSourceTests } from './testing/source-tests.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** SIP between servers inside; what is in plain text and signed; a store, which is a program of others. */
function isElsewhere({ a, b, protection, row }: Row): boolean {
  const isInside = protection === 'MTLS' && a.interface === 'internal' && b.interface === 'internal';
  return isInside || protection === 'HTTP' || row === links.serverToStore.row;
}

const cells = ledger.flatMap((entry) =>
  ends.flatMap((end) =>
    faults.map((fault) => ({ what: `${entry.row.name}, ${end}, ${fault}`, cell: entry[end][fault] })),
  ),
);

describe('the ledger of refusals', () => {
  it('has every row over TLS that is not SIP between servers inside, once and in the order of the matrix', () => {
    expect(ledger.map(({ row }) => row)).toEqual(allowMatrix.filter((row) => !isElsewhere(row)));
  });

  it('has for both ends of each a refusal with its test, or a sentence that says why there is none', () => {
    for (const { cell, what } of cells) {
      if ('why' in cell) expect(cell.why, what).toMatch(/^[A-Z].{20,}\.$/);
      else expect(cell.shownBy.title, what).toMatch(/./);
    }
  });

  it('names only reasons that are explained: those of connections on their page, and those of requests', async () => {
    const page = await readFile(`${root}docs/reference/reasons.md`, 'utf8');
    const requests = await readFile(`${root}packages/sip-proxy/README.md`, 'utf8');
    const reasons = cells.flatMap(({ cell }) => ('reason' in cell ? [cell.reason] : []));
    const isExplained = (reason: string) =>
      page.includes(`### ${reason}\n`) || requests.includes(`\n| \`${reason}\``);
    expect([...new Set(reasons)].filter((reason) => !isExplained(reason))).toEqual([]);
  });

  it('names only tests that there are', async () => {
    const tests = cells.flatMap(({ cell }) => cell.shownBy ?? []);
    const files = [...new Set(tests.map(({ file }) => file))];
    const sources = new Map(
      await Promise.all(
        files.map(async (file) => [file, readSourceTests(await readFile(root + file, 'utf8'))] as const),
      ),
    );
    expect(tests.filter((test) => sources.get(test.file)?.has(test) !== true)).toEqual([]);
  });
});

describe('a test in a source', () => {
  const source = readSourceTests(`
    describe('a server', () => {
      it.each([['a stranger', 'unknown-issuer']])('refuses %s: %s', () => {});
      for (const path of ['/revoke']) it(\`is closed at \${path}\`, () => {});
      // it('is not there', () => {});
    });
    describe.each(['nginx'])('a real %s', () => {
      it('answers', () => {});
    });
  `);

  it.each([
    ['a server', 'refuses a stranger: unknown-issuer', true],
    ['a server', 'refuses a friend: unknown-issuer', false],
    ['a server', 'is closed at /revoke', true],
    ['a server', 'is closed at /topology', false],
    ['a server', 'is not there', false],
    ['a server', 'answers', false],
    ['a real nginx', 'answers', true],
    ['a real haproxy', 'answers', false],
  ])('in %s, %s: %s', (within, title, isThere) => {
    expect(source.has({ within, title })).toBe(isThere);
  });
});
