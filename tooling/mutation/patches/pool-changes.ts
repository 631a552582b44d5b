import type { PatchList } from '../patch.ts';

/** What a change of one user costs a pool: that change, and not all that is known of the user. */
export const patches: PatchList = {
  name: 'pool-changes',
  list: [
    {
      name: 'changes-alone',
      off: 'one user who registers again and again has all their devices sent to every server of the pool each time',
      file: 'packages/front-end/src/pool/pool-copies.ts',
      find: 'withWaiting(record, changes, waiting?.entries)',
      replace: 'withWaiting(record, record, waiting?.entries)',
      test: {
        file: 'packages/front-end/src/pool/pool-copies.test.ts',
        title:
          'are told without what others know already, and those that wait in one message as they are then',
      },
    },
    {
      name: 'changes-that-wait',
      off: 'a change is lost where another one of the same user comes before it is told',
      file: 'packages/front-end/src/pool/pool-copies.ts',
      find: 'if (waiting === undefined) return changes;',
      replace: 'if (waiting !== record) return changes;',
      test: {
        file: 'packages/front-end/src/pool/pool-copies.test.ts',
        title:
          'are told without what others know already, and those that wait in one message as they are then',
      },
    },
    {
      name: 'changes-written-once',
      off: 'a change is written again for each server of the pool',
      file: 'packages/front-end/src/pool/pool-copies.ts',
      find: '      told.set(waiting, next);\n',
      replace: '',
      test: {
        file: 'packages/front-end/src/pool/pool-copies.test.ts',
        title: 'are written once, to however many servers they go, and so are those that wait',
      },
    },
    {
      name: 'changes-without-room',
      off: 'a user who binds and leaves again and again has more told than another server reads, and loses all',
      file: 'packages/front-end/src/pool/pool-copies.ts',
      find: '    const entry = record.get(key);\n',
      replace: '    const entry = record.get(key) ?? waiting.get(key);\n',
      test: {
        file: 'packages/front-end/src/pool/pool-copies.test.ts',
        title: 'that wait leave out what the record has no room for any more',
      },
    },
    {
      name: 'what-is-new',
      off: 'servers of a pool tell each other everything about a user for each change',
      file: 'packages/sip-proxy/src/locations/replicated/location-record.ts',
      find: 'if (before.get(key) !== entry) changes.set(key, entry);',
      replace: 'if (entry !== undefined) changes.set(key, entry);',
      test: {
        file: 'packages/sip-proxy/src/locations/replicated/replicated-changes.test.ts',
        title:
          'is handed on as what it has changed: one binding of sixteen, or the trace of one that is removed',
      },
    },
    {
      name: 'one-line-of-a-user',
      off: 'one user who registers again and again has all their devices written to the disk each time',
      file: 'packages/front-end/src/registrations/registrations-file.ts',
      find: '    this.#pending.set(key, line);\n',
      replace: '    this.#pending.set(key + this.#pending.size, line);\n',
      test: {
        file: 'packages/front-end/src/registrations/registrations-file.test.ts',
        title: 'of one user that change while another write is under way are written once, as they are then',
      },
    },
    {
      name: 'homes-that-are-gone',
      off: 'accounts that were left behind with a home that is gone are counted with all others',
      file: 'packages/authority/src/accounts/homes-gone.ts',
      find: "roleOfHome(topology, home) !== 'front-end'",
      replace: "home !== ''",
      test: {
        file: 'packages/authority/src/accounts/homes-gone.test.ts',
        title: 'homes of accounts that the topology does not have any more are counted, and no other',
      },
    },
    {
      name: 'domains-gone-untold',
      off: 'entente status says that nothing needs attention while users cannot sign in, because a version took their domain away',
      file: 'packages/commands/src/authority/homes-gone.ts',
      find: '  if (users === 0) return [];\n  const more = users',
      replace: '  if (users >= 0) return [];\n  const more = users',
      test: {
        file: 'packages/commands/src/authority/homes-gone.test.ts',
        title: 'are counted and named, with what to do',
      },
    },
    {
      name: 'accounts-outside',
      off: 'accounts of a domain whose name ends like another one are taken for those of that',
      file: 'packages/store-sql/src/accounts/account-queries.ts',
      find: '`%@${domain',
      replace: '`%${domain',
      test: {
        file: 'packages/store-sql/test/sqlite-accounts.test.ts',
        title:
          'counts the accounts of other domains than some, and names the first five, where it counts them',
      },
    },
    {
      name: 'homes-gone-untold',
      off: 'entente status says nothing of accounts that were left behind',
      file: 'packages/commands/src/authority/homes-gone.ts',
      find: 'if (homes.length === 0) return [];',
      replace: 'if (homes.length >= 0) return [];',
      test: {
        file: 'packages/commands/src/authority/homes-gone.test.ts',
        title: 'are counted, by home, with what to do',
      },
    },
    {
      name: 'counted-homes',
      off: 'each home counts as that of one account',
      file: 'packages/store-sql/src/accounts/account-queries.ts',
      find: 'COUNT(*) AS users',
      replace: '1 AS users',
      test: {
        file: 'packages/store-sql/test/sqlite-accounts.test.ts',
        title:
          'counts the accounts of each home of their own, in the order of the homes, where it counts them',
      },
    },
  ],
};
