import type { PatchList } from '../patch.ts';

/** Who gives way where connections without a verdict are many. */
export const patches: PatchList = {
  name: 'silent-places',
  list: [
    {
      name: 'silent-in-turn',
      off: 'who opens connections and sends nothing shuts out everybody else',
      file: 'packages/tls/src/listen/admission-control.ts',
      find: '? this.#turns?.ofGroup(group) : this.#turns?.ofAll(group);',
      replace: '? this.#turns?.ofGroup(group) : undefined;',
      test: {
        file: 'packages/tls/test/silent-places.test.ts',
        title:
          'a newcomer is admitted in the place of the oldest one of the address that has most, of all that sent nothing',
      },
    },
    {
      name: 'silent-of-the-address',
      off: 'one silent client shuts out those behind its address',
      file: 'packages/tls/src/listen/admission-control.ts',
      find: '? this.#turns?.ofGroup(group) : this.#turns?.ofAll(group);',
      replace: '? undefined : this.#turns?.ofAll(group);',
      test: {
        file: 'packages/tls/test/silent-places.test.ts',
        title: 'a client behind the address of silent ones is admitted, however many that may have',
      },
    },
    {
      name: 'silent-among-the-open',
      off: 'silent connections keep all places of a listener that has few',
      file: 'packages/tls/src/listen/admission-control.ts',
      find: '(isOldest ? undefined : this.#open.refusal(socket, beyond));',
      replace: 'undefined;',
      test: {
        file: 'packages/tls/test/silent-places.test.ts',
        title: 'a newcomer is admitted where they have all places of the listener',
      },
    },
    {
      name: 'sockets-beyond-the-silent',
      off: 'the platform refuses a newcomer for which a silent connection would give way',
      file: 'packages/tls/src/listen/admission-control.ts',
      find: 'maxConnections + (givesWay || hasTurns ? socketsBeyond : 0)',
      replace: 'maxConnections + (givesWay ? socketsBeyond : 0)',
      test: {
        file: 'packages/tls/test/silent-places.test.ts',
        title: 'a newcomer is admitted where they have all places of the listener',
      },
    },
    {
      name: 'spoken-is-not-silent',
      off: 'a client in the midst of its handshake counts as one that sends nothing',
      file: 'packages/tls/src/listen/admission-control.ts',
      find: '({ bytesRead }) => bytesRead > 0',
      replace: '({ bytesRead }) => bytesRead < 0',
      test: {
        file: 'packages/tls/test/silent-places.test.ts',
        title: 'clients that come all at once do not end each other’s handshakes, until one has had its time',
      },
    },
    {
      name: 'most-among-the-spoken',
      off: 'who sends one byte on each of many connections shuts out everybody else',
      file: 'packages/tls/src/listen/pending-turns.ts',
      find: 'this.#all.largest > own + 1',
      replace: 'this.#all.largest < 0',
      test: {
        file: 'packages/tls/test/silent-places.test.ts',
        title:
          'a newcomer is admitted where an address has sent a byte on each of many, and none of an address that has fewer goes',
      },
    },
    {
      name: 'handshake-that-gets-on',
      off: 'clients that come all at once end each other’s handshakes',
      file: 'packages/tls/src/listen/pending-turns.ts',
      find: 'this.#all.largest > own + 1',
      replace: 'this.#all.largest > 0',
      test: {
        file: 'packages/tls/src/listen/pending-turns.test.ts',
        title: 'no handshake ends for a newcomer from an address that would have as many',
      },
    },
    {
      name: 'few-keep-their-place',
      off: 'who opens many connections ends those of an address that has just come with one',
      file: 'packages/tls/src/listen/pending-turns.ts',
      find: "this.#all.sizeOf(this.#all.groupOf(silent) ?? '') > own)",
      replace: 'own >= 0)',
      test: {
        file: 'packages/tls/src/listen/pending-turns.test.ts',
        title:
          'a silent one goes before any that has spoken, once it has had its time, whatever addresses have',
      },
    },
    {
      name: 'silent-for-long',
      off: 'a silent connection keeps the place of a client that has spoken, where its address has few',
      file: 'packages/tls/src/listen/pending-turns.ts',
      find: 'if (one !== undefined && isBefore(this.#came.get(one), until)) return one;',
      replace: 'if (one !== undefined && until > Number.MAX_VALUE) return one;',
      test: {
        file: 'packages/tls/src/listen/pending-turns.test.ts',
        title:
          'a silent one goes before any that has spoken, once it has had its time, whatever addresses have',
      },
    },
    {
      name: 'stalled-handshakes',
      off: 'a handshake that never ends keeps its place against those behind the same address',
      file: 'packages/tls/src/listen/pending-turns.ts',
      find: 'isBefore(this.#began.get(one), until) ? one : undefined;',
      replace: 'until > Number.MAX_VALUE ? one : undefined;',
      test: {
        file: 'packages/tls/src/listen/pending-turns.test.ts',
        title:
          'one goes whose handshake has begun and not ended in its time, however long it had waited for it',
      },
    },
    {
      name: 'waiting-before-begun',
      off: 'a handshake that has begun ends before one that has cost nothing yet',
      file: 'packages/tls/src/listen/pending-turns.ts',
      find: 'this.#waiting.oldestOf(largest) ?? most',
      replace: 'most',
      test: {
        file: 'packages/tls/src/listen/pending-turns.test.ts',
        title:
          'of those that have spoken one goes of the address that has most: first one whose handshake has not begun',
      },
    },
    {
      name: 'looked-at-once',
      off: 'a flood makes a listener look at each connection again and again',
      file: 'packages/tls/src/listen/pending-turns.ts',
      find: '      this.#silent.remove(one);\n',
      replace: '      return undefined;\n',
      test: {
        file: 'packages/tls/src/listen/pending-turns.test.ts',
        title: 'a silent one of the address that has most goes before those of it that have spoken',
      },
    },
    {
      name: 'listeners-make-room',
      off: 'who connects to an authority and sends nothing shuts out its members',
      file: 'apps/authority-server/src/create-authority-server.ts',
      find: ", whenPendingIsFull: 'close-silent' },",
      replace: ' },',
      test: {
        file: 'tooling/check/listeners.test.ts',
        title: 'each listener of our servers takes newcomers in the place of those that send nothing',
      },
    },
    {
      name: 'front-ends-make-room',
      off: 'who connects to a front end and sends nothing shuts out its users',
      file: 'packages/sip-relay/src/inside/inside-sockets.ts',
      find: "whenPendingIsFull: 'close-silent', ",
      replace: '',
      test: {
        file: 'packages/front-end/test/short-places.test.ts',
        title: 'connections on which nothing is ever sent shut out neither users nor servers',
      },
    },
    {
      name: 'bundle-for-all',
      off: 'who holds idle connections keeps outsiders from our federation bundle',
      file: 'packages/edge/src/publication/serve-objects.ts',
      find: "            whenPlacesAreShort: 'close-most',\n",
      replace: '',
      test: {
        file: 'packages/edge/test/bundle-places.test.ts',
        title: 'outsiders find the bundle while others hold idle connections',
      },
    },
    {
      name: 'web-services-for-all',
      off: 'who holds idle connections keeps users from web services',
      file: 'packages/web-services/src/serve-web-services.ts',
      find: "        whenPlacesAreShort: 'close-most',\n",
      replace: '',
      test: {
        file: 'tooling/web-services/web-places.test.ts',
        title:
          'users find web services while others hold all places, and only the address that has most of them gives one',
      },
    },
    {
      name: 'bundle-for-all-that-speak',
      off: 'who connects and sends nothing keeps outsiders from our federation bundle',
      file: 'packages/edge/src/publication/serve-objects.ts',
      find: "            whenPendingIsFull: 'close-silent',\n",
      replace: '',
      test: {
        file: 'packages/edge/test/bundle-places.test.ts',
        title: 'outsiders find the bundle while others hold idle connections that never begin TLS',
      },
    },
    {
      name: 'request-times',
      off: 'an idle connection of HTTPS is kept for 30 seconds more than it may be',
      file: 'packages/tls/src/listen/platform-server.ts',
      find: 'Math.min(Math.ceil(requestTimeoutMs / 5), 30_000)',
      replace: '30_000',
      test: {
        file: 'packages/tls/test/request-times.test.ts',
        title: 'a request that may take 10000 ms is looked at every 2000 ms: its time is over when it is',
      },
    },
  ],
};
