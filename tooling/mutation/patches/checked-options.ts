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
  ],
};
