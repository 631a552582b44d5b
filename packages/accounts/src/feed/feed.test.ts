import { describe, expect, it } from 'vitest';
import type { Account } from '../account.ts';
import { verifiersOf } from '../verifiers.ts';
import { accountVersion, isBefore } from './account-version.ts';
import { formatFeedPage, formatPosition, parseFeedPage, parsePosition } from './feed-text.ts';
import { endsSessions, KnownAccounts } from './known-accounts.ts';

const account = (name: string, more: Partial<Account> = {}): Account => {
  const address = `${name}@contoso.example`;
  return { address, verifiers: verifiersOf(address, 'x') ?? {}, state: 'enabled', rights: [], ...more };
};
const number = '+4930123456';
const [alice, bob] = [account('alice', { home: 'pool2.contoso.example', number }), account('bob')];
const position = { epoch: 'abc-1', version: 7, begun: 3 };
const page = {
  view: 'verifiers' as const,
  changes: [
    { address: alice.address, account: alice },
    { address: bob.address, account: bob },
    { address: 'carol@contoso.example' },
  ],
  position,
  more: false,
};
const changedBy = (before: Account, after?: Account) =>
  endsSessions({ address: before.address, before, ...(after === undefined ? {} : { after }) });

describe('a page of the feed', () => {
  it('is read as it was written, removals included', () => {
    expect(parseFeedPage(formatFeedPage(page))).toEqual(page);
  });

  it('has no verifiers in the view of homes, and is refused there with some', () => {
    const text = formatFeedPage({ ...page, view: 'homes' });
    expect(text).not.toContain(alice.verifiers['SHA-256']);
    const read = parseFeedPage(text);
    expect(read?.changes[0]?.account).toEqual({ ...alice, verifiers: {} });
    expect(parseFeedPage(formatFeedPage(page).replace('"verifiers","pos', '"homes","pos'))).toBeUndefined();
  });

  it.each([
    ['no JSON', (text: string) => text.slice(1)],
    ['another format', (text: string) => text.replace('accounts/1', 'accounts/2')],
    ['no position', (text: string) => text.replace('"version":7', '"version":-7')],
    ['an address that is none', (text: string) => text.replaceAll('bob@', 'bob ')],
    ['a verifier of another length', (text: string) => text.replace('"SHA-256":"', '"SHA-256":"0')],
    ['a state that is none', (text: string) => text.replace('enabled', 'asleep')],
    ['a right that is none', (text: string) => text.replace('"rights":[]', '"rights":["all"]')],
  ])('is refused with %s', (_what, spoil) => {
    const text = formatFeedPage(page);
    expect(spoil(text)).not.toBe(text);
    expect(parseFeedPage(spoil(text))).toBeUndefined();
  });

  it('has a position that is one word', () => {
    expect(parsePosition(formatPosition(position))).toEqual(position);
    for (const text of ['', '7.3', '7.3.', '7.3.a b', '-7.3.a', `7.3.${'a'.repeat(65)}`])
      expect(parsePosition(text)).toBeUndefined();
  });
});

describe('the accounts that are known', () => {
  it('are found by address and by name and domain, and say what has changed', () => {
    const known = new KnownAccounts();
    expect(known.apply(page.changes).map(({ address }) => address)).toEqual([alice.address, bob.address]);
    expect(known.apply(page.changes)).toEqual([]);
    expect(known.of(alice.address)).toEqual(alice);
    expect(known.find('bob', 'contoso.example')?.credentials).toEqual({
      username: 'bob',
      realm: 'contoso.example',
      ha1: bob.verifiers,
    });
    expect(known.apply([{ address: bob.address }])).toEqual([{ address: bob.address, before: bob }]);
    expect(known.find('bob', 'contoso.example')).toBeUndefined();
    expect(known.size).toBe(1);
  });

  it('become others at once, those that are gone included', () => {
    const [known, others] = [new KnownAccounts(), new KnownAccounts()];
    known.apply(page.changes);
    const disabled = { ...alice, state: 'disabled' as const };
    others.apply([{ address: alice.address, account: disabled }]);
    expect(known.replace(others)).toEqual([
      { address: bob.address, before: bob },
      { address: alice.address, before: alice, after: disabled },
    ]);
    expect([...known.all()]).toEqual([{ address: alice.address, account: disabled }]);
  });
});

describe('the version of an account', () => {
  const at = (version: number) => accountVersion(version, 'abc-1');

  it('is read as it was written, of a removal too, and known with the account and its change', () => {
    const versions = [
      { address: alice.address, account: alice, version: at(5) },
      { address: 'carol@contoso.example', version: at(7) },
    ];
    const text = formatFeedPage({ ...page, changes: versions });
    expect(parseFeedPage(text)?.changes).toEqual(versions);
    expect(parseFeedPage(text.replace('5.abc-1', '5'))).toBeUndefined();
    const known = new KnownAccounts();
    expect(known.apply(versions)).toEqual([{ address: alice.address, after: alice, version: at(5) }]);
    expect(known.versionOf(alice.address)).toBe(at(5));
    const others = new KnownAccounts();
    others.replace(known);
    expect(others.versionOf(alice.address)).toBe(at(5));
  });

  it('says what was made before a change, and knows no order where one is missing or of another directory', () => {
    expect([isBefore(at(5), at(7)), isBefore(at(7), at(7)), isBefore(at(10), at(9))]).toEqual([
      true,
      false,
      false,
    ]);
    for (const [made, changed] of [
      [undefined, at(1)],
      [at(9), undefined],
      [at(9), accountVersion(1, 'abc-2')],
      ['9', at(1)],
    ] as const)
      expect(isBefore(made, changed)).toBe(true);
  });
});

describe('a telephone number', () => {
  it('belongs to the users whose accounts have it now', () => {
    const known = new KnownAccounts();
    const owners = () => known.withNumber(number).map(({ address }) => address);
    known.apply([
      { address: alice.address, account: alice },
      { address: bob.address, account: bob },
    ]);
    expect(owners()).toEqual([alice.address]);
    const both = known.apply([{ address: bob.address, account: { ...bob, number } }]);
    expect(both).toHaveLength(1);
    expect(owners()).toEqual([alice.address, bob.address]);
    known.apply([{ address: alice.address, account: { ...alice, number: '+4940123456' } }]);
    expect(owners()).toEqual([bob.address]);
    known.apply([{ address: bob.address }]);
    expect(owners()).toEqual([]);
    expect(known.withNumber('+4940123456')).toHaveLength(1);
  });
});

describe('what a user has signed in to', () => {
  it('ends with the account, its state and its password, and with nothing else', () => {
    expect(changedBy(bob)).toBe(true);
    expect(changedBy(bob, { ...bob, state: 'disabled' })).toBe(true);
    expect(changedBy(bob, { ...bob, verifiers: verifiersOf(bob.address, 'y') ?? {} })).toBe(true);
    expect(changedBy(bob, { ...bob, home: 'pool2.contoso.example', rights: ['dial-outside'] })).toBe(false);
    expect(endsSessions({ address: bob.address, after: bob })).toBe(false);
  });
});
