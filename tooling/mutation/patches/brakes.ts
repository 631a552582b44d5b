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
      file: 'packages/sip-endpoint/src/transaction/answer-cancel.ts',
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
      name: 'keep-alives-without-end',
      off: 'an outsider keeps a server busy with keep-alives',
      file: 'packages/sip-endpoint/src/connection/connection.ts',
      find: 'this.#reading.keptAlive(unasked)',
      replace: 'this.#closed',
      test: {
        file: 'packages/sip-endpoint/test/connection.test.ts',
        title: 'holds up a client that sends many pings, says so, and reads on from it twice a second',
      },
    },
    {
      name: 'pongs-to-nothing',
      off: 'the same with answers to pings that nobody has sent',
      file: 'packages/sip-endpoint/src/connection/connection.ts',
      find: 'this.#reading.keptAlive(unasked)',
      replace: "kind === 'ping' && this.#reading.keptAlive(unasked)",
      test: {
        file: 'packages/sip-endpoint/test/connection.test.ts',
        title: 'holds up a client for many pongs to nothing',
      },
    },
    {
      name: 'break-before-a-message',
      off: 'a client that writes a line break before each message is held up for keep-alives',
      file: 'packages/sip/src/framing/stream-framer.ts',
      find: 'from === 0 && at === bytes.length ? 1 : 0',
      replace: 'from === 0 ? 1 : 0',
      test: {
        file: 'packages/sip/src/framing/stream-framer.test.ts',
        title: 'tells a line break that comes with a message from a pong that comes alone (RFC 3261 §7.5)',
      },
    },
    {
      name: 'break-behind-a-message',
      off: 'the same with a line break behind each message',
      file: 'packages/sip/src/framing/stream-framer.ts',
      find: 'from === 0 && at === bytes.length ? 1 : 0',
      replace: 'at === bytes.length ? 1 : 0',
      test: {
        file: 'packages/sip/src/framing/stream-framer.test.ts',
        title: 'tells a line break that comes with a message from a pong that comes alone (RFC 3261 §7.5)',
      },
    },
    {
      name: 'breaks-of-messages',
      off: 'line breaks at messages count as pongs to nothing',
      file: 'packages/sip-endpoint/src/connection/connection.ts',
      find: 'if (unasked <= 0) return;',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/test/connection.test.ts',
        title:
          'holds up no client that writes a line break before each message (RFC 3261 §7.5), which answers a ping all the same',
      },
    },
    {
      name: 'pong-with-a-message',
      off: 'an answer to a ping that comes together with a message is missed',
      file: 'packages/sip/src/framing/stream-framer.ts',
      find: 'if (this.#breaks === 1 && (at === bytes.length || bytes[at] !== CR)) {',
      replace: 'if (this.#breaks === 1 && from === 0 && at === bytes.length) {',
      test: {
        file: 'packages/sip-endpoint/test/connection.test.ts',
        title:
          'holds up no client that writes a line break before each message (RFC 3261 §7.5), which answers a ping all the same',
      },
    },
    {
      name: 'keep-alives-of-a-server',
      off: 'all behind a server wait because it has sent many keep-alives',
      file: 'packages/sip-endpoint/src/connection/peer-limits.ts',
      find: 'return Number.POSITIVE_INFINITY;',
      replace: 'return refusalsOfClient;',
      test: {
        file: 'packages/sip-endpoint/test/connection.test.ts',
        title: 'holds up no server, for many stand behind it',
      },
    },
    {
      name: 'refusals-without-end',
      off: 'an outsider keeps a server busy with requests that it refuses for what they are',
      file: 'packages/sip-endpoint/src/transaction/transaction-layer.ts',
      find: 'connection.refusedAtOnce(isOrdinaryRefusal(transaction.request, response.status));',
      replace: '',
      test: {
        file: 'packages/sip-relay/test/hostile-peers.test.ts',
        title: 'is not read for a while: a refusal takes time as well, before anybody is asked',
      },
    },
    {
      name: 'refusals-of-the-honest',
      off: 'a client behind which many register waits because of their challenges',
      file: 'packages/sip-endpoint/src/transaction/ordinary-refusal.ts',
      find: '!isFailure || ordinary.has(status) || request.to.tag !== undefined',
      replace: '!isFailure || request.to.tag !== undefined',
      test: {
        file: 'packages/sip-endpoint/test/refused-at-once.test.ts',
        title: 'counts an eighth where it meets those who do nothing wrong: a challenge',
      },
    },
    {
      name: 'refusals-in-dialogs',
      off: 'what crosses with the end of a dialog counts as a request that nobody should send',
      file: 'packages/sip-endpoint/src/transaction/ordinary-refusal.ts',
      find: '!isFailure || ordinary.has(status) || request.to.tag !== undefined',
      replace: '!isFailure || ordinary.has(status)',
      test: {
        file: 'packages/sip-endpoint/test/refused-at-once.test.ts',
        title:
          'counts an eighth where it meets those who do nothing wrong: what crosses with the end of a dialog',
      },
    },
    {
      name: 'partner-without-end',
      off: 'a partner keeps an edge busy with what leads to nothing',
      file: 'packages/sip-endpoint/src/connection/peer-limits.ts',
      find: "kind === 'partner' || madeByOthers",
      replace: 'madeByOthers',
      test: {
        file: 'packages/sip-endpoint/test/refused-at-once.test.ts',
        title:
          'is held up for half a second as a client is, after sixteen times as much, where it cancels what was never begun',
      },
    },
    {
      name: 'partner-as-a-client',
      off: 'all behind a partner wait for what one of them sends',
      file: 'packages/sip-endpoint/src/connection/peer-limits.ts',
      find: "kind === 'unknown' || kind === 'user'",
      replace: "kind !== 'server'",
      test: {
        file: 'packages/sip-endpoint/test/refused-at-once.test.ts',
        title: 'is held up for keep-alives after sixteen times as many, and the log says so',
      },
    },
    {
      name: 'gateway-without-end',
      off: 'a gateway keeps a mediation server busy with what leads to nothing',
      file: 'packages/sip-endpoint/src/connection/peer-limits.ts',
      find: "new Set(['gateway', ",
      replace: 'new Set([',
      test: {
        file: 'packages/sip-endpoint/test/refused-at-once.test.ts',
        title: 'is held up as a partner is, and not closed, where it answers what nobody has asked',
      },
    },
    {
      name: 'application-without-end',
      off: 'an application keeps a front end busy with what leads to nothing',
      file: 'packages/sip-endpoint/src/connection/peer-limits.ts',
      find: ", 'trusted-application']",
      replace: ']',
      test: {
        file: 'packages/sip-endpoint/test/refused-at-once.test.ts',
        title: 'is held up as a partner is, and not closed, where it answers what nobody has asked',
      },
    },
    {
      name: 'held-up-in-silence',
      off: 'nothing says that a peer is not read from because of its answers to nothing',
      file: 'packages/sip-endpoint/src/connection/connection.ts',
      find: "if (this.#reading.refusedAtOnce(isModest)) this.#user.onHeldUp('refusals', this);",
      replace: 'this.#reading.refusedAtOnce(isModest);',
      test: {
        file: 'packages/sip-endpoint/test/refused-at-once.test.ts',
        title: 'is named in the log where it is held up for answers to nothing, which nobody refuses',
      },
    },
    {
      name: 'pongs-at-once',
      off: 'a server writes as many pongs as somebody sends line breaks',
      file: 'packages/sip-endpoint/src/connection/connection.ts',
      find: 'Math.min(unasked, mostPongs)',
      replace: 'unasked',
      test: {
        file: 'packages/sip-endpoint/test/connection.test.ts',
        title: 'answers eight of the pings that come at once, and no more',
      },
    },
    {
      name: 'pings-that-follow',
      off: 'each of tens of thousands of line breaks is told by itself',
      file: 'packages/sip/src/framing/stream-framer.ts',
      find: "if (breaks > 1) sink.keepAlive?.('ping', Math.floor(breaks / 2));",
      replace: "for (let i = 1; i < breaks; i += 2) sink.keepAlive?.('ping', 1);",
      test: {
        file: 'packages/sip/src/framing/stream-framer.test.ts',
        title: 'tells pings that follow each other once, with how many they are',
      },
    },
    {
      name: 'keep-alives-unsaid',
      off: 'nobody learns who keeps a server busy with keep-alives',
      file: 'packages/sip-relay/src/proxy-runtime.ts',
      find: 'onHeldUp: (why, connection) => logHeldUp(log, this.#refusals, why, connection),',
      replace: '',
      test: {
        file: 'packages/sip-relay/test/hostile-peers.test.ts',
        title: 'is named in the log',
      },
    },
  ],
};
