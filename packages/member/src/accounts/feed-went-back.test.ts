import type { Account } from '@entente/accounts';
import { beforeEach, describe, expect, it } from 'vitest';
import { AccountsWentBack } from './feed-went-back.ts';

const place = 'https://ca.contoso.example';
const dayMs = 86_400_000;

describe('accounts that went back', () => {
  const alice: Account = {
    address: 'alice@contoso.example',
    state: 'enabled',
    verifiers: {},
    rights: [],
  };
  const found = {
    enabledAgain: 1,
    otherPasswords: 0,
    missing: 1,
    some: [alice.address, 'bob@contoso.example'],
  };
  let wentBack: AccountsWentBack;
  let known: Map<string, Account>;
  const of = (address: string) => known.get(address);
  beforeEach(() => {
    wentBack = new AccountsWentBack();
    known = new Map([[alice.address, alice]]);
  });

  it('are a problem of the server for a day, the newest alone', () => {
    expect(wentBack.problems({ of }, 0)).toEqual([]);
    wentBack.report(place, found, { of }, 0);
    wentBack.report(place, { ...found, missing: 3 }, { of }, 1);
    expect(wentBack.problems({ of }, dayMs + 1)).toMatchObject([
      { part: 'accounts', message: expect.stringContaining('3 are missing'), stops: false },
    ]);
    expect(wentBack.problems({ of }, dayMs + 2)).toEqual([]);
  });

  it('are a problem until each of those that are named was changed again', () => {
    wentBack.report(place, found, { of }, 0);
    known.set(alice.address, { ...alice, rights: ['dial-outside'] });
    known.set('bob@contoso.example', { ...alice, address: 'bob@contoso.example' });
    expect(wentBack.problems({ of }, 1), 'alice is enabled still').toHaveLength(1);
    known.set(alice.address, { ...alice, state: 'disabled' });
    expect(wentBack.problems({ of }, 1)).toEqual([]);
  });
});
