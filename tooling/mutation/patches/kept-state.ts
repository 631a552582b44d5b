import type { PatchList } from '../patch.ts';

/** What a member writes of what is in force, and when. */
export const patches: PatchList = {
  name: 'kept-state',
  list: [
    {
      name: 'damaged-lists-in-silence',
      off: 'a server that starts with half of its revocation lists says nothing of it',
      file: 'packages/member/src/follow/revocation-lists.ts',
      find: 'if (found.length === 0 || found.length < decoded.length)',
      replace: 'if (false)',
      test: {
        file: 'packages/member/test/damaged-lists.test.ts',
        title:
          'a file of revocation lists that was cut off or emptied is said to be damaged at the start, and what can be read of it counts',
      },
    },
    {
      name: 'disk-that-hangs',
      off: 'what comes into force waits for a disk that does not answer',
      file: 'packages/member/src/follow/domain-follower.ts',
      find: 'void this.#kept.keep();',
      replace: 'await this.#kept.keep();',
      test: {
        file: 'packages/member/test/hostile-authority.test.ts',
        title:
          'waits for no disk: what is newer comes into force while a write does not end, and the newest is written once it does',
      },
    },
    {
      name: 'in-force-and-lost',
      off: 'a member that ends writes nothing of what has just come into force',
      file: 'packages/member/src/follow/kept-state.ts',
      find: 'await this.#writing.run();',
      replace: 'await this.#writing.settled();',
      test: {
        file: 'packages/member/test/hostile-authority.test.ts',
        title: 'has on its disk at its end what had just come into force',
      },
    },
    {
      name: 'unwritten-keys-for-good',
      off: 'keys of the pool that could not be written once are not tried again',
      file: 'packages/member/src/follow/kept-state.ts',
      find: 'if (this.#keys !== undefined) await keysFile.keep(this.#keys);',
      replace:
        'const keys = this.#keys; this.#keys = undefined; if (keys !== undefined) await keysFile.keep(keys);',
      test: {
        file: 'packages/member/test/domain-keys.test.ts',
        title: 'writes them at its end where the disk was full before',
      },
    },
    {
      name: 'looks-at-the-end',
      off: 'a member that ends looks for missing files, which a disk that does not answer holds up',
      file: 'packages/member/src/follow/kept-state.ts',
      find: '    if (this.#isEnding) return;\n',
      replace: '',
      test: {
        file: 'packages/member/test/kept-state.test.ts',
        title:
          'is written at the end, when no missing file is looked for any more: a disk that does not answer would hold the end up',
      },
    },
    {
      name: 'one-account-for-all',
      off: 'a server whose file of accounts was emptied while it ran refuses all users after its restart, but for the ones that have changed since',
      file: 'packages/member/src/accounts/accounts-file.ts',
      find: "append('accounts', pages, this.#bytes)",
      replace: "append('accounts', pages)",
      test: {
        file: 'packages/member/test/emptied-accounts.test.ts',
        title:
          'has all of them with the next change where it was emptied, so that no later run takes the last one for all',
      },
    },
    {
      name: 'length-of-no-file',
      off: 'a server says after each restart that somebody has changed its file of accounts',
      file: 'packages/member/src/accounts/accounts-file.ts',
      find: 'this.#bytes = bytes;',
      replace: '',
      test: {
        file: 'packages/member/test/emptied-accounts.test.ts',
        title: 'is known by a later run as that has found it',
      },
    },
  ],
};
