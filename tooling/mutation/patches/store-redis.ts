import type { PatchList } from '../patch.ts';

const locations = 'packages/store-redis/src/redis-locations.ts';
const follower = 'packages/store-redis/src/copy/follow-store.ts';
const locationsTest = 'packages/store-redis/test/redis-locations.test.ts';
const followerTest = 'packages/store-redis/src/copy/follow-store.test.ts';
const outages = 'packages/store-redis/test/redis-outages.test.ts';

/** What becomes of registrations whose store starts, fails in part, is emptied or set back. */
export const patches: PatchList = {
  name: 'store-redis',
  list: [
    {
      name: 'writer-stays',
      off: 'registrations are refused for a quarter of an hour on a connection that answers nothing',
      file: 'packages/store-redis/src/connection/store-link.ts',
      find: 'this.writer.disconnect(true);',
      replace: '',
      test: {
        file: outages,
        title: 'is dialled again by the connection that writes where that answers nothing',
      },
    },
    {
      name: 'refill-once',
      off: 'what an emptied store has lost is given up where the first change fails',
      file: locations,
      find: 'this.#owesBindings = true;\n      throw error;',
      replace: 'throw error;',
      test: {
        file: outages,
        title: 'gets back what it has lost where nothing can be written as that is found',
      },
    },
    {
      name: 'first-change-of-emptied',
      off: 'the other devices of a user are lost with the first change after the store was emptied',
      file: locations,
      find: "found === '' && own !== undefined && own !== epoch",
      replace: 'false',
      test: {
        file: outages,
        title: 'gets back the other devices of a user with the first change after it has lost everything',
      },
    },
    {
      name: 'late-left-out',
      off: 'who was signed out is found until the store takes changes again',
      file: locations,
      find: 'return this.#late.left(aor, this.#copy.lookup(aor, now));',
      replace: 'return this.#copy.lookup(aor, now);',
      test: {
        file: outages,
        title: 'loses whom it could not sign out once it takes changes again, also where no connection broke',
      },
    },
    {
      name: 'set-back-store',
      off: 'a store that was set back and has counted as far again is taken for the one that was read',
      file: follower,
      find: ' || (await this.#isSetBack(known))',
      replace: '',
      test: {
        file: followerTest,
        title: 'reads everything again where the store was set back, and has counted as far again',
      },
    },
    {
      name: 'open-before-writable',
      off: 'a server that has just started refuses registrations, because its second connection to the store is not open yet',
      file: locations,
      find: 'Promise.all([first, this.#link.whenWritable()])',
      replace: 'first',
      test: {
        file: locationsTest,
        title: 'are open only once a change can be made, not as soon as all are read',
      },
    },
    {
      name: 'signed-out-without-store',
      off: 'who has an old password stays registered where the store was away when it was changed',
      file: locations,
      find: 'this.#late.addUser(aor, isMeant, this.#copy.lookup(aor, 0), this.#clock());',
      replace: '',
      test: {
        file: locationsTest,
        title: 'drop the bindings of a user who was signed out while the store was away, and of nobody else',
      },
    },
    {
      name: 'changes-of-another-epoch',
      off: 'changes of a store that was emptied are taken for the next ones, and what is gone stays in the copies',
      file: follower,
      find: 'if (epoch !== begun) return;',
      replace: '',
      test: {
        file: followerTest,
        title: 'reads everything again where the store was emptied and has as many changes again',
      },
    },
    {
      name: 'stops-between-attempts',
      off: 'a server whose store cannot be reached never stops, and one that cannot start says nothing of why',
      file: 'packages/store-redis/src/connection/store-link.ts',
      find: "closing.addEventListener('abort', done);",
      replace: '',
      test: {
        file: 'packages/store-redis/test/unreachable.test.ts',
        title: 'a store whose connections break as soon as they are made keeps nobody from stopping',
      },
    },
  ],
};
