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
const accountsFile = 'packages/member/src/accounts/accounts-file.ts';
const kept = (title: string): MutationPatch['test'] => ({
  file: 'packages/member/test/accounts-file.test.ts',
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
      name: 'went-back',
      off: 'a front end takes over what a replica has undone without a word',
      file: 'packages/member/src/accounts/accounts-follower.ts',
      find: '    this.#reportWentBack(fresh, position);\n',
      replace: '',
      test: {
        file: 'packages/member/test/accounts.test.ts',
        title:
          'says which accounts another history of their directory has as they were before: a replica may have taken over without the last changes',
      },
    },
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
      name: 'changed-while-away',
      off: 'what a server has kept of a user stays though the password was changed while it was not running',
      file: 'packages/member/src/accounts/accounts-follower.ts',
      find: 'this.#tell(missed);',
      replace: 'void missed;',
      test: {
        file: 'packages/member/test/accounts.test.ts',
        title: 'tells the first listener what has changed while it was not running, and nobody twice',
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
      name: 'removed-at-once',
      off: 'a reader that begins again keeps accounts that were removed',
      file: 'packages/accounts/src/feed/known-accounts.ts',
      find: 'return this.apply([...gone.map((address) => ({ address })), ...others.all()]);',
      replace: 'return this.apply(gone.length < 0 ? [] : [...others.all()]);',
      test: {
        file: 'packages/accounts/src/feed/feed.test.ts',
        title: 'become others at once, those that are gone included',
      },
    },
    {
      name: 'secret-file',
      off: 'everybody may read the file with the verifiers of all users',
      file: 'packages/member/src/files/member-files.ts',
      find: "  'domainKeys',\n  'accounts',\n]);",
      replace: "  'domainKeys',\n]);",
      test: {
        file: 'packages/member/test/accounts.test.ts',
        title: 'keeps them in a file that nobody else may read, and uses none that others may read',
      },
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
      name: 'ended-process',
      off: 'a process that has ended keeps its directory as long as nobody asks how it ended',
      file: 'packages/member/src/files/directory-lock.ts',
      find: "if (state === 'Z' || state === 'X') return false;",
      replace: '',
      test: {
        file: 'packages/member/test/directory-lock.test.ts',
        title:
          'is free where its process has ended and its parent never asks how, as in a container without an init',
      },
    },
    {
      name: 'one-server-a-directory',
      off: 'two servers use one directory',
      file: 'packages/member/src/files/directory-lock.ts',
      find: '(await isRunning(holder))',
      replace: '!(await isRunning(holder))',
      test: {
        file: 'packages/member/test/directory-lock.test.ts',
        title: 'is used by one server at a time, and by the next once that has ended',
      },
    },
    {
      name: 'added-before-a-restart',
      off: 'the file with the accounts grows by as much again in each run of a server, until it is too long to start with',
      file: 'packages/member/src/accounts/accounts-file.ts',
      find: 'this.#added = changes - known.size;',
      replace: '',
      test: {
        file: 'packages/member/test/accounts.test.ts',
        title: 'lets its file grow no further over restarts',
      },
    },
    {
      name: 'confirmed-for-another-file',
      off: 'accounts of an older copy look as if they were confirmed a moment ago',
      file: accountsFile,
      find: ' && confirmed.version <= version;',
      replace: ';',
      test: kept('is not that of a newer file, where the accounts alone were put back from a copy'),
    },
    {
      name: 'confirmed-of-another-feed',
      off: 'accounts of another feed look as if they were confirmed a moment ago',
      file: accountsFile,
      find: 'confirmed.epoch === epoch && ',
      replace: '',
      test: kept('is recorded once a minute, and at once for what the record is not of'),
    },
    {
      name: 'accounts-in-one-string',
      off: 'accounts that are longer than a string can be are never written',
      file: accountsFile,
      find: 'this.#counted(linesOf(known, position))',
      replace: "[...this.#counted(linesOf(known, position))].join('')",
      test: kept('is written line by line, so that all of them may be longer than a string can be'),
    },
    {
      name: 'accounts-line-too-long',
      off: 'a file of accounts with a line that is too long keeps a front end from starting',
      file: accountsFile,
      find: "if ((error as { readonly code?: unknown }).code === 'ENTENTE_PKI_FILE_TOO_LONG') return this.#damaged();",
      replace: '',
      test: kept('is damaged where a line is longer than a page can be: all of them are read again'),
    },
    {
      name: 'too-many-accounts',
      off: 'a page with too many accounts is in force, and missing in the file after a restart',
      file: 'packages/member/src/accounts/accounts-follower.ts',
      find: '      this.#checkSize(this.known, changes);\n      for (const one of held.splice(0)) this.#take(one);\n',
      replace:
        '      for (const one of held.splice(0)) this.#take(one);\n      this.#checkSize(this.known, []);\n',
      test: {
        file: 'packages/member/test/accounts.test.ts',
        title:
          'takes no page with more accounts than it may have, in force or in its file, and what comes after it once there are fewer',
      },
    },
    {
      name: 'emptied-directory',
      off: 'a database that was lost and made again signs everybody out, and takes the last copy of the accounts with it',
      file: 'packages/member/src/accounts/accounts-follower.ts',
      find: 'if (2 * left >= known.size) return;',
      replace: 'if (left >= 0) return;',
      test: {
        file: 'packages/member/test/accounts.test.ts',
        title:
          'keeps its accounts where another directory that has few of them has taken the place of theirs, and says so',
      },
    },
    {
      name: 'page-goes-on',
      off: 'a page that says there is more without going on is asked for again without end',
      file: 'packages/member/src/accounts/accounts-follower.ts',
      find: 'if (more && position.version <= (since?.version ?? 0))',
      replace: 'if (more && position.version < 0)',
      test: {
        file: 'packages/member/test/accounts.test.ts',
        title: 'keeps in force what it has while an answer is none, is cut off, or never ends',
      },
    },
  ],
};
