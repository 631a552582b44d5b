import type { Verifiers } from '../../account.ts';
import { account, type DirectoryRule, must, reasonOf, same, stored, verifier } from './rule.ts';

const alice = 'alice@contoso.example';
const present: Verifiers = { 'SHA-256': verifier('a1') };
const next: Verifiers = { 'SHA-256': verifier('b2') };

/** Rules about the change of a password by the user. */
export const passwordRules: readonly DirectoryRule[] = [
  {
    id: 'verifiers-compared',
    rule: 'changes verifiers only from those of the account, one of two changes that come at once, and nothing else',
    async check({ directory }) {
      const before = await stored(directory, account('alice', { rights: ['dial-outside'] }));
      const both = await Promise.all([
        directory.changeVerifiers(alice, present, next),
        directory.changeVerifiers(alice, present, { 'SHA-256': verifier('c3') }),
      ]);
      const reasons = both.map(reasonOf).sort();
      must(same(reasons, ['done', 'verifiers-differ']), `answered ${reasons.join()}`);
      const after = await directory.find(alice);
      const winner = both.find((outcome) => outcome.ok);
      must(winner?.ok === true && same(after, winner.record), 'kept the other one');
      const rest = (each: typeof after) => ({ ...each?.account, verifiers: {} });
      must(same(rest(after), rest(before)), 'changed something else');
      must((after?.version ?? 0) > before.version, 'kept the version');
    },
  },
  {
    id: 'verifiers-whole',
    rule: 'takes neither a part of the verifiers nor none at all for the present ones',
    async check({ directory }) {
      const both = { ...present, 'SHA-512-256': verifier('a2') };
      const before = await stored(directory, account('alice', { verifiers: both }));
      await stored(directory, account('bob', { verifiers: {} }));
      const answers = [
        await directory.changeVerifiers(alice, present, next),
        await directory.changeVerifiers(alice, {}, next),
        await directory.changeVerifiers('bob@contoso.example', {}, next),
      ].map(reasonOf);
      must(
        same(
          answers,
          answers.map(() => 'verifiers-differ'),
        ),
        `answered ${answers.join()}`,
      );
      must(same(await directory.find(alice), before), 'changed them all the same');
      const reordered = { 'SHA-512-256': verifier('a2'), ...present };
      must(reasonOf(await directory.changeVerifiers(alice, reordered, next)) === 'done', 'minds their order');
    },
  },
  {
    id: 'verifiers-refused',
    rule: 'refuses new verifiers that are malformed, none, or MD5 where there was none; and those of nobody or of a disabled account',
    async check({ directory }) {
      const before = await stored(directory, account('alice'));
      await stored(directory, account('bob', { state: 'disabled' }));
      const md5 = { ...next, MD5: 'c3'.repeat(16) };
      const answers = [
        await directory.changeVerifiers(alice, present, { 'SHA-256': 'b2' }),
        await directory.changeVerifiers(alice, present, {}),
        await directory.changeVerifiers(alice, present, md5),
        await directory.changeVerifiers('bob@contoso.example', present, next),
        await directory.changeVerifiers('carol@contoso.example', present, next),
      ].map(reasonOf);
      const expected = [
        'verifier-invalid',
        'verifier-invalid',
        'algorithm-not-allowed',
        'account-disabled',
        'account-unknown',
      ];
      must(same(answers, expected), `answered ${answers.join()}`);
      must(same(await directory.find(alice), before), 'changed them all the same');
    },
  },
];
