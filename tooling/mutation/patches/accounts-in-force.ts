import type { MutationPatch, PatchList } from '../patch.ts';

const authority = (title: string): MutationPatch['test'] => ({
  file: 'apps/authority-server/test/accounts.test.ts',
  title,
  inOrder: true,
});
const network = (title: string): MutationPatch['test'] => ({
  file: 'tooling/accounts/in-force.test.ts',
  title,
  inOrder: true,
});
const frontEnd = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/src/account-changes.test.ts',
  title,
});
const toNoOther =
  'are told to no other server, to no administrator by the feed, and to nobody without certificate';
const disabled =
  'disabled: signed out everywhere, told so with the right password alone; others notice nothing';

/** Who learns of accounts, and that a user who is disabled is signed out. */
export const patches: PatchList = {
  name: 'accounts-in-force',
  list: [
    {
      name: 'emptied',
      off: 'an authority serves no users where there were some, and is well',
      file: 'packages/authority/src/accounts/emptied-accounts.ts',
      find: 'emptied === undefined && (await hadAny())',
      replace: 'false',
      test: {
        file: 'packages/authority/src/accounts/emptied-accounts.test.ts',
        title:
          'are missed where a database that has never had any is in their place, until there is one again',
      },
    },
    {
      name: 'gone-tables',
      off: 'an order about users is answered as a defect while the database has no tables',
      file: 'packages/store-sql/src/postgres/postgres-fault.ts',
      find: "  ['42P01', withoutTables],\n",
      replace: '',
      test: {
        file: 'packages/store-sql/test/postgres-schema.test.ts',
        title: 'are unavailable where they are gone, as a database that was lost and made again',
      },
    },
    {
      name: 'proven-in-another-epoch',
      off: 'who has another password cannot register any more once the accounts come from a directory that was restored',
      file: 'packages/front-end/src/ended-versions.ts',
      find: 'if (known !== undefined && !isOfOneEpoch(since, known)) {',
      replace: 'if (known === user && !isOfOneEpoch(since, known)) {',
      test: {
        file: 'packages/front-end/src/ended-versions.test.ts',
        title:
          'is what is known where all accounts were read again from another directory, and what cannot be compared counts as earlier',
      },
    },
    {
      name: 'proven-before',
      off: 'a telephone that was lost stays registered, where another server has asked for its password a moment ago',
      file: 'packages/front-end/src/registrar.ts',
      find: 'if (ended.isOver(aor, sender, version)) return refuse(provenBefore);',
      replace: '',
      test: {
        file: 'packages/front-end/src/account-changes.test.ts',
        title:
          'is not registered by the one before, where another server has asked for it and not heard of the change',
      },
    },
    {
      name: 'proven-before-the-store-answers',
      off: 'a telephone that was lost stays registered, where the change comes while the store is asked',
      file: 'packages/front-end/src/registrar.ts',
      find: 'const isOver = ended.isOver(aor, sender, version);',
      replace: 'const isOver = false as boolean;',
      test: {
        file: 'packages/front-end/src/account-changes.test.ts',
        title: 'is not registered by the one before, where the change comes while the store is asked',
      },
    },
    {
      name: 'version-of-the-client',
      off: 'a client says itself by which account it has authenticated',
      file: 'packages/sip-relay/src/admission/vouch.ts',
      find: '  askedByField,\n  accountVersionField,\n] as const;',
      replace: '  askedByField,\n] as const;',
      test: {
        file: 'packages/front-end/src/account-changes.test.ts',
        title:
          'is known to the registrar of another pool by the account that was asked for, whatever the client says of it',
      },
    },
    {
      name: 'reader-role',
      off: 'every server of the topology reads the verifiers of all users',
      file: 'packages/authority/src/accounts/reader-of.ts',
      find: 'const view = server === undefined ? undefined : viewOf[server.role];',
      replace: "const view = server === undefined ? undefined : 'verifiers';",
      test: authority(toNoOther),
    },
    {
      name: 'event-for-all',
      off: 'an edge hears when accounts change',
      file: 'packages/authority/src/routes/event-routes.ts',
      find: "({ type }) => type !== 'accounts' || mayFollow(),",
      replace: '() => true || mayFollow(),',
      test: authority('are announced to servers that may follow them, and to no others'),
    },
    {
      name: 'view-of-homes',
      off: 'a server that authenticates nobody gets verifiers',
      file: 'packages/accounts/src/feed/feed-text.ts',
      find: "...(view === 'verifiers' ? { verifiers } : {}),",
      replace: 'verifiers,',
      test: {
        file: 'packages/accounts/src/feed/feed.test.ts',
        title: 'has no verifiers in the view of homes, and is refused there with some',
      },
    },
    {
      name: 'list-for-administrators',
      off: 'any server lists the users',
      file: 'packages/authority/src/routes/account-routes.ts',
      find: "app.get('/accounts', async (c) => {\n    const { caller } = c.env;\n    const refused = guard('administrator', caller);",
      replace:
        "app.get('/accounts', async (c) => {\n    const { caller } = c.env;\n    const refused = guard('member', caller);",
      test: authority(toNoOther),
    },
    {
      name: 'domain-of-account',
      off: 'an account of a foreign domain is added',
      file: 'packages/authority/src/accounts/account-order.ts',
      find: 'topology?.isOurDomain(parsed.value.domain) === false',
      replace: 'topology === undefined',
      test: authority('are refused where the topology has neither their domain nor their home'),
    },
    {
      name: 'disabled-user',
      off: 'a user whose account is disabled authenticates with the right password',
      file: 'packages/sip-relay/src/admission/admission.ts',
      find: 'if (credentials.isDisabled?.(result.user.username, realm) === true)',
      replace: 'if (credentials.isDisabled === undefined)',
      test: network(disabled),
    },
    {
      name: 'standing-ends',
      off: 'what a user had proven on a connection counts after the account is disabled',
      file: 'packages/front-end/src/signed-in-users.ts',
      find: 'origin.users.delete(user);',
      replace: '',
      test: network(disabled),
    },
    {
      name: 'bindings-end',
      off: 'the registrations of a user who was disabled stay',
      file: 'packages/front-end/src/front-end.ts',
      find: '} else if (movesAway(this.#options.topology(), change))',
      replace: '  continue;\n      } else if (movesAway(this.#options.topology(), change))',
      test: frontEnd('is not found by bindings of before, once enabled again'),
    },
    {
      name: 'devices-end',
      off: 'requests in a dialog reach the device of a user who was signed out',
      file: 'packages/front-end/src/device-search.ts',
      find: 'if (this.#options.isSignedOut(user, flow)) return undefined;',
      replace: '',
      test: network(disabled),
    },
    {
      name: 'reset-ends',
      off: 'who signed in with the password before stays signed in',
      file: 'packages/accounts/src/feed/known-accounts.ts',
      find: "after?.state !== 'enabled' || !sameVerifiers(before.verifiers, after.verifiers)",
      replace: "after?.state !== 'enabled'",
      test: {
        file: 'packages/accounts/src/feed/feed.test.ts',
        title: 'ends with the account, its state and its password, and with nothing else',
      },
    },
    {
      name: 'registrar-asks',
      off: 'a registrar registers a user who was removed, whom another front end has authenticated',
      file: 'packages/front-end/src/account-changes.ts',
      find: "return accounts === undefined || accounts.known.of(aor)?.state === 'enabled';",
      replace: 'return accounts === undefined || accounts.known !== undefined;',
      test: frontEnd(
        'is not registered after the account was removed, whichever server has authenticated the user before it heard of it',
      ),
    },
    {
      name: 'ack-of-disabled',
      off: 'a disabled user acknowledges over a connection that is nobody’s',
      file: 'packages/sip-relay/src/admission/admission.ts',
      find: 'if (!mayAuthenticate(credentials, user)) return notAuthenticated;',
      replace: '',
      test: frontEnd('acknowledges nothing, on a connection that is nobody’s either'),
    },
    {
      name: 'stale-accounts',
      off: 'accounts that nothing has confirmed for too long are believed',
      file: 'packages/member/src/accounts/accounts-confirmation.ts',
      find: 'return this.#at !== undefined && clock.now() - this.#at >= refuseAfterMs();',
      replace: 'return this.#at !== undefined && clock.now() < this.#at && refuseAfterMs() < 0;',
      test: {
        file: 'packages/member/test/accounts-directory.test.ts',
        title: 'believes nothing any more when they were not confirmed for too long, and again once they are',
      },
    },
    {
      name: 'stale-accounts-refused',
      off: 'a front end accepts requests by accounts that are no longer believed',
      file: 'packages/front-end/src/front-end.ts',
      find: 'refuseEvery(this.#options)',
      replace: 'refuseEvery({ isOver: this.#options.isOver })',
      test: {
        file: 'packages/front-end/src/account-rights.test.ts',
        title: 'are believed by no request, until they are confirmed again',
      },
    },
    {
      name: 'dial-outside',
      off: 'anyone calls the telephone network',
      file: 'packages/front-end/src/front-end.ts',
      find: 'if (outside !== undefined) return refuse(outside);',
      replace: '',
      test: {
        file: 'packages/front-end/src/account-rights.test.ts',
        title: 'counts as soon as the account has another right',
      },
    },
    {
      name: 'accounts-elsewhere',
      off: 'an authority starts with old accounts where its present ones are elsewhere',
      file: 'packages/authority/src/accounts/kept-elsewhere.ts',
      find: 'if (noted === undefined) return;',
      replace: 'return;',
      test: {
        file: 'apps/authority-server/test/accounts-in-postgresql.test.ts',
        title: 'does not start with accounts that are not the present ones',
      },
    },
    {
      name: 'hung-connection-asked-again',
      off: 'an order about a user waits twice as long for a PostgreSQL that has hung in its transaction',
      file: 'packages/store-sql/src/postgres/postgres-transaction.ts',
      find: 'return error instanceof ConnectionFailed;',
      replace: 'return error instanceof ConnectionFailed && false;',
      test: {
        file: 'packages/store-sql/src/postgres/postgres-transaction.test.ts',
        title:
          'a transaction is rolled back after an error of the server alone: of the connection, which has not ended the statement perhaps',
      },
    },
    {
      name: 'queries-behind-a-hung-one',
      off: 'the one that listens for changes puts query behind query to a PostgreSQL that has hung',
      file: 'packages/store-sql/src/postgres/unless-under-way.ts',
      find: '    if (isUnderWay) return;\n',
      replace: '',
      test: {
        file: 'packages/store-sql/src/postgres/unless-under-way.test.ts',
        title: 'a call is left out while the one before has not ended, also one that fails',
      },
    },
  ],
};
