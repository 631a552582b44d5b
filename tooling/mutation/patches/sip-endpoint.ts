import type { MutationPatch, PatchList } from '../patch.ts';

const accepted = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-endpoint/src/transaction/accepted-invites.test.ts',
  title,
});

/** What an endpoint does with time and with answers. */
export const patches: PatchList = {
  name: 'sip-endpoint',
  list: [
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
      name: 'stale-for-ever',
      off: 'a server that calls every nonce too old is answered for ever',
      file: 'packages/sip-endpoint/src/user-agent/user-agent-session.ts',
      find: 'answered < mostAnswers && isChallenge(response)',
      replace: 'answered < 10 && isChallenge(response)',
      test: {
        file: 'packages/sip-endpoint/src/user-agent/user-agent-session.test.ts',
        title: 'is sent four times at most, whatever servers say of its nonces',
      },
    },
    {
      name: 'branches-of-one-connection',
      off: 'a client guesses the branches of requests to others, and answers in their place',
      file: 'packages/sip-endpoint/src/endpoint.ts',
      find: 'connection.branchPrefix ??= this.newToken();',
      replace: "connection.branchPrefix = '0123456789abcdef01';",
      test: {
        file: 'packages/sip-endpoint/test/branches.test.ts',
        title: 'are new each time, and those of one connection tell nothing of another’s',
      },
    },
    {
      name: 'monotonic-timers',
      off: 'a change of the system clock ends or holds up every transaction',
      file: 'packages/sip-endpoint/src/timer/timer-wheel.ts',
      find: 'clock: () => number = monotonicNow',
      replace: 'clock: () => number = Date.now',
      test: {
        file: 'packages/sip-endpoint/src/timer/timer-wheel.test.ts',
        title: 'wakes when its time has passed, though the system clock is set by 3600000 ms',
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
      name: 'every-2xx-acknowledged',
      off: 'the second device that answers is never acknowledged nor ended',
      file: 'packages/sip-endpoint/src/ask-request.ts',
      find: 'if (response.status >= 200 && response.status < 300) onFurtherSuccess?.(response);',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/test/forked-call.test.ts',
        title: 'acknowledges each of them, again when it answers again, and ends all but the first',
      },
    },
    {
      name: 'require',
      off: 'a call rings that requires what the telephone cannot do',
      file: 'packages/sip-endpoint/src/user-agent/user-agent.ts',
      find: "if (request.has('Require')) {",
      replace: "if (request.method === 'REGISTER' && request.has('Require')) {",
      test: {
        file: 'packages/sip-endpoint/test/forked-call.test.ts',
        title: 'does not ring: it is answered 420, and the extensions are named (RFC 3261 §8.2.2.3)',
      },
    },
    {
      name: 'ack-dials',
      off: 'an ACK whose connection has closed is dropped',
      file: 'packages/sip-relay/src/relay/ack-forwarding.ts',
      find: 'else if (!(to instanceof SipConnection)) this.#dial(to, target, { groups, at, rules, sender });',
      replace: '',
      test: {
        file: 'packages/sip-relay/src/relay/relay.test.ts',
        title: 'goes on although the connection of its dialog has closed: the next hop is dialled',
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
      name: 'registration-half-life',
      off: 'a registration is renewed when it has ended already',
      file: 'packages/sip-endpoint/src/user-agent/registration.ts',
      find: 'Math.max(shortestWaitMs, ms / 2)',
      replace: 'Math.max(shortestWaitMs, ms + 1)',
      test: {
        file: 'packages/sip-endpoint/src/user-agent/registration.test.ts',
        title: 'is renewed at half of the time that was granted, again and again',
      },
    },
    {
      name: 'registration-back-off',
      off: 'ten thousand clients ask a server that does not run without a pause',
      file: 'packages/sip-endpoint/src/user-agent/registration-state.ts',
      find: 'return longest * (0.5 + random / 2);',
      replace: 'return longest * 0;',
      test: {
        file: 'packages/sip-endpoint/src/user-agent/registration.test.ts',
        title: 'waits longer after each failure, also after the first attempt, and tells of what it failed',
      },
    },
    {
      name: 'registration-unproven-flow',
      off: 'a server that accepts and closes at once is asked without a pause',
      file: 'packages/sip-endpoint/src/user-agent/registration.ts',
      find: 'if (this.#isProven && !isUp) {',
      replace: 'if (!isUp) {',
      test: {
        file: 'packages/sip-endpoint/src/user-agent/registration.test.ts',
        title:
          'waits where the connection breaks before a keep-alive was answered, so that no server is asked without pause',
      },
    },
    {
      name: 'registration-refused',
      off: 'a user whose password is wrong is asked for again and again',
      file: 'packages/sip-endpoint/src/user-agent/registration.ts',
      find: 'return status === 408 || status === 430 || status === 480;',
      replace: 'return status >= 400;',
      test: {
        file: 'packages/sip-endpoint/src/user-agent/registration.test.ts',
        title: 'ends where the registrar answers 403: asking again is of no use',
      },
    },
    {
      name: 'keep-alive-answer',
      off: 'a dead connection counts as good until TCP finds out',
      file: 'packages/sip-endpoint/src/user-agent/keep-alive.ts',
      find: 'connection.close();',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/src/user-agent/keep-alive.test.ts',
        title: 'close the connection where no answer comes within 10 s',
      },
    },
    {
      name: 'keep-alive-learns',
      off: 'an address translator that forgets after 4 s cuts the user off again and again',
      file: 'packages/sip-endpoint/src/user-agent/keep-alive.ts',
      find: 'const longest = Math.min(this.#longestMs, this.#learntMs);',
      replace: 'const longest = this.#longestMs;',
      test: {
        file: 'packages/front-end/test/stays-reachable.test.ts',
        title:
          'stays reachable for an hour over a server restart, an idle limit of 4 s and changed addresses',
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
      name: 'flow-of-the-device',
      off: 'a binding whose connection has died unnoticed stays beside the new one',
      file: 'packages/sip-endpoint/src/user-agent/register-request.ts',
      find: "return this.#isOutbound ? address.withParameter('reg-id', regId) : address;",
      replace: 'return address;',
      test: {
        file: 'packages/sip-endpoint/src/user-agent/register-request.test.ts',
        title:
          'names device and flow, the same each time, so that the registrar replaces the one before (RFC 5626 §4.2)',
      },
    },
    {
      name: 'next-server',
      off: 'a user agent dials the server again that has just failed, and no other',
      file: 'packages/sip-endpoint/src/user-agent/user-agent.ts',
      find: 'this.#avoidsLast = true;',
      replace: 'this.#avoidsLast = false;',
      test: {
        file: 'packages/sip-endpoint/test/other-servers.test.ts',
        title:
          'registers at the next one when the connection to the first breaks, and what follows goes there',
      },
    },
    {
      name: 'credentials-in-ack',
      off: 'the ACK for a 2xx has no credentials, and a server drops it',
      file: 'packages/sip-endpoint/src/user-agent/invite-answers.ts',
      find: "for (const name of ['Authorization', 'Proxy-Authorization'])",
      replace: 'for (const name of [])',
      test: {
        file: 'packages/sip-endpoint/test/forked-call.test.ts',
        title:
          'has the credentials of the INVITE in its ACK, which nobody can challenge (RFC 3261 §13.2.2.4)',
      },
    },
    {
      name: 'chosen-answer-is-final',
      off: 'an application answers with a provisional status, and the request hangs',
      file: 'packages/sip-endpoint/src/user-agent/answer.ts',
      find: 'if (!(status >= 200 && status <= 699)) {',
      replace: 'if (!(status >= 100 && status <= 699)) {',
      test: {
        file: 'packages/sip-endpoint/test/in-call.test.ts',
        title: 'is answered as the application chooses: a provisional status, which is none: 500',
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
      name: 'accepted-copies',
      off: 'a copy of an INVITE that was accepted is a new call',
      file: 'packages/sip-endpoint/src/transaction/transaction-layer.ts',
      find: "if (request.method === 'INVITE' && this.accepted.hasReceived(branch, request, connection))",
      replace: 'if (this.accepted.size < 0)',
      test: accepted(
        'is found for 32 seconds: its copies are absorbed, its further 2xx delivered, and then neither',
      ),
    },
    {
      name: 'accepted-by-whom',
      off: 'anybody who knows its branch answers a call that was accepted once more',
      file: 'packages/sip-endpoint/src/transaction/accepted-invites.ts',
      find: 'end.key === branch && mayAnswer(end.connection, connection)',
      replace: 'end.key === branch && mayAnswer(end.connection, end.connection)',
      test: accepted(
        'belongs to its connections: the same branch over another one is another INVITE, or nobody’s answer',
      ),
    },
    {
      name: 'accepted-makes-room',
      off: 'calls that were accepted keep their sender from calling',
      file: 'packages/sip-endpoint/src/transaction/accepted-invites.ts',
      find: 'ledger?.forgettable.add(accepted);',
      replace: '',
      test: accepted(
        'is memory of its sender, and goes before its time where that has no room for what comes',
      ),
    },
    {
      name: 'accepted-with-one-hash',
      off: 'who chooses branches with one hash has everybody wait while they are looked through',
      file: 'packages/sip-endpoint/src/transaction/accepted-ends.ts',
      find: 'if (++count === mostInSlot) return false;',
      replace: 'count++;',
      test: accepted('have no room for more than sixteen that somebody has given one hash'),
    },
  ],
};
