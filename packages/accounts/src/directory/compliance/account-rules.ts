import type { Account } from '../../account.ts';
import {
  account,
  type DirectoryRule,
  must,
  reasonOf,
  rejectsWith,
  same,
  stored,
  users,
  verifier,
} from './rule.ts';

const alice = 'alice@contoso.example';

/** Rules about adding, changing, removing and finding accounts. */
export const accountRules: readonly DirectoryRule[] = [
  {
    id: 'finds-what-was-put',
    rule: 'finds an account by its address, with every field, and no other',
    async check({ directory }) {
      const whole = account('alice', {
        verifiers: { 'SHA-256': verifier('a1'), 'SHA-512-256': verifier('b2'), MD5: 'c3'.repeat(16) },
        state: 'disabled',
        number: '+4930123456',
        rights: ['dial-outside'],
      });
      const { home: _, ...bare } = account('bob', { verifiers: {} });
      for (const entry of [whole, bare]) {
        const record = await stored(directory, entry);
        must(same(record.account, entry), `answered ${JSON.stringify(record)}`);
        must(record.version > 0 && record.contactsVersion === 0, `answered ${JSON.stringify(record)}`);
        const found = await directory.find(entry.address);
        must(same(found, record), `found ${JSON.stringify(found)}`);
      }
      for (const other of [
        'carol@contoso.example',
        'alice',
        'Alice@contoso.example',
        'alice@fabrikam.example',
        'alice@contoso.example\0',
        'alic\u00e9@contoso.example',
        '\ud800',
        'a'.repeat(100_000),
      ]) {
        must((await directory.find(other)) === undefined, `found ${other}`);
      }
    },
  },
  {
    id: 'adds-once',
    rule: 'adds an account once, also when two come at once, and tells the other that there is one',
    async check({ directory }) {
      const both = await Promise.all([
        directory.put(account('alice', { state: 'enabled' }), 'absent'),
        directory.put(account('alice', { state: 'disabled' }), 'absent'),
      ]);
      const reasons = both.map(reasonOf).sort();
      must(same(reasons, ['account-exists', 'done']), `answered ${reasons.join()}`);
      const winner = both.find((outcome) => outcome.ok);
      must(winner?.ok === true && same(await directory.find(alice), winner.record), 'kept the other one');
    },
  },
  {
    id: 'replaces-by-version',
    rule: 'replaces an account only with the version of its last change, and one of two that come at once',
    async check({ directory }) {
      const first = await stored(directory, account('alice'));
      const disabled = account('alice', { state: 'disabled' });
      const unknown = reasonOf(await directory.put(account('bob'), first.version));
      must(unknown === 'account-unknown', `answered ${unknown} for no account`);
      const both = await Promise.all([
        directory.put(disabled, first.version),
        directory.put(account('alice', { rights: ['dial-outside'] }), first.version),
      ]);
      const reasons = both.map(reasonOf).sort();
      must(same(reasons, ['done', 'version-conflict']), `answered ${reasons.join()}`);
      const now = await directory.find(alice);
      const late = reasonOf(await directory.put(disabled, first.version));
      must(late === 'version-conflict', `answered ${late} for an old version`);
      must(same(await directory.find(alice), now), 'changed the account by a refused change');
      await stored(directory, disabled, now?.version ?? 0);
      must((await directory.find(alice))?.account.state === 'disabled', 'did not replace it');
    },
  },
  {
    id: 'checks-accounts',
    rule: 'refuses an account that cannot be one, with the reason, and stores nothing of it',
    async check({ directory }) {
      const wrong: readonly (readonly [Partial<Account>, string])[] = [
        [{ address: 'alice@Contoso.example' }, 'address-invalid'],
        [{ address: 'contoso.example' }, 'address-invalid'],
        [{ address: `${'a'.repeat(300)}@contoso.example` }, 'limit-exceeded'],
        [{ verifiers: { 'SHA-256': 'A1'.repeat(32) } }, 'verifier-invalid'],
        [{ home: 'Pool01' }, 'home-invalid'],
        [{ state: 'asleep' as 'enabled' }, 'state-invalid'],
        [{ number: '030123456' }, 'number-invalid'],
        [{ rights: ['fly' as 'dial-outside'] }, 'right-invalid'],
      ];
      for (const [changes, reason] of wrong) {
        const found = reasonOf(await directory.put(account('alice', changes), 'absent'));
        must(found === reason, `answered ${found} for ${JSON.stringify(changes)}`);
      }
      must((await directory.list({ limit: 1 })).records.length === 0, 'stored one');
    },
  },
  {
    id: 'removes-by-version',
    rule: 'removes an account with its contact list, only with the version of its last change',
    async check({ directory }) {
      const { version } = await stored(directory, account('alice'));
      await directory.putContacts(alice, [{ address: 'bob@contoso.example', groups: [] }], 0);
      const wrong = reasonOf(await directory.remove(alice, version - 1));
      must(wrong === 'version-conflict', `answered ${wrong} for an old version`);
      must((await directory.find(alice)) !== undefined, 'removed it all the same');
      const removed = await directory.remove(alice, version);
      must(removed.ok && removed.version > version, `answered ${JSON.stringify(removed)}`);
      must((await directory.find(alice)) === undefined, 'still finds it');
      must((await directory.contacts(alice)) === undefined, 'still has its contact list');
      const again = reasonOf(await directory.remove(alice, version));
      must(again === 'account-unknown', `answered ${again} for no account`);
      await stored(directory, account('alice'));
      const list = await directory.contacts(alice);
      must(same(list, { contacts: [], version: 0 }), `gave a new account ${JSON.stringify(list)}`);
    },
  },
  {
    id: 'versions-rise',
    rule: 'gives each change a higher version than all before it, whatever account it is of',
    async check({ directory }) {
      const versions: number[] = [];
      const note = (version: number | undefined): void => void versions.push(version ?? 0);
      const { version } = await stored(directory, account('alice'));
      note(version);
      note((await stored(directory, account('bob'))).version);
      const list = await directory.putContacts(alice, [], 0);
      note(list.ok ? list.list.version : 0);
      note((await stored(directory, account('alice', { rights: ['dial-outside'] }), version)).version);
      const found = await directory.find(alice);
      const changed = await directory.changeVerifiers(
        alice,
        { 'SHA-256': verifier('a1') },
        { 'SHA-256': verifier('b2') },
      );
      note(changed.ok ? changed.record.version : 0);
      must(found?.account.rights.length === 1, 'lost a change');
      const removed = await directory.remove(alice, versions.at(-1) ?? 0);
      note(removed.ok ? removed.version : 0);
      note((await stored(directory, account('alice'))).version);
      const rising = versions.every((each, index) => each > (versions[index - 1] ?? 0));
      must(rising, `gave ${versions.join()}`);
    },
  },
  {
    id: 'lists-in-pages',
    rule: 'lists accounts in the order of their addresses by code point, page by page, none twice',
    async check({ directory }) {
      for (const user of ['c', 'B', 'a', '_x', 'a-b', 'a.b', 'ab', '10', '9']) {
        await stored(directory, account(user));
      }
      const seen: string[] = [];
      for (let after: string | undefined, pages = 0; ; pages++) {
        must(pages < 4, 'more pages than accounts');
        const page = await directory.list({ limit: 3, ...(after === undefined ? {} : { after }) });
        seen.push(users(page.records));
        if (page.next === undefined) break;
        after = page.next;
      }
      must(same(seen, ['10,9,B', '_x,a-b,a.b', 'a,ab,c']), `listed ${seen.join(' ')}`);
    },
  },
  {
    id: 'lists-by-query',
    rule: 'lists only accounts with the home and the state of the query',
    async check({ directory }) {
      const elsewhere = { home: 'pool02.contoso.example' };
      const { home: _, ...homeless } = account('a');
      await stored(directory, homeless);
      await stored(directory, account('b', elsewhere));
      await stored(directory, account('c', { state: 'disabled' }));
      await stored(directory, account('d', { ...elsewhere, state: 'disabled' }));
      const lists = async (query: object): Promise<string> =>
        users((await directory.list({ limit: 10, ...query })).records);
      const listed = [
        await lists(elsewhere),
        await lists({ state: 'disabled' }),
        await lists({ ...elsewhere, state: 'enabled' }),
        await lists({ home: 'pool03.contoso.example' }),
        await lists({ ...elsewhere, after: 'b@contoso.example' }),
      ];
      must(same(listed, ['b,d', 'c,d', 'b', '', 'd']), `listed ${listed.join(' ')}`);
    },
  },
  {
    id: 'counts-homes',
    rule: 'counts the accounts of each home of their own, in the order of the homes, where it counts them',
    async check({ directory }) {
      if (directory.homes === undefined) return;
      const { home: _, ...homeless } = account('a');
      await stored(directory, homeless);
      for (const [user, pool] of [
        ['b', 'pool02'],
        ['c', 'pool10'],
        ['d', 'pool02'],
      ] as const)
        await stored(directory, account(user, { home: `${pool}.contoso.example` }));
      const { version } = await stored(directory, account('e', { home: 'pool03.contoso.example' }));
      must((await directory.remove('e@contoso.example', version)).ok, 'removed nothing');
      const counted = (await directory.homes()).map(({ home, users: of }) => `${home} ${of}`);
      must(same(counted, ['pool02.contoso.example 2', 'pool10.contoso.example 1']), `counted ${counted}`);
    },
  },
  {
    id: 'counts-accounts-outside',
    rule: 'counts the accounts of other domains than some, and names the first five, where it counts them',
    async check({ directory }) {
      if (directory.outside === undefined) return;
      for (const domain of ['contoso.example', 'sales.contoso.example', 'xcontoso.example'])
        for (const user of ['c', 'a', 'b'])
          await stored(directory, { ...account(user), address: `${user}@${domain}` });
      const said = async (...domains: string[]) => {
        const { first, users: of } = (await directory.outside?.(domains)) ?? { first: [], users: 0 };
        return `${of}: ${first}`;
      };
      const [sales, other] = ['sales.contoso.example', 'xcontoso.example'];
      const counted = [await said('contoso.example', other), await said('contoso.example', other, sales)];
      must(same(counted, [`3: a@${sales},b@${sales},c@${sales}`, '0: ']), `counted ${counted.join('; ')}`);
      const five = [`a@${sales}`, `a@${other}`, `b@${sales}`, `b@${other}`, `c@${sales}`];
      must(same([await said('contoso.example')], [`6: ${five}`]), `named ${await said('contoso.example')}`);
    },
  },
  {
    id: 'bounds-a-page',
    rule: 'refuses a page of none or of more than 1,000, of accounts and of the feed',
    async check({ directory }) {
      for (const limit of [0, 1_001, 1.5, Number.NaN]) {
        must(await rejectsWith('_BAD_ARGUMENT', directory.list({ limit })), `listed ${limit}`);
        must(await rejectsWith('_BAD_ARGUMENT', directory.changes(undefined, limit)), `read ${limit}`);
      }
      must((await directory.list({ limit: 1_000 })).records.length === 0, 'refused 1,000');
    },
  },
  {
    id: 'closed-is-closed',
    rule: 'does nothing more once it is closed, and closing twice is nothing special',
    async check({ directory }) {
      const { version } = await stored(directory, account('alice'));
      await directory[Symbol.asyncDispose]();
      await directory[Symbol.asyncDispose]();
      const calls = [
        () => directory.find(alice),
        () => directory.list({ limit: 1 }),
        () => directory.put(account('bob'), 'absent'),
        () => directory.remove(alice, version),
        () => directory.contacts(alice),
        () => directory.changes(undefined, 1),
      ];
      for (const call of calls) must(await rejectsWith('_CLOSED', call()), `answers ${call}`);
    },
  },
];
