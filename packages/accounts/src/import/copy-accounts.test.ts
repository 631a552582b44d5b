import { describe, expect, it } from 'vitest';
import { createMemoryDirectory } from '../directory/memory-directory.ts';
import { copyAccounts } from './copy-accounts.ts';

const account = (user: string) => ({
  address: `${user}@contoso.example`,
  verifiers: { 'SHA-256': 'a1'.repeat(32) },
  state: 'enabled' as const,
  rights: ['dial-outside' as const],
});

const nothing = {
  copied: 0,
  unchanged: 0,
  replaced: 0,
  removed: 0,
  surplus: [],
  surplusCount: 0,
  refused: [],
  refusedCount: 0,
};

describe('a copy of a directory of accounts', () => {
  it('has every account and contact list, over many pages', async () => {
    const from = createMemoryDirectory();
    const contacts = [{ address: 'ann@fabrikam.example', name: 'Ann', groups: ['friends'] }];
    for (let index = 0; index < 450; index++) await from.put(account(`u${index}`), 'absent');
    await from.putContacts('u7@contoso.example', contacts, 0);
    const to = createMemoryDirectory();
    const told: object[] = [];
    const report = await copyAccounts(from, to, { onProgress: (progress) => told.push(progress) });
    expect(report).toEqual({ ...nothing, copied: 450 });
    expect(told).toEqual([
      { copied: 200, compared: 0 },
      { copied: 400, compared: 0 },
      { copied: 450, compared: 0 },
      { copied: 450, compared: 200 },
      { copied: 450, compared: 400 },
      { copied: 450, compared: 450 },
    ]);
    expect((await to.find('u449@contoso.example'))?.account).toEqual(account('u449'));
    expect((await to.contacts('u7@contoso.example'))?.contacts).toEqual(contacts);
  });

  it('leaves alone what the other directory has, and reports it', async () => {
    const from = createMemoryDirectory();
    const to = createMemoryDirectory();
    await from.put(account('alice'), 'absent');
    await from.put(account('bob'), 'absent');
    const { address } = account('alice');
    await to.put({ ...account('alice'), state: 'disabled' }, 'absent');
    const report = await copyAccounts(from, to);
    expect(report).toMatchObject({ copied: 1, refused: [{ reason: 'account-exists' }], refusedCount: 1 });
    expect((await to.find(address))?.account.state).toBe('disabled');
  });

  it('that was interrupted is completed by another one', async () => {
    const from = createMemoryDirectory();
    const contacts = [{ address: 'ann@fabrikam.example', groups: [] }];
    for (const user of ['alice', 'bob']) {
      await from.put(account(user), 'absent');
      await from.putContacts(account(user).address, contacts, 0);
    }
    const to = createMemoryDirectory();
    await to.put(account('alice'), 'absent');
    expect(await copyAccounts(from, to)).toEqual({ ...nothing, copied: 1, unchanged: 1 });
    expect((await to.contacts('alice@contoso.example'))?.contacts).toEqual(contacts);
    expect(await copyAccounts(from, to)).toEqual({ ...nothing, unchanged: 2 });
  });

  it('tells of accounts that the other directory alone has, and removes them where they are to be replaced', async () => {
    const from = createMemoryDirectory();
    const to = createMemoryDirectory();
    await from.put(account('alice'), 'absent');
    await to.put({ ...account('alice'), state: 'disabled' }, 'absent');
    await to.put(account('mallory'), 'absent');
    expect(await copyAccounts(from, to)).toMatchObject({
      refusedCount: 1,
      surplus: ['mallory@contoso.example'],
      surplusCount: 1,
    });
    expect(await copyAccounts(from, to, { existing: 'replace' })).toEqual({
      ...nothing,
      replaced: 1,
      removed: 1,
    });
    expect((await to.find('alice@contoso.example'))?.account).toEqual(account('alice'));
    expect(await to.find('mallory@contoso.example')).toBeUndefined();
  });
});
