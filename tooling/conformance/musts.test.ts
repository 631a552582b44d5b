import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { needs } from '@entente/testkit/repository';
import { afterAll, describe, expect, it } from 'vitest';
import { runConformance } from './run.ts';
import type { ConformanceResult } from './suite.ts';
import { isInScope, mustSections } from './suites/musts/all.ts';
import { checkCounts, checkMusts } from './suites/musts/check.ts';
import { keywordsBySection } from './suites/musts/keywords.ts';
import type { Must } from './suites/musts/must.ts';
import { mustsPage, pagePath } from './suites/musts/page.ts';
import { namesSection, testTitles } from './suites/musts/titles.ts';

// biome-ignore lint/suspicious/noUndeclaredEnvVars: vitest is not run through turbo, so its cache cannot go stale
const vectors = process.env.ENTENTE_VECTORS ?? '';
const texts = vectors === '' ? '' : resolve(vectors, '../rfc');

describe('the ledger of MUSTs', () => {
  it('names for each rule a test that exists and names its section, or a reason why there is none', async () => {
    const { ok, report } = await runConformance(['musts'], { log: () => undefined }, { environment: {} });
    const { failures, passed, reason, skipped } = report as ConformanceResult;
    expect(failures).toEqual([]);
    expect([ok, passed]).toEqual([true, mustSections.flatMap(({ musts }) => musts).length]);
    expect([skipped, reason]).toEqual([mustSections.length, expect.stringContaining('rfc3261.txt')]);
  });

  it('has every rule of the RFCs', (context) => {
    const isThere = existsSync(join(texts, 'rfc3261.txt'));
    needs(
      context,
      isThere ? undefined : 'the texts of the RFCs are not beside the folder of ENTENTE_VECTORS',
    );
    const wrong = checkCounts(mustSections, texts, isInScope).filter(
      ({ actual, expected }) => actual !== expected,
    );
    expect(wrong).toEqual([]);
  });

  it('is what docs/reference/musts.md shows', () => {
    const plain = (text: string) => text.replaceAll(/[ -]{2,}/g, ' ').replaceAll('\\*', '*');
    expect(plain(readFileSync(pagePath, 'utf8'))).toBe(plain(mustsPage()));
  });
});

describe('the check of a ledger', () => {
  const root = mkdtempSync(join(tmpdir(), 'entente-musts-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  const file = 'packages/door.test.ts';
  mkdirSync(join(root, 'packages'));
  writeFileSync(
    join(root, file),
    "describe('a proxy (RFC 3261 §16.3)', () => { it.each([1])('refuses %s', () => {}); it('other (RFC 5626 §7)', () => {}); });",
  );
  const check = (...musts: Must[]) =>
    checkMusts([{ rfc: 3261, section: '16.3', about: 'a test', musts }], root).cases.map(
      ({ actual, expected }) => actual === expected,
    );

  const shown = (title: string, of = file): Must => ({
    binds: 'proxy',
    rule: 'refuses',
    standing: 'shown',
    test: { file: of, title },
  });
  const notHere: Must = { binds: 'proxy', rule: 'answers STUN', standing: 'does not apply' };
  const otherwise: Must = { binds: 'proxy', rule: 'forwards', standing: 'deviates', reason: 'On purpose.' };

  it('accepts a test that names the section, and a reason', () => {
    expect(check(shown('refuses %s'), { ...notHere, reason: 'There is no UDP.' })).toEqual([true, true]);
  });

  it('refuses a title that no test has, a file that does not exist, another section, and no reason', () => {
    expect(
      check(
        shown('refuses'),
        shown('refuses %s', 'packages/none.test.ts'),
        notHere,
        { ...otherwise, test: { file, title: 'forwards' } },
        { ...notHere, standing: 'shown' },
        { ...notHere, reason: 'x', standing: 'waived' as never },
        { ...notHere, reason: 'x', binds: 'door' as never },
      ),
    ).toEqual(Array.from({ length: 7 }, () => false));
    const elsewhere = { rfc: 3261, section: '16.30', about: 'a test', musts: [shown('refuses %s')] };
    expect(checkMusts([elsewhere], root).cases[0]?.actual).toContain('does not name §16.30');
  });

  it('counts a rule that is not followed as an exception, with its reason', () => {
    const section = { rfc: 3261, section: '16.3', about: 'a test', musts: [otherwise] };
    const { deviations } = checkMusts([section], root);
    expect(deviations.map(({ id, reason }) => [id, reason])).toEqual([['RFC 3261 §16.3, 1', 'On purpose.']]);
  });
});

describe('the keywords of an RFC', () => {
  const text = [
    '   1. Introduction ............... 3',
    '1 Introduction',
    '   The key words "MUST", "MUST NOT" and "SHALL" are spoken of.',
    '2.1.  A section',
    '   A proxy MUST NOT do this, and MUST do that. What is REQUIRED is not "REQUIRED".',
    '   1. It MUST stay in this section.',
    '2.2 Another one',
    '   It must not count, nor may MUSTARD. It SHALL.',
    'Appendix A.  Examples',
    '   This MUST not count.',
  ].join('\n');

  it('are counted by section: those that oblige, and no quoted ones', () => {
    expect([...keywordsBySection(text)]).toEqual([
      ['2.1', 4],
      ['2.2', 1],
    ]);
  });
});

describe('titles of tests', () => {
  it('are read with those around them, also of tests with a table or a condition, or that are built', () => {
    const built = ['e $', '{y}'].join('');
    const tests = `it.each([1])('d %s', f); it.skipIf(x)(\`${built}\`, f);`;
    const source = `describe('a', () => { it('b', f); describe('c', () => { ${tests} }); }); test('f', f);`;
    expect(testTitles('x.test.ts', source)).toEqual([
      ['a', 'b'],
      ['a', 'c', 'd %s'],
      ['a', 'c', built],
      ['f'],
    ]);
  });

  it.each([
    ['RFC 3261 §16.3', true],
    ['(RFC 3261 §16.2, §16.3 step 1)', true],
    ['RFC 3261 §16.30', false],
    ['RFC 3261 §16.3.1', false],
    ['RFC 3261 §16.2, RFC 5626 §16.3', false],
    ['§16.3', false],
  ])('name section 16.3 of RFC 3261: %s is %s', (title, is) => {
    expect(namesSection(['around', title], 3261, '16.3')).toBe(is);
  });
});
