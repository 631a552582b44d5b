import { accountVersion } from '@entente/accounts/feed';
import { describe, expect, it } from 'vitest';
import { EndedVersions, provenVersion } from './ended-account-versions.ts';

const alice = 'alice@contoso.example';
const by = (number: number, epoch = 'e') => ({ accountVersion: accountVersion(number, epoch) });

describe('what was proven by an earlier version of an account', () => {
  it('is over since the last change that ended it, and never where nothing has', () => {
    const versions = new EndedVersions();
    expect(versions.isOver(alice, by(1), undefined)).toBe(false);
    versions.ended(alice, accountVersion(2, 'e'));
    versions.ended(alice, accountVersion(4, 'e'));
    expect([3, 4, 5].map((number) => versions.isOver(alice, by(number), accountVersion(9, 'e')))).toEqual([
      true,
      false,
      false,
    ]);
    expect(versions.isOver('bob@contoso.example', by(1), undefined)).toBe(false);
  });

  it('is what is known where all accounts were read again from another directory, and what cannot be compared counts as earlier', () => {
    const versions = new EndedVersions();
    versions.ended(alice, accountVersion(5, 'e'));
    const known = accountVersion(2, 'restored');
    expect(versions.isOver(alice, by(2, 'restored'), accountVersion(6, 'e')), 'not read again yet').toBe(
      true,
    );
    expect(versions.isOver(alice, by(2, 'restored'), known)).toBe(false);
    expect([by(9), by(1, 'restored')].map((sender) => versions.isOver(alice, sender, known))).toEqual([
      true,
      true,
    ]);
  });

  it('counts where no version is told, or none that can be read: an earlier version of the software tells none', () => {
    const versions = new EndedVersions();
    versions.ended(alice, undefined);
    expect(versions.isOver(alice, by(1), undefined)).toBe(false);
    versions.ended(alice, accountVersion(2, 'e'));
    for (const text of [undefined, '', '1', '1.e, 2.e', '-1.e'])
      expect([
        versions.isOver(alice, { accountVersion: text }, undefined),
        provenVersion({ accountVersion: text }),
      ]).toEqual([false, undefined]);
  });

  it('is kept of the last ten thousand users', () => {
    const versions = new EndedVersions();
    for (let i = 0; i <= 10_000; i++) versions.ended(`user${i}@contoso.example`, accountVersion(2, 'e'));
    expect([0, 1].map((i) => versions.isOver(`user${i}@contoso.example`, by(1), undefined))).toEqual([
      false,
      true,
    ]);
  });
});
