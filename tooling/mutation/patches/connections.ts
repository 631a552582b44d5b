import type { PatchList } from '../patch.ts';

const folder = 'packages/sip-endpoint/src/connection/';

/** In which order what comes over connections is read, how long they stay, and how a server takes leave of them. */
export const patches: PatchList = {
  name: 'connections',
  list: [
    {
      name: 'what-waits-is-a-copy',
      off: 'what came while a connection was paused is overwritten by what others send',
      file: `${folder}take-bytes.ts`,
      find: 'push.call(socket, Buffer.from(bytes))',
      replace: 'push.call(socket, bytes)',
      test: {
        file: `${folder}shared-reads.test.ts`,
        title: 'hands over each byte once and in order, however it is written, paused and ended',
      },
    },
    {
      name: 'a-turn-copies',
      off: 'what one connection has sent is overwritten by others before the end of the turn',
      file: `${folder}loop-turn.ts`,
      find: 'return this.#bytes.copy(bytes);',
      replace: 'return bytes;',
      test: {
        file: `${folder}shared-reads.test.ts`,
        title: 'has bytes of its own until the end of the turn, whatever others have sent meanwhile',
      },
    },
    {
      name: 'a-full-turn-copies',
      off: 'what comes late in a turn in which very much comes is overwritten before it is read',
      file: `${folder}turn-bytes.ts`,
      find: 'return Buffer.from(bytes);',
      replace: 'return bytes;',
      test: {
        file: `${folder}turn-bytes.test.ts`,
        title: 'have memory of their own once there are too many',
      },
    },
    {
      name: 'untaken-bytes-stay',
      off: 'what a kernel has not taken yet is overwritten by what goes to others',
      file: `${folder}write-slab.ts`,
      find: 'if (this.waiting > 0) return;',
      replace: '',
      test: {
        file: `${folder}write-slab.test.ts`,
        title: 'are those of the text, each write by itself, until all of them are taken',
      },
    },
    {
      name: 'stuck-peers-have-an-end',
      off: 'peers who take nothing have a server keep as much as they like',
      file: `${folder}write-slab.ts`,
      find: 'if (this.#waiting === mostWaiting) return undefined;',
      replace: '',
      test: {
        file: `${folder}write-slab.test.ts`,
        title: 'take 2 MiB at most of peers who take nothing, and are there again when these have',
      },
    },
    {
      name: 'slabs-for-tls-alone',
      off: 'a stream that keeps what it is given has it overwritten',
      file: `${folder}gathered-writes.ts`,
      find: 'socket instanceof TLSSocket ? turn.slab : undefined',
      replace: 'socket instanceof TLSSocket ? turn.slab : turn.slab',
      test: {
        file: `${folder}gathered-writes.test.ts`,
        title: 'goes out in one piece at the end of the turn',
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
      name: 'flow-that-lasts',
      off: 'a client registers as fast as it can at a server that closes behind each answer',
      file: 'packages/sip-endpoint/src/user-agent/registration.ts',
      find: 'if (now - this.#succeededAt >= leastFlowMs) this.proven();',
      replace: 'if (now > 0) this.proven();',
      test: {
        file: 'packages/sip-endpoint/src/user-agent/registration.test.ts',
        title:
          'waits where the successor of such a flow closes at once too, and counts it as good once it has lasted',
      },
    },
    {
      name: 'garbage-is-answered-by-a-pause',
      off: 'a peer that was dialled and sends what is not SIP has a handshake for each request',
      file: 'packages/sip-endpoint/src/endpoint.ts',
      find: 'if (fault.fatal) this.#pool.broken(',
      replace: 'if (fault.fatal && !fault) this.#pool.broken(',
      test: {
        file: 'packages/sip-endpoint/test/garbage-from-dialled.test.ts',
        title: 'and sends octets that are not SIP is left alone for a moment, however often it is asked for',
      },
    },
    {
      name: 'broken-tls-is-answered-by-a-pause',
      off: 'a peer that was dialled and breaks TLS has a handshake for each request',
      file: 'packages/sip-endpoint/src/endpoint.ts',
      find: 'if (broken !== undefined) this.#pool.broken(',
      replace: 'if (broken === null) this.#pool.broken(',
      test: {
        file: 'packages/sip-endpoint/test/garbage-from-dialled.test.ts',
        title: 'and sends records that are not TLS is left alone for a moment, however often it is asked for',
      },
    },
  ],
};
