import type { PatchList } from '../patch.ts';

/** What callers without a compiler may pass to an application, the store and the accounts. */
export const patches: PatchList = {
  name: 'checked-options',
  list: [
    {
      name: 'misspelt-handler',
      off: 'an application joins with a handler that is misspelt, and answers nothing',
      file: 'packages/application/src/check-options.ts',
      find: 'if (Object.hasOwn(rules, name)) continue;',
      replace: 'if (name in rules || name !== undefined) continue;',
      test: {
        file: 'packages/application/src/check-options.test.ts',
        title: 'an application does not join with onMesage: nothing would come of it',
      },
    },
    {
      name: 'bound-that-is-no-number',
      off: 'an application joins with a bound that is not a number, and so with none',
      file: 'packages/application/src/check-options.ts',
      find: 'fits: (value) => Number.isSafeInteger(value) && ',
      replace: 'fits: (value) => Number.isNaN(value) || ',
      test: {
        file: 'packages/application/src/check-options.test.ts',
        title: 'an application does not join with maxCalls of NaN',
      },
    },
    {
      name: 'bound-of-the-store',
      off: 'the store opens with a bound that is not a number, and so with none',
      file: 'packages/store-sql/src/option-problem.ts',
      find: 'fits: (value) => Number.isSafeInteger(value) && ',
      replace: 'fits: (value) => Number.isNaN(value) || ',
      test: {
        file: 'packages/store-sql/test/options.test.ts',
        title: 'refuses maxWaiting of NaN before it writes anything',
      },
    },
    {
      name: 'empty-password',
      off: 'an account gets the verifiers of an empty password',
      file: 'packages/accounts/src/verifiers.ts',
      find: "if (password === '')",
      replace: 'if (password === undefined)',
      test: {
        file: 'packages/accounts/src/check-account.test.ts',
        title: 'are not made of an empty password: nobody could sign in with them',
      },
    },
    {
      name: 'field-that-there-is-not',
      off: 'a misspelt field of an account is left out without a word',
      file: 'packages/accounts/src/check-shape.ts',
      find: 'if (!fields.includes(name)) throw unknownField(name);',
      replace: 'if (fields.length === 0) throw unknownField(name);',
      test: {
        file: 'packages/accounts/src/check-account.test.ts',
        title: 'is a fault of the program that gives a misspelt field, and names the field',
      },
    },
    {
      name: 'options-of-a-reader',
      off: 'a program that reads accounts begins with misspelt options',
      file: 'packages/store-sql/src/postgres/read-postgres-accounts.ts',
      find: "if (wrong !== undefined) throw new AccountsFault('ENTENTE_ACCOUNTS_BAD_ARGUMENT', wrong);",
      replace: '',
      test: {
        file: 'packages/store-sql/test/options.test.ts',
        title: 'refuses an option of those who change accounts at once',
      },
    },
    {
      name: 'misspelt-party',
      off: 'a misspelt end of a link is refused as if the matrix did not allow it',
      file: 'packages/topology/src/matrix/check-end.ts',
      find: 'if (isParty(party)) return;',
      replace: "if (isParty(party) || typeof party === 'string') return;",
      test: {
        file: 'packages/topology/test/given-ends.test.ts',
        title: 'a misspelt party is a mistake of the caller, and no refusal of a peer',
      },
    },
    {
      name: 'row-in-words',
      off: 'a row that is not a number is refused as if the matrix did not have it',
      file: 'packages/topology/src/matrix/check-end.ts',
      find: 'if (row === undefined || Number.isInteger(row)) return;',
      replace: 'if (row !== undefined || Number.isInteger(row)) return;',
      test: { file: 'packages/topology/test/given-ends.test.ts', title: "is a number, and not 'federation'" },
    },
    {
      name: 'no-document',
      off: 'what is not a document fails somewhere inside',
      file: 'packages/topology/src/network/build-topology.ts',
      find: "  checkIsDocument(document, 'buildTopology');\n",
      replace: '',
      test: { file: 'packages/topology/test/given-ends.test.ts', title: 'is a document, and not undefined' },
    },
    {
      name: 'role-of-a-pool',
      off: 'a pool of a role that there is not is built, and serves nobody',
      file: 'packages/topology/src/network/build-topology.ts',
      find: '    checkRole(entry.role, ',
      replace: "    checkRole('edge', ",
      test: {
        file: 'packages/topology/test/given-ends.test.ts',
        title: 'has no pool of a role that there is not',
      },
    },
  ],
};
