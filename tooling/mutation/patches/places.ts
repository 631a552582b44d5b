import type { PatchList } from '../patch.ts';

/** Whose connection gives way where places are short. */
export const patches: PatchList = {
  name: 'places',
  list: [
    {
      name: 'readers-keep-places',
      off: 'outsiders who come again and again break off what others read for long, before all places are taken',
      file: 'packages/tls/src/listen/unproven-places.ts',
      find: 'this.#proves && !hasMadeWay && this.count',
      replace: '!hasMadeWay && this.count',
      test: {
        file: 'packages/tls/src/listen/unproven-places.test.ts',
        title:
          'none gives way before all places are taken where nobody proves anything, and then the oldest of the address that has most',
      },
    },
    {
      name: 'most-pays',
      off: 'where nobody proves anything the one that reads for longest gives way, and not one of the address that has most',
      file: 'packages/tls/src/listen/unproven-places.ts',
      find: 'const first = this.#proves ? this.#oldest(now - patienceMs) : undefined;',
      replace: 'const first = this.#oldest(now - patienceMs);',
      test: {
        file: 'packages/tls/src/listen/unproven-places.test.ts',
        title:
          'none gives way before all places are taken where nobody proves anything, and then the oldest of the address that has most',
      },
    },
    {
      name: 'unproven-keep-places',
      off: 'who holds connections open and proves nothing shuts out everybody else at a front end',
      file: 'packages/sip-relay/src/inside/inside-sockets.ts',
      find: "whenPlacesAreShort: 'close-unproven' },",
      replace: '},',
      test: {
        file: 'packages/front-end/test/short-places.test.ts',
        title:
          'who holds connections open and proves nothing shuts out neither users nor servers, and ends none that is proven',
      },
    },
    {
      name: 'users-keep-places',
      off: 'a user who has authenticated loses the connection to who proves nothing',
      file: 'packages/sip-endpoint/src/connection/connection.ts',
      find: '    keepPlace(this.socket);\n',
      replace: '',
      test: {
        file: 'packages/front-end/test/short-places.test.ts',
        title:
          'who holds connections open and proves nothing shuts out neither users nor servers, and ends none that is proven',
      },
    },
    {
      name: 'half-for-the-proven',
      off: 'connections on which nothing is proven take every place',
      file: 'packages/tls/src/listen/unproven-places.ts',
      find: 'Math.max(this.#max / 8, this.#max / 2 - proven)',
      replace: 'this.#max',
      test: {
        file: 'packages/tls/src/listen/unproven-places.test.ts',
        title: 'the oldest of the address that has most gives way once half of the places are taken',
      },
    },
    {
      name: 'time-to-prove',
      off: 'who opens one connection after the other keeps users from registering',
      file: 'packages/tls/src/listen/unproven-places.ts',
      find: 'this.#oldest(since - patienceMs) : undefined;',
      replace: 'this.#oldest(since) : undefined;',
      test: {
        file: 'packages/tls/src/listen/unproven-places.test.ts',
        title:
          'one that has just come has time to prove itself, also where its address has most; the oldest goes in its place',
      },
    },
    {
      name: 'time-until-told',
      off: 'a telephone that was told to register half a minute later loses its connection before',
      file: 'packages/tls/src/listen/unproven-places.ts',
      find: 'patienceMs = 40_000;',
      replace: 'patienceMs = 10_000;',
      test: {
        file: 'packages/tls/src/listen/unproven-places.test.ts',
        title: 'one keeps its place for the 30 seconds that a telephone is told to wait before it registers',
      },
    },
    {
      name: 'no-way-for-the-refused',
      off: 'an address that may have no more handshakes under way has one connection of others closed with each further one',
      file: 'packages/tls/src/listen/admission-control.ts',
      find: 'this.#open.isFullBut(socket, beyond) && this.#pending.refusal(socket) === undefined',
      replace: 'this.#open.isFullBut(socket, beyond)',
      test: {
        file: 'packages/tls/test/short-places.test.ts',
        title:
          'closes no client for a handshake that has not ended, as long as few are under way, and none for one that it refuses',
      },
    },
    {
      name: 'handshakes-beyond-all-places',
      off: 'who connects and sends nothing has connections of others closed',
      file: 'packages/tls/src/listen/admission-control.ts',
      find: 'return Math.min(handshakesBeyond, this.#maxOpen);',
      replace: 'return 0;',
      test: {
        file: 'packages/tls/test/short-places.test.ts',
        title: 'closes one for a client whose handshake has ended, also while others hold handshakes open',
      },
    },
    {
      name: 'place-after-the-handshake',
      off: 'more connections stay open than the listener has places',
      file: 'packages/tls/src/listen/admission-control.ts',
      find: "typeof place === 'object' ? place : this.#takePlace(accepted);",
      replace: "typeof place === 'object' ? place : undefined;",
      test: {
        file: 'packages/tls/test/short-places.test.ts',
        title: 'refuses a client after its handshake where all have proven who they are in the meantime',
      },
    },
    {
      name: 'proven-by-certificate',
      off: 'a peer that has shown a certificate gives its place to who proves nothing',
      file: 'packages/tls/src/listen/admission-control.ts',
      find: 'if (proven === undefined) this.#takeUnproven(socket, accepted);',
      replace: 'this.#takeUnproven(socket, accepted);',
      test: {
        file: 'packages/tls/test/short-places.test.ts',
        title:
          'closes the oldest client that has proven nothing for one more, of the address that has most, and none that has',
      },
    },
    {
      name: 'one-for-one-after-the-handshake',
      off: 'one client that comes has two others closed',
      file: 'packages/tls/src/listen/unproven-places.ts',
      find: 'this.#proves && !hasMadeWay && this.count',
      replace: 'this.#proves && this.count',
      test: {
        file: 'packages/tls/test/short-places.test.ts',
        title: 'closes one for one more, not a second one because those that have proven nothing are many',
      },
    },
    {
      name: 'one-for-one-before-the-handshake',
      off: 'one client that comes while handshakes are many has two others closed',
      file: 'packages/tls/src/listen/admission-control.ts',
      find: 'this.#makeWay(this.#unproven?.giveWay(), socket);',
      replace: 'this.#makeWay(this.#unproven?.giveWay());',
      test: {
        file: 'packages/tls/test/short-places.test.ts',
        title: 'closes one for one more whose handshake had no place either, and no second one after it',
      },
    },
    {
      name: 'displaced-count-as-admitted',
      off: 'a connection that has given way counts as one of those that are proven until it has closed',
      file: 'packages/tls/src/listen/admission-control.ts',
      find: '    this.closed(socket);\n',
      replace: '',
      test: {
        file: 'packages/tls/test/short-places.test.ts',
        title: 'closes one for one more, not a second one because those that have proven nothing are many',
      },
    },
    {
      name: 'place-of-the-refused',
      off: 'a client that was refused keeps another one out until its connection has closed',
      file: 'packages/tls/src/listen/admission-control.ts',
      find: '    this.#free(socket);\n    // Before the socket is destroyed',
      replace: '    // Before the socket is destroyed',
      test: {
        file: 'packages/tls/test/short-places.test.ts',
        title: 'is free for the next one at once, before the refused one has closed',
      },
    },
    {
      name: 'partner-bound',
      off: 'one partner that comes from many addresses takes every place of an edge for partners',
      file: 'packages/edge/src/partner-limits.ts',
      find: '    maxConnectionsPerPeer: ofPartner,\n',
      replace: '',
      test: {
        file: 'tooling/links-outside/partner-places.test.ts',
        title:
          'one partner with as many connections as the edge has places, of several certificates and from several addresses, keeps no other partner out',
      },
    },
    {
      name: 'partner-share',
      off: 'one partner takes every place of an edge that has few',
      file: 'packages/edge/src/partner-limits.ts',
      find: 'Math.min(mostOfPartner, Math.floor(places / 4))',
      replace: 'mostOfPartner',
      test: {
        file: 'packages/edge/src/partner-limits.test.ts',
        title: 'of 100 places one partner has at most 25',
      },
    },
    {
      name: 'partner-most',
      off: 'one partner takes a quarter of the memory that the connections of an edge may take',
      file: 'packages/edge/src/partner-limits.ts',
      find: 'Math.min(mostOfPartner, Math.floor(places / 4))',
      replace: 'Math.floor(places / 4)',
      test: {
        file: 'packages/edge/src/partner-limits.test.ts',
        title: 'of 1000000 places one partner has at most 4000',
      },
    },
  ],
};
