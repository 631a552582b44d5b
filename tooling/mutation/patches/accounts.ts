import type { MutationPatch, PatchList } from '../patch.ts';

const source = (path: string): string => `packages/accounts/src/${path}`;
const compliance = (title: string): MutationPatch['test'] => ({
  file: source('directory/compliance/compliance.test.ts'),
  title,
});
const numbers = 'packages/authority/src/accounts/numbers-in-use.ts';
const ofNumbers = (title: string): MutationPatch['test'] => ({
  file: 'packages/authority/src/accounts/numbers-in-use.test.ts',
  title,
});

/** What decides of accounts. */
export const patches: PatchList = {
  name: 'accounts',
  list: [
    {
      name: 'short-password',
      off: 'an import brings in passwords that are quickly guessed',
      file: source('import/read-csv.ts'),
      find: 'if (password !== undefined && [...password].length < fewestPasswordCharacters) {',
      replace: 'if (password !== undefined && password.length === 0) {',
      test: {
        file: source('import/import.test.ts'),
        title: 'are refused with a password that is quickly guessed, each with its line',
      },
    },
    {
      name: 'version',
      off: 'a change that did not see the last one overwrites it',
      file: source('directory/decisions.ts'),
      find: 'if (current.version !== expected) return conflict(address, expected, current.version);',
      replace: '',
      test: compliance(
        'replaces an account only with the version of its last change, and one of two that come at once',
      ),
    },
    {
      name: 'present-password',
      off: 'a password is changed without the present one',
      file: source('directory/decisions.ts'),
      find: '!sameVerifiers(account.verifiers, from)',
      replace: 'sameVerifiers(account.verifiers, to)',
      test: compliance(
        'changes verifiers only from those of the account, one of two changes that come at once, and nothing else',
      ),
    },
    {
      name: 'password-of-disabled',
      off: 'the user of a disabled account changes its password',
      file: source('directory/decisions.ts'),
      find: "if (account.state !== 'enabled') return refuse('account-disabled', { address });",
      replace: '',
      test: compliance(
        'refuses new verifiers that are malformed, none, or MD5 where there was none; and those of nobody or of a disabled account',
      ),
    },
    {
      name: 'md5',
      off: 'a user brings in MD5 by changing the password',
      file: source('directory/decisions.ts'),
      find: 'if (to.MD5 !== undefined && account.verifiers.MD5 === undefined) {',
      replace: 'if (to.MD5 === undefined && account.verifiers.MD5 === null) {',
      test: compliance(
        'refuses new verifiers that are malformed, none, or MD5 where there was none; and those of nobody or of a disabled account',
      ),
    },
    {
      name: 'disabled',
      off: 'a disabled account still has something to authenticate with',
      file: source('verifiers.ts'),
      find: "if (account.state !== 'enabled') return undefined;",
      replace: '',
      test: {
        file: source('check-account.test.ts'),
        title: 'authenticate nobody while the account is disabled',
      },
    },
    {
      name: 'other-epoch',
      off: 'a position of another feed is taken for one of this',
      file: source('directory/feed.ts'),
      find: "if (since.epoch !== epoch) return refuse('position-lost', { because: 'other-epoch' });",
      replace: '',
      test: compliance('refuses a position of another feed, and one that it has not reached'),
    },
    {
      name: 'begun',
      off: 'a reader that begins after forgotten removals never comes to the end',
      file: source('directory/feed.ts'),
      find: 'Math.max(since.version, since.begun) < forgotten',
      replace: 'since.version < forgotten',
      test: compliance(
        'remembers as many removals as it was told to, and tells a reader before them that it must begin again',
      ),
    },
    {
      name: 'colon',
      off: 'a username with a colon, whose H(A1) is also that of another one, is taken',
      file: source('address.ts'),
      find: '\\s:"',
      replace: '\\s"',
      test: {
        file: source('address.test.ts'),
        title: 'is not a%3Ab@contoso.example: a colon, which ends the username in H(A1)',
      },
    },
    {
      name: 'contact-limits',
      off: 'a contact list has any size',
      file: source('check-contacts.ts'),
      find: 'return found <= most ? undefined',
      replace: 'return found >= 0 ? undefined',
      test: compliance(
        'refuses a contact list that is too large or malformed, with the reason, and keeps the one before',
      ),
    },
    {
      name: 'home-taken-away',
      off: 'a version takes the home of accounts away, and nobody says so',
      file: 'packages/authority/src/publication/topology-publication.ts',
      find: 'refuseHomes(next, leaveBehind)\n',
      replace: 'undefined\n',
      test: {
        file: 'packages/authority/test/judged-version.test.ts',
        title:
          'takes no home of accounts away, unless their users may be left behind; a copy of such an account is taken',
      },
    },
    {
      name: 'domain-taken-away',
      off: 'a version takes a domain with its users away, and nobody says so',
      file: 'packages/authority/src/publication/topology-publication.ts',
      find: '(await refuseDomains(next, leaveBehind)) ??\n',
      replace: '',
      test: {
        file: 'packages/authority/test/judged-version.test.ts',
        title: 'takes no domain of accounts away, unless their users may be left behind',
      },
    },
    {
      name: 'domain-of-later-pages',
      off: 'a version takes a domain away whose accounts are behind a thousand others',
      file: 'packages/authority/src/accounts/refuse-domains.ts',
      find: 'if (after === undefined || users.length > mostNames) return users;',
      replace: 'return users;',
      test: {
        file: 'packages/authority/src/accounts/refuse-domains.test.ts',
        title: 'finds them behind any number of others',
      },
    },
    {
      name: 'home-of-unread-accounts',
      off: 'a version takes the home of accounts away while PostgreSQL is away',
      file: 'packages/authority/src/accounts/refuse-homes.ts',
      find: 'if (!found.ok) return unknown(home, accounts.place, found.why);',
      replace: 'if (!found.ok) continue;',
      test: {
        file: 'packages/authority/src/accounts/refuse-homes.test.ts',
        title: 'is refused while the accounts cannot be asked, and only where a home goes',
      },
    },
    {
      name: 'home-gone-from-a-copy',
      off: 'after a restore the accounts whose home was taken away lose their newer passwords',
      file: 'packages/authority/src/routes/account-order-routes.ts',
      find: "problem?.reason === 'home-unknown' && (await hasHome(account))",
      replace: "(await hasHome({ ...account, home: problem?.reason ?? '' }))",
      test: {
        file: 'packages/authority/test/judged-version.test.ts',
        title:
          'takes no home of accounts away, unless their users may be left behind; a copy of such an account is taken',
      },
    },
    {
      name: 'number-stays',
      off: 'a user who is refused another number loses the own one to somebody else by the same order',
      file: numbers,
      find: 'if (staying.length > 0) continue;',
      replace: 'if (staying.length > accounts.length) continue;',
      test: ofNumbers(
        'is refused where its user keeps it, is refused another, is refused for something else or is in the order twice',
      ),
    },
    {
      name: 'number-given-up',
      off: 'two users who swap their numbers have the same one for a moment, or for good where the authority stops then',
      file: numbers,
      find: 'const givenUp = [...leaving].filter((address) => wanted.has(this.#numbers.get(address)));',
      replace: 'const givenUp: string[] = wanted.size > 0 ? [] : [];',
      test: ofNumbers(
        'goes from one to the other where two swap, or three in a ring, and those give it up first',
      ),
    },
    {
      name: 'number-taken',
      off: 'two users have the same number, and calls reach neither of them',
      file: numbers,
      find: 'return other === undefined || other === address ? undefined : taken(number, other);',
      replace: 'return other !== address ? undefined : taken(number, other);',
      test: ofNumbers('is refused where another user has it, by name'),
    },
    {
      name: 'number-of-one-order',
      off: 'an import gives two users the same number',
      file: numbers,
      find: 'others[0] ?? claimed.get(number)',
      replace: 'others[0]',
      test: ofNumbers('is refused to the second of two of one order, whatever else the order gives'),
    },
    {
      name: 'number-kept',
      off: 'users who have the same number already cannot be imported again',
      file: numbers,
      find: 'number === undefined || this.#numbers.get(address) === number',
      replace: 'number === undefined',
      test: ofNumbers('that two users have already is kept by both, whatever else is changed of them'),
    },
    {
      name: 'number-alone',
      off: 'two orders at once give the same number to two users',
      file: numbers,
      find: 'const given = this.#last.then(async () => {',
      replace: 'const given = Promise.resolve().then(async () => {',
      test: ofNumbers('of two orders at once is given to the first alone, also where one before them failed'),
    },
    {
      name: 'number-moved',
      off: 'a file that moves a number to a user who comes first is refused',
      file: 'packages/commands/src/users/send-accounts.ts',
      find: 'counts.added + counts.replaced > 0',
      replace: 'counts.added + counts.replaced > 99',
      test: {
        file: 'packages/commands/src/users/send-accounts.test.ts',
        title: 'may move a number from one user to another, whichever of them comes first',
      },
    },
    {
      name: 'import-cut-short',
      off: 'an import goes on to send where the authority has ended, and what it has answered is not said',
      file: 'packages/commands/src/users/send-accounts.ts',
      find: 'stopped === undefined && broken === undefined',
      replace: 'stopped === undefined',
      test: {
        file: 'packages/commands/src/users/send-accounts.test.ts',
        title:
          'are counted where the authority ends in between: no more is sent, and the same command goes on later',
      },
    },
    {
      name: 'password-for-verifiers',
      off: 'an account is stored with a password in the place of verifiers, so that its user can never sign in',
      file: 'packages/accounts/src/check-shape.ts',
      find: 'if (password !== undefined && Object.keys(verifiers as object).length === 0)',
      replace: "if (password === '')",
      test: {
        file: 'packages/accounts/src/check-account.test.ts',
        title:
          'is a fault of the program that gives a password and no verifiers, so that the user could never sign in, and names the field',
      },
    },
  ],
};
