import { type Account, verifiersOf } from '@entente/accounts';
import { type ChangedAccount, KnownAccounts } from '@entente/accounts/feed';
import type { FollowedAccounts } from '@entente/member';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { PoolRegistrations } from '../src/pool/pool-registrations.ts';
import { type MemberName, startPool } from './pool-network.ts';

const account = (name: string, home: string): Account => {
  const address = `${name}@contoso.example`;
  return { address, verifiers: verifiersOf(address, 'secret') ?? {}, state: 'enabled', rights: [], home };
};

/** Accounts that a test changes. */
function accountsOf(...accounts: readonly Account[]) {
  const known = new KnownAccounts();
  const listeners = new Set<(changes: readonly ChangedAccount[]) => void>();
  const put = (...changed: readonly Account[]) => {
    const changes = known.apply(changed.map((one) => ({ address: one.address, account: one })));
    for (const tell of [...listeners]) tell(changes);
  };
  put(...accounts);
  const followed: FollowedAccounts = {
    known,
    isStale: false,
    confirmedAt: undefined,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return { followed, listeners, put };
}

describe('a front end whose accounts change', () => {
  const [ours, other] = ['pool1.contoso.example', 'pool2.contoso.example'];
  afterEach(() => void vi.restoreAllMocks());

  it('asks its pool for what it passed over of a user who is at home here now, and of nobody else', async () => {
    const asked = vi.spyOn(PoolRegistrations.prototype, 'usersChanged');
    const accounts = accountsOf(account('bob', ours), account('carol', other));
    const elsewhere = accountsOf(account('bob', ours), account('carol', other));
    const knownAt = new Map<MemberName, FollowedAccounts>([
      ['fe2', accounts.followed],
      ['other', elsewhere.followed],
    ]);
    const of = (name: MemberName) => knownAt.get(name);
    await using pool = await startPool(['fe1', 'fe2', 'other'], undefined, of);
    const carol = await pool.user('carol', 'fe1');
    const bob = await pool.user('bob', 'fe2');
    const text = () => bob.ask('MESSAGE', 'sip:carol@contoso.example', { as: 'bob' });
    expect((await text()).status, 'of another pool').not.toBe(200);
    asked.mockClear();
    accounts.put(account('dave', ours), account('erin', other));
    expect(asked.mock.calls).toEqual([[['dave@contoso.example', 'erin@contoso.example']]]);
    expect((await text()).status).not.toBe(200);
    accounts.put(account('carol', ours));
    expect(asked.mock.calls[1]).toEqual([['carol@contoso.example']]);
    await pool.reaches(bob, 'bob', 'carol');
    expect(carol.received).toHaveLength(1);
    await pool.stop('fe2');
    expect(accounts.listeners.size).toBe(0);
  });
});
