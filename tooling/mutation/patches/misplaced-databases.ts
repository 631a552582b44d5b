import type { MutationPatch, PatchList } from '../patch.ts';

const source = (path: string): string => `packages/store-sql/src/${path}`;
const test = (file: string, title: string): MutationPatch['test'] => ({
  file: `packages/store-sql/test/${file}.test.ts`,
  title,
});

/** That nothing is acknowledged into a database whose files are gone, or that its operator has closed for changes. */
export const patches: PatchList = {
  name: 'misplaced-databases',
  list: [
    {
      name: 'deleted-log',
      off: 'an authority whose log was deleted loses with its process all that it acknowledges from then on, and what the log had',
      file: source('driver/kept-log.ts'),
      find: 'beginAgain();',
      replace: '',
      test: test(
        'deleted-log',
        'has all that it acknowledged on the disk with the next change where it was deleted',
      ),
    },
    {
      name: 'log-of-another',
      off: 'an authority whose folder was replaced removes the log of the database that is there now',
      file: source('driver/kept-log.ts'),
      find: " || inPlace() !== 'same'",
      replace: '',
      test: test('deleted-log', 'leaves the log of another database alone'),
    },
    {
      name: 'past-read-only',
      off: 'accounts are changed past a PostgreSQL that is set to read-only, e.g. because its disk is nearly full',
      file: source('postgres/postgres-transaction.ts'),
      find: "'BEGIN ISOLATION LEVEL READ COMMITTED'",
      replace: "'BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE'",
      test: test(
        'postgres-read-only',
        'are not changed past that, read all the same, and changed again without a restart once it is over',
      ),
    },
    {
      name: 'read-only-for-good',
      off: 'an authority refuses changes of accounts until it is restarted where PostgreSQL was read-only for a while',
      file: source('postgres/open-postgres.ts'),
      find: ' || sqlState(error) === readOnly',
      replace: '',
      test: test(
        'postgres-read-only',
        'are not changed past that, read all the same, and changed again without a restart once it is over',
      ),
    },
    {
      name: 'thread-left-out-of-a-bundle',
      off: 'a program that was bundled without the thread of its database is told to restart',
      file: 'packages/store-sql/src/worker/own-thread.ts',
      find: 'if (entry instanceof ThreadFileMissing) throw threadEnded(entry);',
      replace: 'if (entry instanceof ThreadFileMissing) throw threadEnded(new Error(entry.message));',
      test: {
        file: 'packages/store-sql/src/worker/thread-file-missing.test.ts',
        title: 'is not started, and its fault says what is missing and what to do: a module',
      },
    },
    {
      name: 'refused-for-good',
      off: 'an authority says that accounts are not stored, long after the disk of PostgreSQL has space again, until somebody changes one',
      file: source('postgres/change-listener.ts'),
      find: 'tryAgain().then(done, done);',
      replace: 'done();',
      test: test(
        'postgres-read-only',
        'are said to be stored again once it is over, though nobody changes one, and what was refused stays refused',
      ),
    },
    {
      name: 'stored-by-a-look',
      off: 'a change of accounts that was refused comes into force minutes later',
      file: source('postgres/postgres-transaction.ts'),
      find: "await transaction.run('ROLLBACK', []).catch(() => {});\n}",
      replace: "await transaction.run('COMMIT', []).catch(() => {});\n}",
      test: test(
        'postgres-read-only',
        'are said to be stored again once it is over, though nobody changes one, and what was refused stays refused',
      ),
    },
    {
      name: 'looks-at-nothing',
      off: 'accounts are said to be stored again by a disk that is still full, because nothing is tried that needs space',
      file: source('postgres/open-postgres-accounts.ts'),
      find: 'refused = changes;',
      replace: '',
      test: test(
        'postgres-read-only',
        'are said to be stored again once it is over, though nobody changes one, and what was refused stays refused',
      ),
    },
    {
      name: 'log-with-a-gap',
      off: 'an authority whose log was emptied acknowledges what no later run reads, and copies the gap into its database',
      file: source('worker/execute.ts'),
      find: ' ?? cutOffFault(driver)',
      replace: '',
      test: test(
        'deleted-log',
        'acknowledges nothing more where it was emptied, also where it has grown since, and says what to restore',
      ),
    },
    {
      name: 'gap-that-was-filled',
      off: 'an authority whose log was emptied acknowledges again what no later run reads, once the log is as long as before',
      file: source('driver/log-length.ts'),
      find: 'this.#isCut ||= this.#found < this.#bytes;',
      replace: 'this.#isCut = this.#found < this.#bytes;',
      test: test(
        'deleted-log',
        'acknowledges nothing more where it was emptied, also where it has grown since, and says what to restore',
      ),
    },
    {
      name: 'put-back-files',
      off: 'a server that has read what a database lacks whose files were put back never reads some of the changes that come',
      file: 'packages/store-sql/src/postgres/known-history.ts',
      find: 'if (state.version >= (this.#versions.get(state.epoch) ?? 0)) return state;',
      replace: 'return state;',
      test: {
        file: 'packages/store-sql/test/postgres-put-back.test.ts',
        title:
          'that is put back while servers run is another history for who has read what it lacks, also once as much has changed again, each time',
      },
    },
    {
      name: 'put-back-again',
      off: 'a database whose files are put back a second time is not noticed by who has read what it lacked the first time',
      file: 'packages/store-sql/src/postgres/known-history.ts',
      find: 'this.#versions.delete(epoch);',
      replace: 'this.#versions.clear();',
      test: {
        file: 'packages/store-sql/test/postgres-put-back.test.ts',
        title:
          'that is put back while servers run is another history for who has read what it lacks, also once as much has changed again, each time',
      },
    },
  ],
};
