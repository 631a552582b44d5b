import { accountVersion } from '@entente/accounts/feed';
import { describe, expect, it } from 'vitest';
import { EndedVersions, provenVersion } from './ended-versions.ts';

const alice = 'alice@contoso.example';
const by = (number: number, epoch = 'e') => ({ accountVersion: accountVersion(number, epoch) });

describe('what was proven by an earlier version of an account', () => {
  it('is over since the last change that ended it, and never where nothing has', () => {
    const versions = new EndedVersions();
    expect(versions.isOver(alice, by(1))).toBe(false);
    versions.ended(alice, accountVersion(2, 'e'));
    versions.ended(alice, accountVersion(4, 'e'));
    expect([3, 4, 5].map((number) => versions.isOver(alice, by(number)))).toEqual([true, false, false]);
    expect(versions.isOver('bob@contoso.example', by(1))).toBe(false);
    expect(
      versions.isOver(alice, by(9, 'another-directory')),
      'what cannot be compared counts as earlier',
    ).toBe(true);
  });

  it('counts where no version is told, or none that can be read: an earlier version of the software tells none', () => {
    const versions = new EndedVersions();
    versions.ended(alice, undefined);
    expect(versions.isOver(alice, by(1))).toBe(false);
    versions.ended(alice, accountVersion(2, 'e'));
    for (const text of [undefined, '', '1', '1.e, 2.e', '-1.e'])
      expect([
        versions.isOver(alice, { accountVersion: text }),
        provenVersion({ accountVersion: text }),
      ]).toEqual([false, undefined]);
  });

  it('is kept of the last ten thousand users', () => {
    const versions = new EndedVersions();
    for (let i = 0; i <= 10_000; i++) versions.ended(`user${i}@contoso.example`, accountVersion(2, 'e'));
    expect([0, 1].map((i) => versions.isOver(`user${i}@contoso.example`, by(1)))).toEqual([false, true]);
  });
});
