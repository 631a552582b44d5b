import type { ImportedLists } from '@entente/pki/node';
import { describe, expect, it } from 'vitest';
import { listLines, untoldIssuers } from './restored-lists.ts';

type ReadList = ImportedLists['lists'][number];

const now = Date.UTC(2026, 5, 2);
const takenAt = '2026-06-01T00:00:00Z';
const [first, second, root] = ['1f'.repeat(8), '2e'.repeat(8), '3d'.repeat(8)];
const list = (issuer: string, changes: Partial<ReadList>): ReadList => ({
  issuer,
  number: 5,
  newer: false,
  last: false,
  nextUpdate: now + 1,
  ...changes,
});
const imported = (...lists: readonly ReadList[]): ImportedLists => ({
  issuers: [first, second],
  lists,
  revoked: [],
  unknown: [],
});

describe('what lists of members tell after a restore', () => {
  it.each([
    ['no list', [], [first, second]],
    ['a newer list of one issuing authority', [list(first, { newer: true })], [second]],
    ['newer lists of both', [list(first, { newer: true }), list(second, { newer: true })], []],
    ['a newer and a last one', [list(first, { newer: true }), list(second, { last: true })], []],
    [
      'a last one that has ended',
      [list(first, { newer: true }), list(second, { last: true, nextUpdate: now - 1 })],
      [second],
    ],
    ['an older one', [list(first, { newer: true }), list(second, {})], [second]],
    ['one of the root', [list(root, {})], [first, second]],
  ])('is said for each issuing authority by itself: with %s', (_what, lists, untold) => {
    expect(untoldIssuers(imported(...lists), now)).toEqual(untold);
  });

  it('names the issuing authority of which nothing is known', () => {
    const [line, found] = listLines(imported(list(first, { newer: true })), takenAt, now);
    expect(line).toBe(
      `not restored: what issuing authority ${second} has revoked since ${takenAt}; no list of it is newer than the backup`,
    );
    expect(found).toBe('0 revocations since then were found in the lists');
  });

  it('says nothing is missing where each has a newer one, or nothing is new', () => {
    const both = [first, second].map((id) => list(id, { newer: true }));
    expect(listLines(imported(...both), takenAt, now)).toHaveLength(1);
    const last = [first, second].map((id) => list(id, { last: true }));
    expect(listLines(imported(...last), takenAt, now)[0]).toContain('as is usual');
  });
});
