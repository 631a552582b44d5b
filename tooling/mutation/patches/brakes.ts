import type { PatchList } from '../patch.ts';

/** What a peer may send without being asked, and how often. */
export const patches: PatchList = {
  name: 'brakes',
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
  ],
};
