import type { AccountDirectory } from '../account-directory.ts';
import { account, contact, type DirectoryRule, must, readFeed, same, stored, users } from './rule.ts';

/** Rules about what a crash leaves. */
export const durabilityRules: readonly DirectoryRule[] = [
  {
    id: 'survives-accounts',
    rule: 'has after a crash every account and contact list that was acknowledged, and none that was removed',
    needs: 'reopen',
    async check({ directory, reopen }) {
      const records = await Promise.all(['a', 'b', 'c'].map((user) => stored(directory, account(user))));
      await directory.putContacts('a@contoso.example', [contact('ann', { name: 'Ann' })], 0);
      const list = await directory.contacts('a@contoso.example');
      await directory.remove('b@contoso.example', records[1]?.version ?? 0);
      await stored(directory, account('c', { state: 'disabled' }), records[2]?.version);
      const before = await directory.list({ limit: 10 });
      const after = await opened(reopen);
      const page = await after.list({ limit: 10 });
      must(users(page.records) === 'a,c' && same(page, before), `has ${users(page.records)}`);
      must(same(await after.contacts('a@contoso.example'), list), 'lost a contact list');
    },
  },
  {
    id: 'survives-feed',
    rule: 'goes on with its feed after a crash: positions stay valid, removals are remembered, versions rise',
    needs: 'reopen',
    async check({ directory, reopen }) {
      const first = await stored(directory, account('a'));
      await stored(directory, account('b'));
      const { position } = await readFeed(directory, undefined);
      const removed = await directory.remove('a@contoso.example', first.version);
      const after = await opened(reopen);
      const { changes, position: now } = await readFeed(after, position);
      must(users(changes) === 'a' && changes[0]?.record === undefined, `told ${JSON.stringify(changes)}`);
      must(now.epoch === position.epoch, 'began another feed');
      const last = removed.ok ? removed.version : 0;
      const next = await stored(after, account('c'));
      must(next.version > last, `gave version ${next.version} after ${last}`);
    },
  },
];

async function opened(reopen: (() => Promise<AccountDirectory>) | undefined): Promise<AccountDirectory> {
  if (reopen === undefined) throw new Error('the directory under test cannot be reopened');
  return reopen();
}
