import type { PatchList } from '../patch.ts';

/** Options of the store of locations. */
export const patches: PatchList = {
  name: 'store-redis-options',
  list: [
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
