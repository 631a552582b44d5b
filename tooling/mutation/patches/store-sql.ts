import type { MutationPatch, PatchList } from '../patch.ts';

const source = (path: string): string => `packages/store-sql/src/${path}`;
const test = (file: string, title: string): MutationPatch['test'] => ({
  file: `packages/store-sql/test/${file}.test.ts`,
  title,
});

/** What keeps the records of an authority whole. */
export const patches: PatchList = {
  name: 'store-sql',
  list: [
    {
      name: 'one-process',
      off: 'two processes may have the database open',
      file: source('driver/open-sqlite.ts'),
      find: "'locking_mode = EXCLUSIVE',",
      replace: '',
      test: test('processes', 'is refused in the same process too, and the first one keeps its lock'),
    },
    {
      name: 'too-new',
      off: 'a database that a newer program has written is opened',
      file: source('schema/migrate.ts'),
      find: 'if (found > steps.length) {',
      replace: 'if (found < 0) {',
      test: test('migrations', 'refuse a database that a newer program has written, and say so'),
    },
    {
      name: 'savepoint',
      off: 'a refused operation leaves what it has changed',
      file: source('worker/execute.ts'),
      find: 'if (error instanceof PkiFault) return',
      replace: 'if (driver.place === undefined) return',
      test: test('failing-storage', 'undo only themselves when they are refused'),
    },
    {
      name: 'savepoint-needed',
      off: 'an operation that is refused after it has changed something leaves that',
      file: source('worker/execute.ts'),
      find: 'throw changed && error instanceof PkiFault ? savepointNeeded : error;',
      replace: 'throw error;',
      test: test('failing-storage', 'undo what they have changed before they are refused, and nothing else'),
    },
    {
      name: 'failed-commit',
      off: 'a change is acknowledged although its commit failed',
      file: source('worker/execute.ts'),
      find: 'const refused: Outcome = { ok: false, fault };',
      replace: 'const refused: Outcome = { ok: true, value: undefined };',
      test: test(
        'failing-storage',
        'rejects every change of its transaction, keeps none, and the next one succeeds',
      ),
    },
    {
      name: 'standing',
      off: 'a query counts as a change that was stored',
      file: source('worker/execute.ts'),
      find: "return changes ? { outcomes, storage: 'stored' } : { outcomes };",
      replace: "return { outcomes, storage: 'stored' };",
      test: test('failing-storage', 'is in the standing since it began, until a change is stored'),
    },
    {
      name: 'bounded-queue',
      off: 'any number of operations may wait',
      file: source('worker/operation-queue.ts'),
      find: 'if (this.#waiting.length >= (this.#options.maxWaiting ?? maxWaiting))',
      replace: 'if (this.#waiting.length < 0)',
      test: test('failing-storage', 'are refused beyond those that may wait, and the others are not'),
    },
    {
      name: 'text-with-nul',
      off: 'a name with NUL is stored, and read back cut off',
      file: source('driver/open-sqlite.ts'),
      find: "if (typeof value !== 'string' || !value.includes('\\0')) return value;",
      replace: 'if (value !== undefined) return value;',
      test: test('failing-storage', 'undo only themselves when they are refused'),
    },
    {
      name: 'import-once',
      off: 'a file that was imported is imported again',
      file: source('import/import-ledger-file.ts'),
      find: 'if (fact?.value === hash) return false;',
      replace: '',
      test: test('import', 'only renames the file where it was committed'),
    },
    {
      name: 'import-two-truths',
      off: 'a ledger.jsonl is imported into a database with other records',
      file: source('import/import-ledger-file.ts'),
      find: 'if (fact === undefined && rows.length === 0) return true;',
      replace: 'if (fact === undefined) return true;',
      test: test('import', 'is not mixed with a database that has other records'),
    },
    {
      name: 'import-running',
      off: 'a ledger.jsonl is imported while an earlier release has it open',
      file: source('import/import-ledger-file.ts'),
      find: 'if (!(await exists(lock))) return;',
      replace: 'if (lock !== undefined) return;',
      test: test('import', 'is not opened while an earlier release may run'),
    },
    {
      name: 'foreign-serial',
      off: 'the serial number of a foreign certificate is used again',
      file: source('ledger/certificates.ts'),
      find: "const isTaken = await has(transaction, 'foreign_certificates', entry);",
      replace: 'const isTaken = false;',
      test: test(
        'sqlite-ledger',
        'revokes a certificate that was never recorded, once, and a recorded one as usual',
      ),
    },
    {
      name: 'token-key',
      off: 'a token that one key has used serves another',
      file: source('ledger/tokens.ts'),
      find: 'if (again && row.spent_by !== keyHash)',
      replace: 'if (again && row.spent_by === undefined)',
      test: test(
        'sqlite-ledger',
        'lets the key that spent a token use it again until it expires, and no other key',
      ),
    },
    {
      name: 'audit-numbers',
      off: 'the audit trail begins its numbers again after an import',
      file: source('ledger/audit-records.ts'),
      find: '    record.number,\n',
      replace: '    record.number + 100,\n',
      test: test('other-records', 'is taken over once, and renamed: the trail goes on after its last number'),
    },
    {
      name: 'audit-line',
      off: 'a line of the audit trail that cannot be read counts as a record',
      file: source('import/import-audit-file.ts'),
      find: 'if (record === undefined)',
      replace: 'if (record === undefined && changes < 0)',
      test: test(
        'other-records',
        'is refused with a line that is no record, and with other records beside it',
      ),
    },
    {
      name: 'epoch-of-a-copy',
      off: 'a restored database goes on with the feed of the one that it is a copy of',
      file: source('worker/thread.ts'),
      find: 'await forgetEpoch(copy);',
      replace: '',
      test: test(
        'sqlite-accounts',
        'has another epoch in a copy, with all accounts, and the same one in the database that it is of',
      ),
    },
    {
      name: 'forgotten-removals',
      off: 'a reader of the feed misses removals that are forgotten',
      file: source('accounts/account-feed.ts'),
      find: "await transaction.run('UPDATE account_feed SET forgotten = ?', [forgotten]);",
      replace: '',
      test: test(
        'sqlite-accounts',
        'remembers as many removals as it was told to, and tells a reader before them that it must begin again',
      ),
    },
    {
      name: 'contacts-of-removed',
      off: 'a new account gets the contact list of the one that had its address before',
      file: source('accounts/account-operations.ts'),
      find: "await transaction.run('DELETE FROM contact_lists WHERE address = ?', [address]);",
      replace: '',
      test: test(
        'sqlite-accounts',
        'removes an account with its contact list, only with the version of its last change',
      ),
    },
    {
      name: 'two-truths',
      off: 'what an earlier release has left is mixed with other records',
      file: source('import/import-once.ts'),
      find: 'if (known !== undefined || rows.length > 0) throw twoTruths(path);',
      replace: 'if (known !== undefined && rows.length < 0) throw twoTruths(path);',
      test: test(
        'other-records',
        'is refused with a line that is no record, and with other records beside it',
      ),
    },
    {
      name: 'other-version',
      off: 'a version of the topology is replaced',
      file: source('ledger/versions.ts'),
      find: 'if (before !== undefined) {',
      replace:
        "await transaction.run('DELETE FROM topology_versions WHERE version = ?', [version]);\n  if (before === '') {",
      test: test(
        'other-records',
        'keeps a version as it is: the same text again does nothing, another one is refused',
      ),
    },
  ],
};
