import type { PatchList } from '../patch.ts';

/** In which order what comes over connections is read, how long they stay, and how a server takes leave of them. */
export const patches: PatchList = {
  name: 'connections',
  list: [
    {
      name: 'refused-acks',
      off: 'an outsider keeps a server busy with ACKs that it refuses',
      file: 'packages/sip-relay/src/proxy-runtime.ts',
      find: "if ('reason' in sender) {\n      // No answer says so; who sends it all the same costs no less than with a request.\n      connection.refusedAtOnce(false);",
      replace: "if ('reason' in sender) {",
      test: {
        file: 'packages/sip-relay/test/hostile-peers.test.ts',
        title:
          'is not read for a while, where it is not known: an ACK has no answer, and costs as much as a request',
      },
    },
    {
      name: 'malformed-without-end',
      off: 'an outsider keeps a server busy with malformed messages',
      file: 'packages/sip-endpoint/src/endpoint.ts',
      find: 'connection.refusedAtOnce(false);',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/test/hostile-bytes.test.ts',
        title: 'holds up a client whose messages are no messages, and reads on from it twice a second',
      },
    },
    {
      name: 'cancels-without-end',
      off: 'an outsider keeps a server busy with CANCELs of nothing',
      file: 'packages/sip-endpoint/src/transaction/transaction-layer.ts',
      find: 'if (!isKnown) connection.refusedAtOnce(false);',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/test/hostile-bytes.test.ts',
        title: 'holds up a client that cancels what was never begun, and reads on from it twice a second',
      },
    },
    {
      name: 'old-branches-without-end',
      off: 'an outsider keeps a server busy with branches of RFC 2543',
      file: 'packages/sip-endpoint/src/transaction/transaction-layer.ts',
      find: "connection.refusedAtOnce(false);\n      if (request.method === 'ACK') return undefined;",
      replace: "if (request.method === 'ACK') return undefined;",
      test: {
        file: 'packages/sip-endpoint/test/hostile-bytes.test.ts',
        title:
          'holds up a client that acknowledges with branches of RFC 2543, and reads on from it twice a second',
      },
    },
    {
      name: 'strays-without-end',
      off: 'an outsider keeps a server busy with answers to nothing',
      file: 'packages/sip-endpoint/src/transaction/transaction-layer.ts',
      find: 'connection.refusedAtOnce(false);\n      this.#user.onStrayResponse',
      replace: 'this.#user.onStrayResponse',
      test: {
        file: 'packages/sip-endpoint/test/hostile-bytes.test.ts',
        title: 'holds up a client that answers what nobody has asked, and reads on from it twice a second',
      },
    },
    {
      name: 'accepted-without-end',
      off: 'a telephone repeats its 2xx as fast as it likes, and the caller gets all of them',
      file: 'packages/sip-endpoint/src/transaction/transaction-layer.ts',
      find: "response.status < 200 || transaction.state === 'accepted'",
      replace: 'response.status < 200',
      test: {
        file: 'packages/sip-endpoint/src/transaction/in-passing.test.ts',
        title:
          'lets a telephone repeat its 2xx until it is acknowledged, and holds up one that repeats it without end',
      },
    },
    {
      name: 'accepted-and-kept-without-end',
      off: 'the same, where a record stands in the place of the call',
      file: 'packages/sip-endpoint/src/transaction/accepted-invites.ts',
      find: 'if (!response.isSuccess || isTooMany(accepted, connection, this.#wheel)) {',
      replace: 'if (!response.isSuccess) {',
      test: {
        file: 'packages/sip-endpoint/src/transaction/accepted-invites.test.ts',
        title: 'holds up a telephone that repeats its 2xx without end',
      },
    },
    {
      name: 'devices-behind-a-server',
      off: 'one device that rings without end keeps the ringing of all others behind its server from the caller',
      file: 'packages/sip-endpoint/src/transaction/in-passing.ts',
      find: 'server === undefined ? atOnce : atOnceOfServer',
      replace: 'server === undefined ? atOnce : atOnce',
      test: {
        file: 'packages/sip-endpoint/src/transaction/in-passing.test.ts',
        title: 'has a server answer for sixteen devices',
      },
    },
    {
      name: 'provisionals-without-end',
      off: 'a telephone that is called rings as often as it likes, at the cost of the caller',
      file: 'packages/sip-endpoint/src/transaction/in-passing.ts',
      find: 'if (paid - now >= (server === undefined ? atOnce : atOnceOfServer)) return true;',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/src/transaction/in-passing.test.ts',
        title: 'passes 32 provisional responses at once, and one a second from then on',
      },
    },
    {
      name: 'answers-in-passing',
      off: 'further answers that somebody else writes for a caller hold the caller up as its own would',
      file: 'packages/sip-endpoint/src/transaction/in-passing.ts',
      find: 'return status < 200 || (isSuccess && context.counted === 0);',
      replace: 'return status < 200 && isSuccess && context.counted === 0;',
      test: {
        file: 'packages/sip-endpoint/src/transaction/in-passing.test.ts',
        title: 'sends the first 2xx as an answer, and those after it in passing, as provisional ones',
      },
    },
    {
      name: 'passing-takes-little',
      off: 'a telephone fills what waits for its caller, until the caller is not read from',
      file: 'packages/sip-endpoint/src/connection/outgoing.ts',
      find: '(bytes <= this.#max * shareOfOthers && this.#ledger.has(size, 0))',
      replace: 'size > 0',
      test: {
        file: 'packages/sip-endpoint/test/back-pressure.test.ts',
        title:
          'is read from, and keeps its connection, however many provisional answers and further 2xx others write for it',
      },
    },
    {
      name: 'cancelled-is-408',
      off: 'a call that is cancelled and never answered ends with 500, and counts against its caller',
      file: 'packages/sip-relay/src/relay/relay.ts',
      find: 'branch.owner.isAbandoned = true;',
      replace: '',
      test: {
        file: 'packages/sip-relay/test/unanswered-cancel.test.ts',
        title:
          'a call whose CANCEL its device never follows ends with 408 (RFC 3261 §16.8), not as one that could not be sent',
      },
    },
    {
      name: 'first-chunk-as-always',
      off: 'a server that has answered and closes within seconds counts as one that has refused us',
      file: 'packages/sip-endpoint/src/connection/take-bytes.ts',
      find: 'let isFirst = true;',
      replace: 'let isFirst = false;',
      test: {
        file: 'packages/sip-endpoint/src/connection/take-bytes.test.ts',
        title: 'shows the first chunk, and the end, to what has put a push of its own there before',
      },
    },
    {
      name: 'order-of-chunks',
      off: 'what comes while earlier bytes of the same socket still wait is read before them',
      file: 'packages/sip-endpoint/src/connection/take-bytes.ts',
      find: 'socket.readableFlowing === true && socket.readableLength === 0',
      replace: 'socket.readableFlowing === true',
      test: {
        file: 'packages/sip-endpoint/src/connection/take-bytes.test.ts',
        title: 'waits while the socket is paused, asks its source to stop, and comes in order afterwards',
      },
    },
    {
      name: 'role-of-the-last-verdict',
      off: 'a connection keeps the role of its first verdict',
      file: 'packages/sip-endpoint/src/connection/connection.ts',
      find: '    return peerOf(this.socket) as Peer;',
      replace:
        '    return (this.#first ??= peerOf(this.socket) as Peer);\n  }\n  #first: Peer | undefined;\n  get first(): Peer | undefined {\n    return this.#first;',
      test: {
        file: 'packages/sip-endpoint/test/connection.test.ts',
        title: 'has the role of the last verdict, not that of the first',
      },
    },
    {
      name: 'silent-peers-end',
      off: 'a peer that says nothing keeps its connection for ever',
      file: 'packages/sip-endpoint/src/connection/idle-watch.ts',
      find: 'else connection.idledOut();',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/src/connection/idle-watch.test.ts',
        title: 'ends when its time is over, no earlier and an eighth later at most',
      },
    },
    {
      name: 'bytes-before-the-end',
      off: 'the last message before the end of a stream is not read',
      file: 'packages/sip-endpoint/src/connection/arrived-bytes.ts',
      find: "    socket.on('end', () => this.#readAll());\n",
      replace: '',
      test: {
        file: 'packages/sip-endpoint/src/connection/loop-turn.test.ts',
        title: 'are read before the end of the stream is heard',
      },
    },
    {
      name: 'ended-connections-unread',
      off: 'a message counts whose connection was ended because its peer has lost its standing',
      file: 'packages/sip-endpoint/src/connection/arrived-bytes.ts',
      find: 'if (!this.#socket.destroyed) this.#read(bytes);',
      replace: 'this.#read(bytes);',
      test: {
        file: 'packages/sip-endpoint/src/connection/loop-turn.test.ts',
        title: 'are not read where the connection was ended before the turn was over',
      },
    },
    {
      name: 'readers-that-wait',
      off: 'peers have as many chunks wait as come within a turn',
      file: 'packages/sip-endpoint/src/connection/loop-turn.ts',
      find: 'if (this.#chunks === maxChunks) return false;',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/src/connection/loop-turn.test.ts',
        title: 'do not all wait: one beyond the most reads at once',
      },
    },
    {
      name: 'few-chunks-wait',
      off: 'a peer has as many bytes wait as come within a turn',
      file: 'packages/sip-endpoint/src/connection/arrived-bytes.ts',
      find: 'if (this.#chunks.length >= maxChunksOfPeer) this.#readAll();',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/src/connection/loop-turn.test.ts',
        title: 'wait for the end of the turn in so many chunks of a peer and no more, and keep their order',
      },
    },
    {
      name: 'make-before-break',
      off: 'a connection is used until a certificate of it ends',
      file: 'packages/sip-endpoint/src/connection/when-aged.ts',
      find: 'after(Math.min(leftMs, longestAgeMs) * (0.7 + 0.1 * random()), () => {',
      replace: 'after(leftMs * (1.7 + 0.1 * random()), () => {',
      test: {
        file: 'packages/sip-endpoint/src/connection/when-aged.test.ts',
        title:
          'is replaced when three quarters of the time to the first end have passed, and closed ten minutes later',
      },
    },
    {
      name: 'newest-of-those-that-came',
      off: 'the oldest connection of a server stays in use',
      file: 'packages/sip-endpoint/src/connection/connection-pool.ts',
      find: 'if (open.length > 0 && open.every((other) => !this.#dialled.has(other))) this.#open.delete(name);',
      replace: "if (open.length > 0 && name === '') this.#open.delete(name);",
      test: {
        file: 'packages/sip-endpoint/src/connection/connection-pool.test.ts',
        title: 'give way to a newer one that the same server has opened: its certificates last longer',
      },
    },
    {
      name: 'replaced-by-one',
      off: 'a connection is replaced as often as somebody asks before the first answer',
      file: 'packages/sip-endpoint/src/connection/connection-pool.ts',
      find: 'this.#replacing.has(connection) || ',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/src/connection/connection-pool.test.ts',
        title: 'are replaced by one other, however many ask for it at once',
      },
    },
    {
      name: 'surplus-replacement',
      off: 'a connection that was dialled for one that has closed meanwhile stays open beside the one in use',
      file: 'packages/sip-endpoint/src/connection/connection-pool.ts',
      find: 'else if (!isTaken) next.close();',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/src/connection/connection-pool.test.ts',
        title:
          'that close while they are replaced leave their place to the new one, or to what has taken it meanwhile',
      },
    },
    {
      name: 'two-pongs',
      off: 'the second answer to a keep-alive counts as a ping, and the connection as dead',
      file: 'packages/sip-endpoint/src/connection/connection.ts',
      find: 'if (this.#pingsDue > 0) {',
      replace: "if (kind === 'pong' && this.#pingsDue > 0) {",
      test: {
        file: 'packages/sip-endpoint/test/connection.test.ts',
        title:
          'takes each answer to a ping for one, and answers none: two, one after the other, look like a ping',
      },
    },
    {
      name: 'drain-waits-for-answers',
      off: 'a server that is told to stop cuts requests off that are under way',
      file: 'packages/sip-endpoint/src/connection/drain.ts',
      find: "new Set(['calling', 'trying', 'proceeding'])",
      replace: "new Set(['calling', 'trying'])",
      test: {
        file: 'packages/sip-endpoint/src/connection/drain.test.ts',
        title: 'keeps a connection on which a transaction is proceeding, and half a second longer for an ACK',
      },
    },
    {
      name: 'drain-at-a-pace',
      off: 'all clients of a server that stops come to the others in the same moment',
      file: 'packages/sip-endpoint/src/connection/drain.ts',
      find: '!this.#isQuiet(connection) || closed >= most',
      replace: '!this.#isQuiet(connection) || most === 0',
      test: {
        file: 'packages/sip-endpoint/src/connection/drain.test.ts',
        title: 'closes idle connections of clients a few at a time, and those of servers after them',
      },
    },
    {
      name: 'drain-ends',
      off: 'one call that rings keeps a server from stopping',
      file: 'packages/sip-endpoint/src/connection/drain.ts',
      find: 'if (!isDrained && plan.looksLeft > 0) return;',
      replace: 'if (!isDrained) return;',
      test: {
        file: 'packages/sip-endpoint/src/connection/drain.test.ts',
        title: 'ends at once where its time is 0',
      },
    },
    {
      name: 'unproven-keep-places',
      off: 'who holds connections open and proves nothing shuts out everybody else at a front end',
      file: 'packages/sip-relay/src/inside/inside-sockets.ts',
      find: "limits: { ...limits, whenPlacesAreShort: 'close-unproven' },",
      replace: 'limits,',
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
        file: 'packages/tls/test/bounds.test.ts',
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
        file: 'packages/tls/test/bounds.test.ts',
        title: 'closes one for a client whose handshake has ended, also while others hold handshakes open',
      },
    },
    {
      name: 'place-after-the-handshake',
      off: 'more connections stay open than the listener has places',
      file: 'packages/tls/src/listen/admission-control.ts',
      find: "typeof place === 'object' ? place : this.#takePlace();",
      replace: "typeof place === 'object' ? place : undefined;",
      test: {
        file: 'packages/tls/test/bounds.test.ts',
        title: 'refuses a client after its handshake where all have proven who they are in the meantime',
      },
    },
    {
      name: 'proven-by-certificate',
      off: 'a peer that has shown a certificate gives its place to who proves nothing',
      file: 'packages/tls/src/listen/admission-control.ts',
      find: 'if (proven === undefined) this.#takeUnproven(socket);',
      replace: 'this.#takeUnproven(socket);',
      test: {
        file: 'packages/tls/test/bounds.test.ts',
        title:
          'closes the oldest client that has proven nothing for one more, of the address that has most, and none that has',
      },
    },
  ],
};
