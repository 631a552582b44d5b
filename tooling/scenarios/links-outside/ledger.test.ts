import { readFileSync } from 'node:fs';
import { allowMatrix, links, type Row } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { testTitles } from '../../conformance/suites/musts/titles.ts';

/** What may be wrong with the other end. Direction: it opens the link and may not, by the row or by how the topology narrows it. */
const faults = ['unknown CA', 'wrong name', 'revoked', 'wrong role', 'wrong direction'] as const;

/** A test by its file, the title of the block around it, and its own title as the runner reports it. */
interface LedgerTest {
  readonly file: string;
  readonly within: string;
  readonly title: string;
}

/** A refusal with its stable reason and the test that shows it; or why there is none, and what shows as much of that as can be shown. */
type Cell =
  | { readonly reason: string; readonly shownBy: LedgerTest }
  | { readonly why: string; readonly shownBy?: LedgerTest };
type EndCells = Readonly<Record<(typeof faults)[number], Cell>>;

const ledger: readonly {
  readonly row: keyof typeof links;
  readonly dialled: EndCells;
  readonly dialling: EndCells;
}[] = parse(read('tooling/scenarios/links-outside/ledger.yaml'));
const cells = ledger.flatMap((entry) =>
  (['dialled', 'dialling'] as const).flatMap((end) =>
    faults.map((fault) => ({ what: `${entry.row}, ${end}, ${fault}`, cell: entry[end][fault] })),
  ),
);

function read(path: string): string {
  return readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
}

/** SIP between servers inside; what is in plain text and signed; a store, which is a program of others. */
function isElsewhere({ a, b, protection, row }: Row): boolean {
  const isInside = protection === 'MTLS' && a.interface === 'internal' && b.interface === 'internal';
  return isInside || protection === 'HTTP' || row === links.serverToStore.row;
}

/** Whether a source has this test. What a title gets from elsewhere, as those of `it.each` do, must be a text of the same source. */
function hasTest(source: string, { file, title, within }: LedgerTest): boolean {
  const isTitle = (written: string, wanted: string) => {
    const plain = written.replaceAll(/[\\^.*+?()[\]|]/g, '\\$&').replaceAll(/%[sdj]|\$\{[^}]*\}/g, '(.+)');
    const parts = new RegExp(`^${plain}$`).exec(wanted)?.slice(1);
    return parts?.every((part) => ["'", '`'].some((quote) => source.includes(quote + part + quote))) ?? false;
  };
  return testTitles(file, source).some(
    (titles) =>
      isTitle(titles.at(-1) ?? '', title) && titles.slice(0, -1).some((around) => isTitle(around, within)),
  );
}

describe('the ledger of refusals', () => {
  it('has every row over TLS that is not SIP between servers inside, once and in the order of the matrix', () => {
    expect(ledger.map(({ row }) => links[row])).toEqual(allowMatrix.filter((row) => !isElsewhere(row)));
  });

  it('has for both ends of each a refusal with its test, or a sentence that says why there is none', () => {
    for (const { cell, what } of cells) {
      if ('why' in cell) expect(cell.why, what).toMatch(/^[A-Z].{20,}\.$/);
      else expect(cell.shownBy.title, what).toMatch(/./);
    }
  });

  it('names only reasons that are explained: those of connections on their page, and those of requests', () => {
    const page = read('docs/reference/reasons.md');
    const requests = read('packages/sip-proxy/README.md');
    const reasons = cells.flatMap(({ cell }) => ('reason' in cell ? [cell.reason] : []));
    const isExplained = (reason: string) =>
      page.includes(`### ${reason}\n`) || requests.includes(`\n| \`${reason}\``);
    expect([...new Set(reasons)].filter((reason) => !isExplained(reason))).toEqual([]);
  });

  it('names only tests that there are', () => {
    const tests = cells.flatMap(({ cell }) => cell.shownBy ?? []);
    expect(tests.filter((test) => !hasTest(read(test.file), test))).toEqual([]);
  });
});

it.each([
  ['a server', 'refuses a stranger: unknown-issuer', true],
  ['a server', 'refuses a friend: unknown-issuer', false],
  ['a server', 'is closed at /revoke', true],
  ['a server', 'is closed at /topology', false],
  ['a server', 'is not there', false],
  ['a server', 'answers', false],
  ['a real nginx', 'answers', true],
  ['a real haproxy', 'answers', false],
])('a test in a source, in %s, %s: %s', (within, title, isThere) => {
  const source = `
    describe('a server', () => {
      it.each([['a stranger', 'unknown-issuer']])('refuses %s: %s', () => {});
      for (const path of ['/revoke']) it(\`is closed at \${path}\`, () => {});
      // it('is not there', () => {});
    });
    describe.each(['nginx'])('a real %s', () => {
      it('answers', () => {});
    });`;
  expect(hasTest(source, { file: 'source.test.ts', within, title })).toBe(isThere);
});
