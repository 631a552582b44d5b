import type { PatchList } from '../patch.ts';

const commands = 'packages/commands/src';

/** What is said to an operator who is about to do the wrong thing, and the keys that are not used for it. */
export const patches: PatchList = {
  name: 'operators',
  list: [
    {
      name: 'missing-root',
      off: 'who mistypes the folder of the root is told to restore a backup, which has no key of a root',
      file: 'packages/pki/src/node/root-folder.ts',
      find: '    isAuthority ? authorityFaults : rootFaults,',
      replace: '    isAuthority || rootFaults !== undefined ? authorityFaults : rootFaults,',
      test: {
        file: 'packages/pki/test/root-folder.test.ts',
        title: 'that is another one, or has no key, is said to be that: no backup and no new authority helps',
      },
    },
    {
      name: 'missing-root-key',
      off: 'where the key of the root is missing, a backup is named, which has none',
      file: 'packages/pki/src/node/root-folder.ts',
      find: 'if (!(await folder.exists(files.key))) throw missingRootFile(folder.pathOf(files.key));',
      replace: 'void missingRootFile;',
      test: {
        file: 'packages/pki/test/root-folder.test.ts',
        title: 'that is another one, or has no key, is said to be that: no backup and no new authority helps',
      },
    },
    {
      name: 'damaged-last-list',
      off: 'a root whose last list was damaged signs the same number again, and forgets whom it has revoked',
      file: 'packages/pki/src/node/root-folder.ts',
      find: 'if (list?.ok === true) return der;',
      replace: 'if (list?.ok !== false) return der;',
      test: {
        file: 'packages/pki/test/root-folder.test.ts',
        title:
          'whose last list is empty is refused: its number would be used twice, and its entries forgotten',
      },
    },
    {
      name: 'root-without-a-list',
      off: 'nobody is told that only the request says which lists the root has signed',
      file: 'packages/commands/src/root/root-plan-text.ts',
      find: '...(list === undefined\n',
      replace: '...(list === null\n',
      test: {
        file: 'packages/commands/src/root/root-plan-text.test.ts',
        title: 'what the root would sign says where only the request knows the last list',
      },
    },
    {
      name: 'error-of-a-draft',
      off: 'an error names a draft that nobody knows',
      file: 'packages/pki/src/node/write-whole.ts',
      find: 'await writeDraft(draft, content, mode, owner).catch((error: unknown) => {\n    throw aboutFile(error, draft, path);',
      replace: 'await writeDraft(draft, content, mode, owner).catch((error: unknown) => {\n    throw error;',
      test: {
        file: 'packages/pki/src/node/write-whole.test.ts',
        title: 'stays as it was where the new content cannot be put in its place, and no draft is left',
      },
    },
    {
      name: 'lists-of-the-backup',
      off: 'who restores with lists that have nothing more is told to do it once more, forever',
      file: 'packages/commands/src/authority/restored-lists.ts',
      find: '(list.last && now <= list.nextUpdate)',
      replace: '(list.last && now < 0)',
      test: {
        file: 'packages/commands/test/restore-lists.test.ts',
        title: 'says that nothing is to be done where a member has the list that the backup has',
        inOrder: true,
      },
    },
    {
      name: 'lists-that-have-ended',
      off: 'what was revoked since a backup is lost, because a member was away that has its last list',
      file: 'packages/commands/src/authority/restored-lists.ts',
      find: 'list.last && now <= list.nextUpdate',
      replace: 'list.last && list.nextUpdate > 0',
      test: {
        file: 'packages/commands/test/restore-lists.test.ts',
        title: 'says that nothing is to be done where a member has the list that the backup has',
        inOrder: true,
      },
    },
    {
      name: 'lists-of-each-issuer',
      off: 'what one issuing authority has revoked since a backup is lost, because the list of another one has nothing more',
      file: 'packages/commands/src/authority/restored-lists.ts',
      find: 'issuers.filter((id) => !isKnown(id))',
      replace: 'issuers.some(isKnown) ? [] : issuers',
      test: {
        file: 'packages/commands/test/restore-lists.test.ts',
        title: 'names another member where the lists are not of every issuing authority of the backup',
      },
    },
    {
      name: 'lists-before-the-backup',
      off: 'a list that is older than the backup is taken for its last one',
      file: 'packages/pki/src/node/backup/import-lists.ts',
      find: 'last: number === before,',
      replace: 'last: before !== undefined,',
      test: {
        file: 'packages/commands/test/restore-lists.test.ts',
        title: 'says that a list tells nothing which is of the root, or no newer than the backup',
        inOrder: true,
      },
    },
    {
      name: 'time-in-the-trail',
      off: 'a time in a record of the trail is shown as milliseconds since 1970',
      file: `${commands}/authority/audit.ts`,
      find: "typeof value === 'number' && /(?:At|After|Before|Until)$/",
      replace: "typeof value === 'number' && value < 0 && /(?:At|After|Before|Until)$/",
      test: {
        file: `${commands}/authority/audit.test.ts`,
        title: 'shows a time that a record has as one, and other numbers as they are',
      },
    },
    {
      name: 'nobody-is-removed',
      off: 'one is asked whether an account is to be removed that is not there',
      file: `${commands}/commands/user-remove.ts`,
      find: 'if (options.yes !== true && (await isUnknown(address, options))) return;',
      replace: 'void isUnknown;',
      test: {
        file: 'packages/commands/test/users.test.ts',
        title: 'are removed by one who has confirmed it',
        inOrder: true,
      },
    },
    {
      name: 'exposed-signing-key',
      off: 'a version is signed with a key that everybody on the machine may read',
      file: `${commands}/topology/administrator-key.ts`,
      find: '  await refuseExposedKey(file);\n',
      replace: '',
      test: {
        file: 'packages/commands/test/own-key.test.ts',
        title: 'signs nothing where others may open it: mode 420',
      },
    },
    {
      name: 'exposed-client-key',
      off: 'a command goes to the authority with a key that everybody on the machine may read',
      file: `${commands}/authority/own-credential.ts`,
      find: '  await refuseExposedKey(key);\n',
      replace: '',
      test: {
        file: 'packages/commands/test/own-key.test.ts',
        title: 'opens no connection to the authority where others may open it',
      },
    },
    {
      name: 'home-of-the-topology',
      off: 'the home that an account names is shown where the signed topology gives another one',
      file: `${commands}/users/home-of-user.ts`,
      find: "if (entry !== undefined) return { home: entry, says: 'topology' };",
      replace: '',
      test: {
        file: `${commands}/users/home-of-user.test.ts`,
        title: 'is what the topology says of the user, then the account, then the domain',
      },
    },
    {
      name: 'home-of-the-domain',
      off: 'a user without a home is said to be at home at a pool of another domain',
      file: `${commands}/users/home-of-user.ts`,
      find: 'domains.find(({ name }) => name === domain)?.pool',
      replace: 'domains.find(({ pool }) => pool !== undefined)?.pool',
      test: {
        file: `${commands}/users/home-of-user.test.ts`,
        title: 'is none where the domain has no pool, and what is said names both remedies',
      },
    },
    {
      name: 'root-key-set-aside',
      off: 'nothing is said of the key of the root that a restore moves away with its folder',
      file: `${commands}/commands/ca-restore.ts`,
      find: 'const rootKeys = await rootKeysSetAside(directory);',
      replace: 'const rootKeys = (await rootKeysSetAside(directory)).slice(99);',
      test: {
        file: 'packages/commands/test/restore.test.ts',
        title: 'says that keys of roots are in folders that were set aside, and only there',
        inOrder: true,
      },
    },
    {
      name: 'root-key-set-aside-later',
      off: 'the authority does not say that a folder which a restore has set aside has the key of the root',
      file: 'packages/authority/src/roots/root-key-beside.ts',
      find: 'const [aside] = await rootKeysSetAside(directory);',
      replace: 'const aside = (await rootKeysSetAside(directory))[99];',
      test: {
        file: 'packages/authority/src/roots/root-key-beside.test.ts',
        title: 'finds the key of the root where a restore has set it aside, until it is taken away',
      },
    },
    {
      name: 'root-key-of-another',
      off: 'the key of the root of another authority beside it is warned of',
      file: 'packages/pki/src/node/backup/set-aside.ts',
      find: 'name.startsWith(own) && suffix.test(name.slice(own.length))',
      replace: 'name.startsWith(own)',
      test: {
        file: 'packages/authority/src/roots/root-key-beside.test.ts',
        title: 'finds that of a later root too, and none of another authority',
      },
    },
    {
      name: 'lost-answer',
      off: 'an answer that cannot be written ends the command with a stack trace',
      file: `${commands}/lost-answer.ts`,
      find: '    void tell(error, remedy);\n',
      replace: '    throw error;\n',
      test: {
        file: 'packages/commands/test/lost-answer.test.ts',
        title: 'an answer that cannot be written is said to be lost, once, with what to do',
      },
    },
    {
      name: 'lost-password',
      off: 'nothing says that a password is lost which was made up and never seen',
      file: `${commands}/topology/answer.ts`,
      find: '  remedyIfLost(ifLost);\n',
      replace: '',
      test: {
        file: 'packages/commands/test/lost-answer.test.ts',
        title: 'an answer with something that is shown once says what to do where it is lost',
      },
    },
    {
      name: 'damaged-own-certificate',
      off: 'an operator whose server has a damaged certificate is told to use a file that nobody has',
      file: 'packages/member/src/credential/credential-files.ts',
      find: 'if (isDamage(cause)) return damaged(cause);',
      replace: '',
      test: {
        file: 'packages/member/test/credential-files.test.ts',
        title: 'is said to be damaged with an empty certificate, and that the server joins again',
      },
    },
    {
      name: 'unanswered-order',
      off: 'an order whose answer is lost is said to have reached nobody',
      file: `${commands}/authority/connect-authority.ts`,
      find: "if (request.method === 'POST' && mayHaveArrived(error)) throw unanswered(url, error);",
      replace: 'void unanswered; void mayHaveArrived;',
      test: {
        file: `${commands}/authority/unanswered.test.ts`,
        title: 'an order whose answer does not come may have been done, and that is said',
      },
    },
    {
      name: 'refusal-of-cut-connection',
      off: 'an administrator whose certificate is refused is told to start the authority, where the connection was cut before its alert was read',
      file: `${commands}/authority/connect-authority.ts`,
      find: 'refusedBy(error) || isCut(error)',
      replace: 'refusedBy(error)',
      test: {
        file: `${commands}/authority/unanswered.test.ts`,
        title: 'a connection that is cut is a refusal of the certificate where the next one is refused',
      },
    },
    {
      name: 'unsent-order',
      off: 'an order to an authority that does not run is said to have been done perhaps',
      file: `${commands}/authority/connect-authority.ts`,
      find: "syscall !== 'connect' &&",
      replace: '',
      test: {
        file: `${commands}/authority/unanswered.test.ts`,
        title: 'an order that could not be sent has changed nothing',
      },
    },
    {
      name: 'file-of-a-full-disk',
      off: 'the place of a full disk is the command line',
      file: 'packages/pki/src/node/draft-error.ts',
      find: 'where !== undefined && where !== draft',
      replace: 'where !== draft',
      test: {
        file: 'packages/pki/src/node/draft-error.test.ts',
        title:
          'names the file where something else is the matter, and an error about something else stays as it is',
      },
    },
    {
      name: 'own-certificate-ended',
      off: 'an administrator whose certificate has ended is told that the peer refused',
      file: 'packages/commands/src/authority/connect-authority.ts',
      find: "error.rejection.reason === 'peer-refused'",
      replace: "error.rejection.message === ''",
      test: {
        file: 'packages/commands/src/authority/refused-us.test.ts',
        title: 'an administrator whose certificate has ended is told what can be seen of it',
      },
    },
    {
      name: 'silence-without-remedy',
      off: 'the log of a silent server has no field that says what to check',
      file: 'packages/sip-relay/src/living/watch-servers.ts',
      find: "{ event: 'server-silent', server, remedy }",
      replace: "{ event: 'server-silent', server }",
      test: {
        file: 'packages/sip-relay/src/living/watch-servers.test.ts',
        title:
          'asks front ends and the other edges that it may dial, and logs who falls silent and who answers again',
      },
    },
    {
      name: 'exporter-outside-the-state',
      off: 'the exporter that npm create makes is told to write where the units of systemd let no server write',
      file: 'apps/create-plugin/src/exporter-files.ts',
      find: '/var/lib/entente/records.jsonl',
      replace: '/var/log/entente/records.jsonl',
      test: {
        file: 'apps/create-plugin/test/create-plugin.test.ts',
        title: 'names a file for an exporter which a server may write under each unit of systemd',
      },
    },
    {
      name: 'problems-that-stay-at-home',
      off: 'entente status says nothing of what is wrong at a server',
      file: 'packages/host/src/management/manage-server.ts',
      find: '    server.member?.reportProblems(problems);\n',
      replace: '',
      test: {
        file: 'tooling/accounts/reported-problems.test.ts',
        title: 'what a front end says is wrong with it is known to the authority, for administrators to see',
      },
    },
    {
      name: 'unwritten-log-stays-at-home',
      off: 'entente status says nothing of a server whose log cannot be written',
      file: 'packages/host/src/management/manage-server.ts',
      find: '    ...logProblems(standardOutputFailure()),\n',
      replace: '',
      test: {
        file: 'packages/host/src/management/manage-server.test.ts',
        title:
          'a member reports what its health has, also that its log cannot be written: with a listener for health',
      },
    },
    {
      name: 'certificate-of-tomorrow',
      off: 'a certificate that begins later is listed as valid',
      file: 'packages/commands/src/authority/certificates.ts',
      find: "return notBefore > now ? 'not yet valid' : 'valid';",
      replace: "return notBefore > notAfter ? 'not yet valid' : 'valid';",
      test: {
        file: 'packages/commands/src/authority/certificate-state.test.ts',
        title: 'is not yet valid before its first moment, and valid from then on',
      },
    },
  ],
};
