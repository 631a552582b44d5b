import type { MutationPatch, PatchList } from '../patch.ts';

const accountsFile = 'packages/member/src/accounts/accounts-file.ts';
const kept = (title: string): MutationPatch['test'] => ({
  file: 'packages/member/test/accounts-file.test.ts',
  title,
});

/** That a member follows the accounts of one directory, page by page, and keeps them whole. */
export const patches: PatchList = {
  name: 'kept-accounts',
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
