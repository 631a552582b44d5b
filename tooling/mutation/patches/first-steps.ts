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
  ],
};
