import type { AccountContact } from '../../account.ts';
import { account, contact, type DirectoryRule, must, reasonOf, same, stored } from './rule.ts';

const alice = 'alice@contoso.example';

/** Rules about contact lists. */
export const contactRules: readonly DirectoryRule[] = [
  {
    id: 'contacts-kept',
    rule: 'gives a contact list back as it was set, in its order, and keeps it when the account changes',
    async check({ directory }) {
      const { version } = await stored(directory, account('alice'));
      const fresh = await directory.contacts(alice);
      must(same(fresh, { contacts: [], version: 0 }), `a new account has ${JSON.stringify(fresh)}`);
      must((await directory.contacts('bob@contoso.example')) === undefined, 'has a list of nobody');
      const contacts = [
        contact('zoe', { name: 'Zoë “Z” O’Neill', groups: ['Team', 'Ärzte'] }),
        contact('ann'),
        contact('max', { groups: ['Team'] }),
      ];
      const outcome = await directory.putContacts(alice, contacts, 0);
      must(outcome.ok && same(outcome.list.contacts, contacts), `answered ${JSON.stringify(outcome)}`);
      const list = await directory.contacts(alice);
      must(outcome.ok && same(list, outcome.list), `has ${JSON.stringify(list)}`);
      const found = await directory.find(alice);
      must(found?.version === version, 'counts it as a change of the account');
      must(found?.contactsVersion === list?.version, 'does not say its version with the account');
      await stored(directory, account('alice', { state: 'disabled' }), version);
      must(same(await directory.contacts(alice), list), 'lost it when the account changed');
    },
  },
  {
    id: 'contacts-compared',
    rule: 'replaces a contact list only with its own version, one of two that come at once, and only of an account',
    async check({ directory }) {
      await stored(directory, account('alice'));
      const both = await Promise.all([
        directory.putContacts(alice, [contact('ann')], 0),
        directory.putContacts(alice, [contact('max')], 0),
      ]);
      const reasons = both.map(reasonOf).sort();
      must(same(reasons, ['done', 'version-conflict']), `answered ${reasons.join()}`);
      const list = await directory.contacts(alice);
      const late = reasonOf(await directory.putContacts(alice, [], 0));
      must(late === 'version-conflict', `answered ${late} for an old version`);
      must(same(await directory.contacts(alice), list), 'changed it all the same');
      const emptied = await directory.putContacts(alice, [], list?.version ?? 0);
      must(emptied.ok && (await directory.contacts(alice))?.contacts.length === 0, 'does not empty it');
      const nobody = reasonOf(await directory.putContacts('bob@contoso.example', [], 0));
      must(nobody === 'account-unknown', `answered ${nobody} for nobody`);
    },
  },
  {
    id: 'contacts-checked',
    rule: 'refuses a contact list that is too large or malformed, with the reason, and keeps the one before',
    async check({ directory }) {
      await stored(directory, account('alice'));
      await directory.putContacts(alice, [contact('ann')], 0);
      const list = await directory.contacts(alice);
      const many = Array.from({ length: 1_001 }, (_, index) => contact(`u${index}`));
      const wrong: readonly (readonly [readonly AccountContact[], string])[] = [
        [many, 'limit-exceeded'],
        [[contact('ann', { name: 'x'.repeat(129) })], 'limit-exceeded'],
        [[contact('ann'), contact('ann')], 'contact-invalid'],
        [[contact('ann', { name: 'a\0b' })], 'contact-invalid'],
        [[contact('ann', { groups: ['g', 'g'] })], 'contact-invalid'],
        [[{ address: 'sip:ann@fabrikam.example', groups: [] }], 'contact-invalid'],
      ];
      for (const [contacts, reason] of wrong) {
        const found = reasonOf(await directory.putContacts(alice, contacts, list?.version ?? 0));
        must(found === reason, `answered ${found} for ${JSON.stringify(contacts).slice(0, 80)}`);
      }
      must(same(await directory.contacts(alice), list), 'changed it all the same');
      const most = await directory.putContacts(alice, many.slice(1), list?.version ?? 0);
      must(most.ok && (await directory.contacts(alice))?.contacts.length === 1_000, 'refused 1,000 contacts');
    },
  },
];
