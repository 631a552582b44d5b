import type { PatchList } from '../patch.ts';

/** What a user sends in dialogs, where nothing is refused. */
export const patches: PatchList = {
  name: 'dialog-share',
  list: [
    {
      name: 'in-dialogs-without-end',
      off: 'a user keeps a server busy with requests in a call of their own',
      file: 'packages/sip-endpoint/src/transaction/transaction-layer.ts',
      find: "'REGISTER' || request.to.tag !== undefined",
      replace: "'REGISTER'",
      test: {
        file: 'packages/sip-endpoint/src/transaction/transaction-layer.test.ts',
        title: 'counts: requests with a tag in To, and ACKs that acknowledge a 2xx',
      },
    },
    {
      name: 'registers-without-end',
      off: 'a user keeps the servers of a pool busy with registrations',
      file: 'packages/sip-endpoint/src/transaction/transaction-layer.ts',
      find: "request.method === 'REGISTER' || ",
      replace: '',
      test: {
        file: 'packages/sip-endpoint/test/hostile-bytes.test.ts',
        title:
          'lets all devices of a user register at once, and holds up a user who registers without end, over all connections',
      },
    },
    {
      name: 'acks-without-end',
      off: 'a user keeps a server busy with ACKs',
      file: 'packages/sip-endpoint/src/transaction/transaction-layer.ts',
      find: "isAck ? known?.state !== 'completed' : known",
      replace: "isAck ? known !== undefined && known.state !== 'completed' : known",
      test: {
        file: 'packages/sip-endpoint/src/transaction/transaction-layer.test.ts',
        title: 'counts: requests with a tag in To, and ACKs that acknowledge a 2xx',
      },
    },
    {
      name: 'acks-of-what-is-under-way',
      off: 'a user keeps a server busy with ACKs that repeat the branch of an INVITE which is under way, or was accepted',
      file: 'packages/sip-endpoint/src/transaction/transaction-layer.ts',
      find: "isAck ? known?.state !== 'completed' :",
      replace: 'isAck ? known === undefined :',
      test: {
        file: 'packages/sip-endpoint/src/transaction/repeated-requests.test.ts',
        title:
          'counts where it is an ACK with the branch of an INVITE that was accepted, which its user hears of',
      },
    },
    {
      name: 'copies-without-end',
      off: 'a user keeps a server busy with copies of a request that is under way',
      file: 'packages/sip-endpoint/src/transaction/transaction-layer.ts',
      find: ' : known !== undefined) connection.sentInDialog',
      replace: ' : false) connection.sentInDialog',
      test: {
        file: 'packages/sip-endpoint/src/transaction/repeated-requests.test.ts',
        title: 'counts where it is a copy of an INVITE that is under way',
      },
    },
    {
      name: 'copies-of-accepted-without-end',
      off: 'the same with copies of an INVITE that was sent on and accepted',
      file: 'packages/sip-endpoint/src/transaction/transaction-layer.ts',
      find: 'return void connection.sentInDialog();',
      replace: 'return undefined;',
      test: {
        file: 'packages/sip-endpoint/src/transaction/repeated-requests.test.ts',
        title: 'counts where it is a copy of an INVITE that was sent on and accepted',
      },
    },
    {
      name: 'acks-of-one-refusal',
      off: 'a user keeps a server busy with ACKs of one INVITE that was refused',
      file: 'packages/sip-endpoint/src/transaction/refused-invites.ts',
      find: '    this.#hashes[slot] = 0;\n',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/src/transaction/repeated-requests.test.ts',
        title: 'counts as what it sends in dialogs, but for the first ACK of each INVITE that was refused',
      },
    },
    {
      name: 'calls-may-end',
      off: 'who begins many calls cannot end them',
      file: 'packages/sip-endpoint/src/transaction/transaction-layer.ts',
      find: 'context.connection.beganCall();',
      replace: '{}',
      test: {
        file: 'packages/sip-endpoint/src/transaction/transaction-layer.test.ts',
        title: 'may be more for each call that is accepted, once, and for no other request',
      },
    },
    {
      name: 'calls-refused',
      off: 'a user who has each call refused sends in dialogs without end',
      file: 'packages/sip-endpoint/src/transaction/transaction-layer.ts',
      find: 'if (status < 300 && context.counted > 0 &&',
      replace: 'if (context.counted > 0 &&',
      test: {
        file: 'packages/sip-endpoint/src/transaction/transaction-layer.test.ts',
        title: 'may be more for each call that is accepted, once, and for no other request',
      },
    },
    {
      name: 'calls-accepted-once',
      off: 'a telephone of the same user accepts one call without end, and the caller sends in it without end',
      file: 'packages/sip-endpoint/src/transaction/transaction-layer.ts',
      find: 'context.counted > 0 && request.to.tag',
      replace: 'request.to.tag',
      test: {
        file: 'packages/sip-endpoint/src/transaction/transaction-layer.test.ts',
        title: 'may be more for each call that is accepted, once, and for no other request',
      },
    },
    {
      name: 'calls-that-go-on',
      off: 'an INVITE in a call counts for as much as a call that begins',
      file: 'packages/sip-endpoint/src/transaction/transaction-layer.ts',
      find: 'context.counted > 0 && request.to.tag === undefined',
      replace: 'context.counted > 0',
      test: {
        file: 'packages/sip-endpoint/src/transaction/transaction-layer.test.ts',
        title: 'may be more for each call that is accepted, once, and for no other request',
      },
    },
    {
      name: 'in-dialogs-of-a-user',
      off: 'a user has as much time as connections for requests in dialogs',
      file: 'packages/sip-endpoint/src/budget/ledger.ts',
      find: '(isProven ? peer : own).dialogs',
      replace: 'own.dialogs',
      test: {
        file: 'packages/sip-endpoint/test/hostile-bytes.test.ts',
        title:
          'holds up a client that sends more in dialogs than calls do, with all connections of its user, and no server',
      },
    },
    {
      name: 'in-dialogs-left',
      off: 'a user who connects again sends in dialogs without end',
      file: 'packages/sip-endpoint/src/budget/message-budget.ts',
      find: 'if (quota.begunDialogs !== undefined) this.#leftShares.keep(quota.key, quota.begunDialogs);',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/src/budget/message-budget.test.ts',
        title: 'counts over the next connection as well, until there was time for it',
      },
    },
    {
      name: 'in-dialogs-taken-up',
      off: 'the same, with a share that is remembered',
      file: 'packages/sip-endpoint/src/budget/message-budget.ts',
      find: 'new Quota(limits, key, this.#leftShares.take(key))',
      replace: 'new Quota(limits, key)',
      test: {
        file: 'packages/sip-endpoint/src/budget/message-budget.test.ts',
        title: 'counts over the next connection as well, until there was time for it',
      },
    },
    {
      name: 'in-dialogs-in-time',
      off: 'who has sent nothing of late pushes out who has',
      file: 'packages/sip-endpoint/src/budget/left-shares.ts',
      find: 'if (share.until <= this.#now) return;',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/src/budget/left-shares.test.ts',
        title:
          'are not kept where nothing was sent, where calls have been accepted for it, or where there was time for it',
      },
    },
    {
      name: 'in-dialogs-over',
      off: 'users who left long ago are remembered',
      file: 'packages/sip-endpoint/src/budget/left-shares.ts',
      find: 'until > this.#now && this.#shares.size < mostLeft',
      replace: 'this.#shares.size < mostLeft',
      test: {
        file: 'packages/sip-endpoint/src/budget/left-shares.test.ts',
        title:
          'are not kept where nothing was sent, where calls have been accepted for it, or where there was time for it',
      },
    },
    {
      name: 'in-dialogs-most-left',
      off: 'users who leave fill the memory of a server',
      file: 'packages/sip-endpoint/src/budget/left-shares.ts',
      find: 'until > this.#now && this.#shares.size < mostLeft',
      replace: 'until > this.#now',
      test: {
        file: 'packages/sip-endpoint/src/budget/left-shares.test.ts',
        title: 'are so many at most, and the oldest goes first',
      },
    },
    {
      name: 'in-dialogs-of-a-server',
      off: 'all behind a server wait because they send much in dialogs together',
      file: 'packages/sip-endpoint/src/connection/connection.ts',
      find: 'if (!this.#isClient) return;\n    const heldMs',
      replace: 'const heldMs',
      test: {
        file: 'packages/sip-endpoint/test/hostile-bytes.test.ts',
        title:
          'holds up a client that sends more in dialogs than calls do, with all connections of its user, and no server',
      },
    },
    {
      name: 'in-dialogs-read-on',
      off: 'who sends too much in dialogs is read from all the same',
      file: 'packages/sip-endpoint/src/connection/reading.ts',
      find: '}, ms).unref();\n    this.#socket.pause();',
      replace: '}, ms).unref();',
      test: {
        file: 'packages/sip-endpoint/test/hostile-bytes.test.ts',
        title:
          'holds up a client that sends more in dialogs than calls do, with all connections of its user, and no server',
      },
    },
    {
      name: 'in-dialogs-owed',
      off: 'many connections of one user send a piece each time that they are read from',
      file: 'packages/sip-endpoint/src/budget/dialog-share.ts',
      find: '(beyond * 1_000) / eachSecond',
      replace: 'leastHeldMs',
      test: {
        file: 'packages/sip-endpoint/src/budget/dialog-share.test.ts',
        title:
          'is held up for as long as what came beyond that takes, over all connections, and 16 seconds at most',
      },
    },
    {
      name: 'calls-saved',
      off: 'calls of yesterday let a user send in dialogs without end today',
      file: 'packages/sip-endpoint/src/budget/dialog-share.ts',
      find: 'Math.max(this.#level - ofCall, -mostSaved)',
      replace: 'this.#level - ofCall',
      test: {
        file: 'packages/sip-endpoint/src/budget/dialog-share.test.ts',
        title: 'owes nothing for calls beyond what is remembered of them',
      },
    },
    {
      name: 'refusals-of-all-connections',
      off: 'a peer has as many requests refused at once as it has connections, and others wait behind them',
      file: 'packages/sip-endpoint/src/budget/ledger.ts',
      find: 'return (isProven ? peer : own).refusals;',
      replace: 'return (isProven ? own : own ?? peer).refusals;',
      test: {
        file: 'packages/sip-endpoint/src/budget/message-budget.test.ts',
        title:
          'counts what is refused at once for all connections of a peer, and of one that is unknown for each',
      },
    },
    {
      name: 'refusals-without-end',
      off: 'a client that is refused at once again and again is always read from',
      file: 'packages/sip-endpoint/src/budget/refusal-share.ts',
      find: 'return this.#cost < most ? 0 : this.#until - now;',
      replace: 'return this.#cost < 2 * most ? 0 : this.#until - now;',
      test: {
        file: 'packages/sip-endpoint/src/connection/refusal-pause.test.ts',
        title: 'is not read from after 64 within half a second, until that is over',
      },
    },
  ],
};
