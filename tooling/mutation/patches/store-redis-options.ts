import type { PatchList } from '../patch.ts';

/** Options of the store of locations. */
export const patches: PatchList = {
  name: 'store-redis-options',
  list: [
    {
      name: 'misspelt-option',
      off: 'a misspelt option is left out: the store is asked without its password',
      file: 'packages/store-redis/src/check-options.ts',
      find: 'if (known.includes(name)) continue;',
      replace: 'if (name !== known[-1]) continue;',
      test: {
        file: 'packages/store-redis/test/options.test.ts',
        title: 'are a fault at once with another place.passwrd',
      },
    },
    {
      name: 'pool-between-braces',
      off: 'a pool has the keys of another',
      file: 'packages/store-redis/src/check-options.ts',
      find: "['the FQDN of the pool, in lower case', isName]",
      replace: "['the FQDN of the pool, in lower case', isText]",
      test: {
        file: 'packages/store-redis/test/options.test.ts',
        title: 'are a fault at once with another pool',
      },
    },
    {
      name: 'unchecked-options',
      off: 'a store without a log is opened, and the process ends where its Redis is away',
      file: 'packages/store-redis/src/redis-locations.ts',
      find: '    checkOptions(options);\n',
      replace: '',
      test: {
        file: 'packages/store-redis/test/options.test.ts',
        title: 'are a fault at once with another log',
      },
    },
  ],
};
