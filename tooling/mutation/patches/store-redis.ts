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
      name: 'emptied-store',
      off: 'a server is silent about the users whose locations its store has lost',
      file: 'packages/store-redis/src/redis-locations.ts',
      find: "if (why === 'other-epoch') {",
      replace: 'if (false as boolean) {',
      test: {
        file: 'packages/store-redis/test/redis-outages.test.ts',
        title: 'gets back what it has lost where nothing can be written as that is found',
      },
    },
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
      name: 'pause-of-the-closed',
      off: 'a server that stops waits for a store that is not there, and its process ends without a word',
      file: 'packages/store-redis/src/connection/store-link.ts',
      find: 'await setTimeout(pauseMs, undefined, { ref: false, signal: closing }).catch(() => {});',
      replace:
        'await setTimeout(pauseMs, undefined, { ref: false, signal: closing.aborted ? closing : undefined });',
      test: {
        file: 'packages/store-redis/test/unreachable.test.ts',
        title: 'a store that is not there is left at once, and a process that waits for nothing else goes on',
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
      find: "if (found === '') return",
      replace: "if (found === ' ') return",
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
    {
      name: 'first-change-of-a-lost-record',
      off: 'the other devices of a user are lost with the first change after the store has thrown their record away',
      file: locations,
      find: "if (found === '') return",
      replace: "if (found === '' && this.#copy.versionOf(aor) === 0) return",
      test: {
        file: outages,
        title:
          'gets back the other devices of a user with the first change after it has thrown their record away',
      },
    },
    {
      name: 'removed-leaves-a-record',
      off: 'what was removed comes back by a server that has not heard of it',
      file: 'packages/store-redis/src/copy/put-script.ts',
      find: "      redis.call('SET', KEYS[i], number .. ' ' .. ARGV[at + 1], 'PX', string.format('%d', life))\n",
      replace:
        "      if ARGV[at + 1] == '' then redis.call('DEL', KEYS[i]) else redis.call('SET', KEYS[i], number .. ' ' .. ARGV[at + 1], 'PX', ARGV[at + 2]) end\n",
      test: {
        file: outages,
        title: 'keeps what was removed from coming back by a server that has not heard of it',
      },
    },
    {
      name: 'removed-as-long-as-it-counted',
      off: 'what was removed comes back after a minute by a server that has not heard of it',
      file: locations,
      find: 'const lives = [...before.bindings, ...bindings]',
      replace: 'const lives = bindings',
      test: {
        file: outages,
        title:
          'keeps the record of what was removed as long as it would have counted, also where it had thrown that away',
      },
    },
    {
      name: 'lost-where-changes-are-missing',
      off: 'what the store has lost is forgotten by a server that misses changes',
      file: follower,
      find: 'if (copy.lookup(aor, clock()).length === 0) {',
      replace: 'if (version <= state.number) {',
      test: {
        file: outages,
        title:
          'gets back what it has thrown away where a server misses changes, and nothing that was removed',
      },
    },
    {
      name: 'policy-of-the-store',
      off: 'nobody is told that the store throws registrations away when its memory is full',
      file: 'packages/store-redis/src/connection/store-link.ts',
      find: '      this.#evicts = undefined;\n      void this.#lookAtPolicy();\n',
      replace: '',
      test: {
        file: outages,
        title:
          'is reported where its policy is allkeys-lru, which throws registrations away, with what to set',
      },
    },
    {
      name: 'stream-of-long-changes',
      off: 'a user with many long bindings who registers again and again fills the memory of the store',
      file: 'packages/store-redis/src/copy/change-writer.ts',
      find: 'Math.floor(keptBytes / (longest + besideBytes))',
      replace: 'longest + keptBytes',
      test: {
        file: 'packages/store-redis/src/copy/change-writer.test.ts',
        title: 'has the store keep fewer changes for servers that were away where they are long',
      },
    },
    {
      name: 'earlier-run-into-an-emptied-store',
      off: 'what a server has kept over its restart is not put into a store that has lost it',
      file: follower,
      find: "(version === 0 && why !== 'start')",
      replace: 'version === 0',
      test: {
        file: locationsTest,
        title: 'that an earlier run has kept go into a store that was written again before it started',
      },
    },
    {
      name: 'records-over-an-earlier-run',
      off: 'a server that starts keeps what an earlier run knew although the store has a record',
      file: 'packages/store-redis/src/copy/location-copy.ts',
      find: 'known > 0 && version <= known',
      replace: 'version <= known',
      test: {
        file: locationsTest,
        title:
          'that an earlier run has kept give way to the records of a store that has lost its count and its changes',
      },
    },
    {
      name: 'record-shortened',
      off: 'what was removed comes back by a server that still knows a registration of before, which would have ended later',
      file: 'packages/store-redis/src/copy/put-script.ts',
      find: "      if known then life = math.max(life, redis.call('PTTL', KEYS[i])) end\n",
      replace: '',
      test: {
        file: outages,
        title:
          'keeps the record of what was removed as long as it would have counted, whatever came in between',
      },
    },
    {
      name: 'numbers-of-before',
      off: 'changes of a user are not heard of any more where the store has lost its count and still has the record',
      file: follower,
      find: 'version: Math.min(found.version, state.number)',
      replace: 'version: found.version',
      test: {
        file: outages,
        title:
          'has its changes heard where it has lost its count alone, and begins below the numbers of its records',
      },
    },
    {
      name: 'refused-change',
      off: 'a store that answers and takes no changes is well, for its server and for the operator',
      file: 'packages/store-redis/src/connection/store-link.ts',
      find: 'if (refused !== undefined) this.#refuses(refused, cause);',
      replace: '',
      test: {
        file: 'apps/pool-server/test/open-locations.test.ts',
        title: 'has a problem of health with the remedy for what Redis answers, until that takes a change',
      },
    },
    {
      name: 'taken-change',
      off: 'a store that takes changes again is never well again',
      file: 'packages/store-redis/src/connection/store-link.ts',
      find: '    this.#refused = undefined;\n',
      replace: '',
      test: {
        file: 'apps/pool-server/test/open-locations.test.ts',
        title: 'has a problem of health with the remedy for what Redis answers, until that takes a change',
      },
    },
    {
      name: 'evicts-later',
      off: 'a store that is set to throw registrations away while servers are connected does so without a word',
      file: 'packages/store-redis/src/connection/store-link.ts',
      find: '        if (performance.now() - this.#askedPolicyAt >= policyMs) void this.#lookAtPolicy();\n',
      replace: '',
      test: {
        file: 'packages/store-redis/test/redis-outages.test.ts',
        title: 'is said to throw registrations away where that was set while it ran',
      },
    },
    {
      name: 'evicts-in-health',
      off: 'a store that throws registrations away when its memory is full is named in one line of the log alone, and not in the health of its servers',
      file: 'packages/front-end/src/locations/open-locations.ts',
      find: '...evictingProblems(locations),',
      replace: '',
      test: {
        file: 'apps/pool-server/test/open-locations.test.ts',
        title: 'has a problem of health while Redis throws registrations away when its memory is full',
      },
    },
  ],
};
