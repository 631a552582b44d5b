import type { MutationPatch, PatchList } from '../patch.ts';

const commands = 'packages/commands/src';

const stepping = (title: string): MutationPatch['test'] => ({
  file: 'packages/commands/test/first-steps.test.ts',
  title,
});
const ofUsers = (title: string): MutationPatch['test'] => ({
  file: 'packages/commands/test/users.test.ts',
  title,
  inOrder: true,
});

/** What a person who begins is stopped from, or told. */
export const patches: PatchList = {
  name: 'first-steps',
  list: [
    {
      name: 'shown-key',
      off: 'explain uses a private key that others may read',
      file: `${commands}/commands/explain.ts`,
      find: "if (options.key !== undefined) await refuseExposedKey(options.key, 'shown');",
      replace: '',
      test: stepping('is not used where others may read it, as every other key'),
    },
    {
      name: 'keys-before-checks',
      off: 'keys of administrators are written before all of them have been read',
      file: `${commands}/commands/topology-init.ts`,
      find: 'for (const id of ids) opened.push(await openKey(id, given.keys));',
      replace:
        'for (const id of ids) { const one = await openKey(id, given.keys); await one.write?.(); opened.push(one); }',
      test: stepping('has made no key where the public key of another administrator cannot be read'),
    },
    {
      name: 'root-twice',
      off: 'a root is listed twice under two names',
      file: `${commands}/topology/add/list-anchor.ts`,
      find: 'if (!isMap(listed)) {',
      replace: "if (!isMap(listed) || listed.has('certificate')) {",
      test: stepping('is not listed twice: --federation'),
    },
    {
      name: 'typed-once',
      off: 'a password that is typed otherwise the second time is taken',
      file: `${commands}/users/read-password.ts`,
      find: "(await ask('the same again: ')) === password",
      replace: "(await ask('the same again: ')) !== undefined",
      test: {
        file: `${commands}/users/read-password.test.ts`,
        title: 'is refused where the second one differs: a slip',
      },
    },
    {
      name: 'other-case',
      off: 'nothing is said of a user whose address differs from another one in case alone',
      file: `${commands}/commands/user-add.ts`,
      find: 'similar.accounts.map((one) => one.address)',
      replace: 'similar.accounts.slice(similar.accounts.length).map((one) => one.address)',
      test: ofUsers(
        'whose addresses differ in case alone are different users, and each is said when it is added',
      ),
    },
    {
      name: 'homeless-of-file',
      off: 'nothing is said of users of a file who can never register',
      file: `${commands}/commands/user-import.ts`,
      find: 'homeOfUser(document, address, home) === undefined)',
      replace: 'homeOfUser(document, address, home) === undefined && home !== undefined)',
      test: ofUsers('who have no home are said to have none, with what gives them one'),
    },
    {
      name: 'root-key-untold',
      off: 'administrators hear nothing of a root key beside the authority',
      file: 'packages/authority/src/routes/issuer-routes.ts',
      find: '(rootKey === undefined ? {} : { rootKey })',
      replace: '(rootKey !== undefined ? {} : { rootKey })',
      test: {
        file: 'apps/authority-server/test/last-authority.test.ts',
        title: 'says so to administrators, until the key has been moved away',
      },
    },
    {
      name: 'nothing-revoked-untold',
      off: 'a program hears that nothing was revoked, and not why',
      file: `${commands}/commands/cert-revoke.ts`,
      find: "give({ json: { ...fields, refusal }, lines: ['Nothing revoked', ...lines]",
      replace: "give({ json: fields, lines: ['Nothing revoked', ...lines]",
      test: {
        file: 'packages/commands/test/foreign-certificates.test.ts',
        title:
          'is named in the answer for programs, with what to do: nothing is revoked or listed without a reason',
        inOrder: true,
      },
    },
    {
      name: 'root-not-confirmed',
      off: 'a signature of the root that nobody has confirmed is an error of usage',
      file: `${commands}/root/root-files-io.ts`,
      find: "throw new OperatorFault('ENTENTE_NOT_CONFIRMED', {",
      replace: "throw new OperatorFault('ENTENTE_USAGE', {",
      test: {
        file: `${commands}/root/root-files-io.test.ts`,
        title: 'a signature of the root without a terminal is one that is not confirmed, and --yes is named',
      },
    },
    {
      name: 'authority-that-hangs',
      off: 'an operator whose authority hangs is told to raise an option of the library',
      file: 'packages/commands/src/authority/not-reached.ts',
      find: "if (error.code === 'ENTENTE_TIMEOUT')",
      replace: "if (error.code === '')",
      test: {
        file: 'packages/commands/src/authority/not-reached.test.ts',
        title:
          'has a remedy that an operator can follow, and not one of the library, where the authority hangs',
      },
    },
    {
      name: 'copy-of-another-server',
      off: 'user copy takes the configuration of a front end for that of an authority',
      file: `${commands}/commands/user-copy.ts`,
      find: 'if (config.fqdn !== undefined && config.https === undefined) {',
      replace: 'if (config.fqdn === undefined && config.https === undefined) {',
      test: {
        file: 'packages/commands/test/user-copy.test.ts',
        title:
          'entente user copy says of the configuration of another server that it is not that of an authority',
      },
    },
    {
      name: 'plugin-in-place-of-a-file',
      off: 'a folder that cannot be created for a plugin ends in a stack',
      file: 'apps/create-plugin/src/index.ts',
      find: 'cannot be written: ',
      replace: 'is not there: ',
      test: {
        file: 'apps/create-plugin/test/create-plugin.test.ts',
        title: 'ends with status 1 where the folder cannot be written, and says so',
      },
    },
    ...['edge', 'pool', 'chat-room'].map((app) => ({
      name: `role-at-start-alone-${app}`,
      off: `--check-config of ${app === 'edge' ? 'an edge' : `a ${app} server`} says "valid" where the topology that the server has kept gives it another role`,
      file: `apps/${app}-server/src/check-config.ts`,
      find: `kept = await keptTopology(${app === 'pool' ? 'directory' : 'place'});`,
      replace: `kept = void (await keptTopology)(${app === 'pool' ? 'directory' : 'place'});`,
      test: {
        file: 'packages/testkit/test/bad-configuration.test.ts',
        title:
          'a role is judged with --check-config by the topology that the server has kept, and its settings by the role',
      },
    })),
    {
      name: 'read-only-directory',
      off: '--check-config says "valid" of a directory to which the user may not write',
      file: 'packages/member/src/join/check-membership.ts',
      find: '  await refuseUnwritable(directory);\n',
      replace: '  void refuseUnwritable;\n',
      test: {
        file: 'packages/testkit/test/bad-configuration.test.ts',
        title: 'a directory to which this user may not write, with --check-config too',
      },
    },
    {
      name: 'key-of-another-certificate',
      off: 'of a key that does not fit its certificate it is said that one that fits be used, which is nowhere',
      file: 'packages/member/src/credential/credential-files.ts',
      find: "  if (code !== 'ENTENTE_KEY_MISMATCH') return cause;\n",
      replace: "  if (code === 'ENTENTE_KEY_MISMATCH') return cause;\n",
      test: {
        file: 'packages/testkit/test/bad-configuration.test.ts',
        title: 'pool-server: a key that does not fit the certificate',
      },
    },
    {
      name: 'home-of-a-user',
      off: 'where a server is removed that is the home of a user, the check says that its name may be wrong',
      file: 'packages/commands/src/commands/topology-remove.ts',
      find: ': stillNamed(name, file, added, before),',
      replace: ': (void stillNamed, undefined),',
      test: {
        file: 'packages/commands/test/removal.test.ts',
        title: 'a server that is the home of users',
      },
    },
    {
      name: 'fewer-signatures',
      off: 'where an administrator is removed whose signature is needed, nothing says how fewer are required',
      file: 'packages/commands/src/commands/topology-remove.ts',
      find: '? tooFewLeft(name, file, added, before)',
      replace: '? (void tooFewLeft, undefined)',
      test: {
        file: 'packages/commands/test/removal.test.ts',
        title: 'an administrator whose signature is needed: the command that needs fewer is named, and works',
      },
    },
    {
      name: 'accounts-that-have-moved',
      off: 'an authority that is restored from before its accounts moved to PostgreSQL serves them as they were then, and nothing says so',
      file: 'packages/commands/src/commands/ca-restore.ts',
      find: `          'where the accounts have been moved to PostgreSQL since: put "accounts" back into the configuration first, then neither copy nor import any; the backup has them as they were before, and the authority would serve those',\n`,
      replace: '',
      test: {
        file: 'packages/commands/test/restore.test.ts',
        title: 'restores into a new folder, and says what is lost and in which order to go on',
      },
    },
    {
      name: 'token-for-the-authority',
      off: 'an administrator who orders a join token for the authority is told to open a row that is not closed',
      file: 'packages/authority/src/routes/join-token-routes.ts',
      find: "    if (listed.role === 'authority') return refusals.request(isAuthority(server), caller);\n",
      replace: '    void isAuthority;\n',
      test: {
        file: 'apps/authority-server/test/certificate-orders.test.ts',
        title: 'is not given for an authority, which starts with its folder',
        inOrder: true,
      },
    },
    {
      name: 'refusal-in-the-log-alone',
      off: 'the health of a server whose clock is wrong says that it cannot reach its authority',
      file: 'packages/member/src/follow/member-problem.ts',
      find: '  if (refusal === undefined) return { message, remedy };\n',
      replace: '  if (refusal !== null) return { message, remedy };\n',
      test: {
        file: 'packages/member/src/follow/member-problem.test.ts',
        title: 'is a topology that is not confirmed because what the authority says is refused, and why',
      },
    },
    {
      name: 'refusal-for-the-health',
      off: 'a server forgets why it refuses what its authority says',
      file: 'packages/member/src/follow/domain-follower.ts',
      find: '      this.#refusal = this.#states.refused;\n',
      replace: '',
      test: { file: 'packages/member/test/trust-states.test.ts', title: 'refuses one that was sent before' },
    },
    {
      name: 'words-of-a-shell',
      off: 'a path with a space in a command is two words when it is pasted',
      file: 'packages/trust/src/explain/shell-word.ts',
      find: 'return plain.test(text) ? text : ',
      replace: "return plain.test(text) || text !== '' ? text : ",
      test: {
        file: 'packages/trust/test/shell-word.test.ts',
        title: 'anything else is one word of a shell, with nothing in it replaced',
      },
    },
    {
      name: 'commands-to-paste',
      off: 'a command with the name of a file is printed so that a shell reads another one',
      file: `${commands}/topology/add/entry-command.ts`,
      find: 'shellWord(file)} --key',
      replace: 'file} --key',
      test: {
        file: 'packages/commands/test/removal.test.ts',
        title: 'can be pasted where the name of a file has a space or what a shell takes for something else',
      },
    },
    {
      name: 'access-given-twice',
      off: 'of two access files one is taken without a word',
      file: `${commands}/authority/administrator-command.ts`,
      find: 'if (before === undefined) return value;',
      replace: "if (before !== '') return value;",
      test: {
        file: 'packages/commands/test/removal.test.ts',
        title: 'has one access file: which of two counts, nobody would see',
      },
    },
    {
      name: 'help-of-all-words',
      off: 'help passes over a word that is misspelt',
      file: `${commands}/cli.ts`,
      find: 'if (below === undefined) return path;',
      replace: 'if (below === undefined) break;',
      test: {
        file: 'packages/commands/test/named-verb.test.ts',
        title: 'knows none that is misspelt behind help either, and says which word it is',
      },
    },
    {
      name: 'traced-from-a-pipe',
      off: 'trace takes - for the name of a file',
      file: `${commands}/trace/read-dialog.ts`,
      find: "file === '-' ?",
      replace: "file === '' ?",
      test: {
        file: 'packages/commands/test/trace.test.ts',
        title: 'reads standard input where a file is named -, beside others',
      },
    },
    {
      name: 'bytes-for-a-name',
      off: 'a list of users in Latin-1 is refused for another reason than that, or taken',
      file: 'packages/accounts/src/import/read-csv.ts',
      find: 'if (line.includes(notUtf8))',
      replace: 'if (line === notUtf8)',
      test: {
        file: 'packages/accounts/src/import/import.test.ts',
        title: 'are refused where their bytes are not UTF-8, and are told so',
      },
    },
    {
      name: 'first-question',
      off: 'the log of each new network begins with a refusal, though all is well',
      file: 'packages/authority/src/routes/topology-routes.ts',
      find: 'return isQuestion\n',
      replace: 'return isQuestion && bytes !== undefined\n',
      test: {
        file: 'apps/authority-server/test/topology-versions.test.ts',
        title:
          'the question which version is in force is answered before there is one, and is not logged as refused',
      },
    },
    {
      name: 'address-without-account',
      off: 'the log says of an address that no account has that a client for it should be started',
      file: 'packages/front-end/src/target-finder.ts',
      find: 'if (accounts === undefined || accounts.known.of(aor) !== undefined) return selected;',
      replace: 'if (accounts === undefined || aor !== undefined) return selected;',
      test: {
        file: 'packages/front-end/src/account-rights.test.ts',
        title: 'is answered like one whose devices are away, and the log has the cause',
      },
    },
  ],
};
