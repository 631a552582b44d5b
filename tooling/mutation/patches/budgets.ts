import type { MutationPatch, PatchList } from '../patch.ts';

const framing = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip/src/framing/stream-framer.test.ts',
  title,
});

const relay = 'packages/sip-relay/src/relay/relay.ts';
const relaying = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-relay/src/relay/relay.test.ts',
  title,
});
const sizes = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/test/sizes.test.ts',
  title,
});

const endpoint = 'packages/sip-endpoint/src/';
const underAttack = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-endpoint/test/hostile-bytes.test.ts',
  title,
});
const backPressure = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-endpoint/test/back-pressure.test.ts',
  title,
});
const transactions = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-endpoint/src/transaction/transaction-layer.test.ts',
  title,
});
const budget = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-endpoint/src/budget/message-budget.test.ts',
  title,
});

const runtime = 'packages/sip-relay/src/proxy-runtime.ts';
const hostilePeers = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-relay/test/hostile-peers.test.ts',
  title,
});

/** What one peer can take of memory and of the links that all share. */
export const patches: PatchList = {
  name: 'budgets',
  list: [
    {
      name: 'passed-over',
      off: 'the body of a refused message is read as messages',
      file: 'packages/sip/src/framing/stream-framer.ts',
      find: 'this.#skip = head.contentLength;',
      replace: 'this.#skip = 0;',
      test: framing('is asked for before any of it is stored, and passed over where it is not wanted'),
    },
    {
      name: 'asked-before-stored',
      off: 'a large body of any sender is stored',
      file: 'packages/sip/src/framing/stream-framer.ts',
      find: 'return sink.largeBody?.(head.contentLength, head.bodyStart + head.contentLength);',
      replace: 'return undefined;',
      test: framing('is asked for before any of it is stored, and passed over where it is not wanted'),
    },
    {
      name: 'framing-goes-on',
      off: 'a message that exceeds a limit ends the stream that others share',
      file: 'packages/sip/src/message/limits.ts',
      find: 'maxHeaderBytes: 2 * limits.maxHeaderBytes,',
      replace: 'maxHeaderBytes: limits.maxHeaderBytes,',
      test: framing('refuses a header that is too long by its header, passes over it and goes on behind it'),
    },
    {
      name: 'dropped-body-unread',
      off: 'a message whose body was dropped is sent as if it had none',
      file: 'packages/sip/src/message/header-lines.ts',
      find: 'if (this.largeBody !== undefined) return this.largeBody;',
      replace: "return this.largeBody ?? '';",
      test: {
        file: 'packages/sip/src/message/large-body.test.ts',
        title: 'is never read or sent as if the message had none',
      },
    },
    {
      name: 'measured-before-sent',
      off: 'a request is sent that its next hop refuses because of what we added',
      file: relay,
      find: 'const problem = checkSize(request, connection.accepts);',
      replace: 'const problem = undefined as SipProblem | undefined;',
      test: sizes(
        'is measured with what we add before it is sent: its sender hears 513, and the next hop nothing',
      ),
    },
    {
      name: 'answer-measured',
      off: 'a response is sent that its receiver refuses because of what we added',
      file: relay,
      find: 'const problem = checkSize(sent, connection.accepts);',
      replace: 'const problem = undefined as SipProblem | undefined;',
      test: relaying('is not sent back, and the sender hears 502 instead'),
    },
    {
      name: 'ack-measured',
      off: 'an ACK is sent that its next hop refuses because of what we added',
      file: 'packages/sip-relay/src/relay/ack-forwarding.ts',
      find: 'if (checkSize(ack, connection.accepts) === undefined) connection.send(ack, ledger);',
      replace: 'connection.send(ack, ledger);',
      test: relaying('is dropped where it is an ACK'),
    },
    {
      name: 'less-from-outsiders',
      off: 'clients may send messages that leave no room for what our servers add',
      file: 'packages/sip-endpoint/src/connection/peer-limits.ts',
      find: "return kind === 'server' ? serverLimits : outsiderLimits;",
      replace: 'return serverLimits;',
      test: sizes('may have half of what servers take from each other where a client sends it'),
    },
    {
      name: 'contact-as-start-line',
      off: 'a device registers a URI that no hop accepts as a start line',
      file: 'packages/sip-proxy/src/registration/contact-binding.ts',
      find: 'if (uri.toString().length > maxUriLength)',
      replace: 'if (uri.toString().length < 0)',
      test: {
        file: 'packages/sip-proxy/test/registrar.test.ts',
        title: 'refuses a contact that no hop would accept as the start line of a request',
      },
    },
    {
      name: 'requests-counted',
      off: 'requests are kept whatever their sender has under way',
      file: `${endpoint}transaction/transaction-layer.ts`,
      find: "return connection.ledger.take(cost, 1) ? undefined : 'no-room';",
      replace: 'connection.ledger.add(cost, 1);\n    return undefined;',
      test: underAttack('begins only as many transactions for a few connections as these may have'),
    },
    {
      name: 'bodies-counted',
      off: 'bodies are kept whatever their sender has under way',
      file: `${endpoint}connection/incoming.ts`,
      find: 'return this.#ledger.has(messageBytes - this.#held, 0) ? undefined : noRoom(messageBytes);',
      replace: 'return undefined;',
      test: underAttack('holds unfinished messages only as far as their senders may have them'),
    },
    {
      name: 'headers-counted',
      off: 'unfinished headers are held for however many connections',
      file: `${endpoint}connection/incoming.ts`,
      find: "return this.#kind === 'unknown' ? this.#ledger.has(0, 0) : this.#ledger.hasOfItsOwn(0);",
      replace: 'return true;',
      test: underAttack(
        'holds the headers that unknown peers have begun only as far as these may have them, and then no more of their connections',
      ),
    },
    {
      name: 'unknown-peer-body',
      off: 'an unknown peer sends bodies of any size',
      file: `${endpoint}connection/incoming.ts`,
      find: "if (this.#kind === 'unknown' && bodyBytes > unknownPeerBodyBytes) return bodyTooLong(bodyBytes);",
      replace: '',
      test: underAttack('may send a body of 16 KiB, and a larger one once it has authenticated'),
    },
    {
      name: 'message-deadline',
      off: 'a message that has begun may take for ever',
      file: `${endpoint}connection/connection.ts`,
      find: "else if (this.#incoming.isWaiting && this.#incoming.isLate()) this.#giveUp('message-incomplete');",
      replace: '',
      test: underAttack('is late though its bytes come one after the other'),
    },
    {
      name: 'places-of-servers',
      off: 'users take the room of servers',
      file: `${endpoint}budget/message-budget.ts`,
      find: 'user: { ofAll: 3 / 8, connection: 1 / 16, peer: 1 / 8, address: 1 / 4 },',
      replace: 'user: { ofAll: 1, connection: 1, peer: 1, address: 1 },',
      test: budget('keeps the places of servers free, whatever unknown peers and users do'),
    },
    {
      name: 'user-of-many-connections',
      off: 'a user has the room of a user with each connection',
      file: `${endpoint}budget/message-budget.ts`,
      find: 'if (name !== undefined) all.push(',
      replace: "if (name === '') all.push(",
      test: budget(
        'holds a user to a part of what users may have, however many connections and addresses they have',
      ),
    },
    {
      name: 'counted-to-the-end',
      off: 'a peer that connects again is rid of what is under way',
      file: `${endpoint}budget/ledger.ts`,
      find: '    this.#closed = true;\n    this.#end();',
      replace: '    this.#closed = true;\n    this.add(-this.bytes, -this.transactions);\n    this.#end();',
      test: budget('counts what is under way until it ends, though its connection is closed'),
    },
    {
      name: 'ceiling-only-lowered',
      off: 'the setting raises the ceiling beyond the memory',
      file: `${endpoint}budget/message-budget.ts`,
      find: 'this.maxBytes = Math.min(maxBytes ?? ceiling, ceiling);',
      replace: 'this.maxBytes = maxBytes ?? ceiling;',
      test: budget('can be lowered and not raised'),
    },
    {
      name: 'refused-without-state',
      off: 'an INVITE that was refused is kept for 32 seconds',
      file: `${endpoint}transaction/transaction-layer.ts`,
      find: "if (transaction.kind !== 'invite-server' || transaction.state !== 'proceeding') {",
      replace: 'if (transaction.kind !== undefined) {',
      test: transactions('keeps nothing of a request that is refused, and knows the ACK of the refusal'),
    },
    {
      name: 'ack-of-a-refusal',
      off: 'the ACK of a refusal is passed on',
      file: `${endpoint}transaction/transaction-layer.ts`,
      find: 'if (isAck && this.#refused.takes(connection, branch)) return undefined;',
      replace: '',
      test: transactions('keeps nothing of a request that is refused, and knows the ACK of the refusal'),
    },
    {
      name: 'transaction-of-its-connection',
      off: 'a request that comes over another connection belongs to the transaction whose branch it writes',
      file: `${endpoint}transaction/server-transactions.ts`,
      find: 'if (known?.context.connection === connection && serverTransactionKey',
      replace: 'if (known !== undefined && serverTransactionKey',
      test: {
        file: `${endpoint}transaction/server-transactions.test.ts`,
        title: 'are found by branch, sent-by, method and connection, whatever branch others write',
      },
    },
    {
      name: 'body-of-an-answered-invite',
      off: 'an INVITE is kept whole for 32 seconds after its answer',
      file: `${endpoint}transaction/transaction-layer.ts`,
      find: 'else if (message.status >= 200) this.#answered(transaction, message.status);',
      replace: '',
      test: transactions(
        'keeps the body of an INVITE no longer than until it is answered, and of one that it sends not at all',
      ),
    },
    {
      name: 'accepted-is-not-under-way',
      off: 'an INVITE that was accepted counts as under way for 32 seconds more',
      file: `${endpoint}transaction/settled-invite.ts`,
      find: 'context.ledger?.release(0, 1);',
      replace: 'context.ledger?.release(0, 0);',
      test: transactions(
        'counts an INVITE that was accepted as memory alone, and one that was refused as under way until its ACK',
      ),
    },
    {
      name: 'accepted-makes-room',
      off: 'what accepted calls leave behind has new ones refused, and the end of those before',
      file: `${endpoint}budget/ledger.ts`,
      find: 'while (!this.#fits(bytes, 0)) if (!this.forgettable.forgetOldest()) return false;',
      replace: '',
      test: transactions(
        'ends an INVITE that was accepted before its time where its sender has no room for what comes, and nobody else’s',
      ),
    },
    {
      name: 'accepted-is-memory',
      off: 'what an INVITE that was accepted takes of the memory is counted no more',
      file: `${endpoint}transaction/transaction-cost.ts`,
      find: 'return settledMachineBytes + head.bodyStart;',
      replace: 'return 0 * head.bodyStart;',
      test: transactions(
        'counts an INVITE that was accepted as memory alone, and one that was refused as under way until its ACK',
      ),
    },
    {
      name: 'others-refused',
      off: 'what others send fills the connection of a peer that takes nothing',
      file: `${endpoint}connection/outgoing.ts`,
      find: 'return this.#isShared && sender.bytes <= this.#max * shareOfSender;',
      replace: 'return true;',
      test: backPressure('keeps its connection: what others send it is refused to them'),
    },
    {
      name: 'heavy-sender-first',
      off: 'one sender takes all of a link that is slow',
      file: `${endpoint}connection/outgoing.ts`,
      find: 'return this.#isShared && sender.bytes <= this.#max * shareOfSender;',
      replace: 'return this.#isShared;',
      test: backPressure('stays, refuses a sender with much under way first, and then all'),
    },
    {
      name: 'not-read-from',
      off: 'a client that takes no answers is read from',
      file: `${endpoint}connection/reading.ts`,
      find: 'this.#unreadSeconds = 0;\n    this.#socket.pause();',
      replace: 'this.#unreadSeconds = 0;',
      test: backPressure(
        'is not read from while the answers to its requests wait, and closed after 32 seconds',
      ),
    },
    {
      name: 'link-not-paused',
      off: 'a link that all share is closed because its other end is slow',
      file: `${endpoint}connection/connection.ts`,
      find: 'if (this.#reading.waitsForAnswers || !this.#isClient) return;',
      replace: 'if (this.#reading.waitsForAnswers) return;',
      test: backPressure(
        'is read from although its answers wait, and its requests are dropped as long as none fits',
      ),
    },
    {
      name: 'challenged-without-state',
      off: 'an INVITE that is challenged is kept for 32 seconds',
      file: runtime,
      find: 'this.#endpoint.refuse(transaction, withSource(response, connection));',
      replace: 'transaction.respond(withSource(response, connection));',
      test: hostilePeers('leaves nothing behind, however often it is asked'),
    },
    {
      name: 'proven-by-a-request',
      off: 'a user who has authenticated has the room of an unknown peer',
      file: runtime,
      find: 'for (const user of connection.users.keys()) connection.prove(user);',
      replace: 'void connection.users;',
      test: hostilePeers('may send a body of more than 16 KiB once it has answered'),
    },
    {
      name: 'proven-at-the-edge',
      off: 'a client that has registered through an edge has the room of an unknown peer there',
      file: 'packages/edge/src/serve-edge.ts',
      find: 'connection.prove(address);',
      replace: '',
      test: {
        file: 'packages/testkit/test/outsiders.test.ts',
        title: 'takes a body of more than 16 KiB from a client only once that has registered',
      },
    },
    {
      name: 'copies-counted',
      off: 'what a request leads to counts for nobody',
      file: `${endpoint}transaction/transaction-layer.ts`,
      find: 'sender?.add(cost, 1);',
      replace: 'sender?.add(cost - cost, 1);',
      test: transactions('counts what it sends on in the ledger of the request that led to it'),
    },
    {
      name: 'failures-counted',
      off: 'failures that wait until they are known to be the best are kept without bound',
      file: 'packages/sip-relay/src/relay/relayed-request.ts',
      find: 'if (droppableBytes === 0) return true;',
      replace: 'if (droppableBytes >= 0) return true;',
      test: hostilePeers('has room for the failures that wait until they are known to be the best'),
    },
    {
      name: 'slow-hop-not-suspected',
      off: 'a hop that takes too little is sent more, and counts as one that has failed',
      file: relay,
      find: 'if (connection.takes(request, ledger))',
      replace: 'if (connection !== undefined)',
      test: relaying(
        'is sent nothing: its sender hears 500, the log why, and no other place of the hop is tried',
      ),
    },
    {
      name: 'nothing-after-the-end',
      off: 'bytes behind the message that closed a connection count for ever',
      file: `${endpoint}connection/connection.ts`,
      find: 'if (this.#closed) this.#incoming.completed();\n    else if (!isWithin)',
      replace: 'if (!isWithin)',
      test: underAttack('counts nothing of what comes behind the message that closed it'),
    },
    {
      name: 'closed-read-on',
      off: 'what arrives on a connection that we have closed counts for ever',
      file: `${endpoint}connection/connection.ts`,
      find: `if (this.#closed) return;
    this.#isHeard = true;
    const isWithin = this.#incoming.push(bytes, this);
    // A message in these bytes may have closed it: nobody waits for the rest.
    if (this.#closed) this.#incoming.completed();
    else if (!isWithin)`,
      replace: 'if (!this.#incoming.push(bytes, this))',
      test: backPressure(
        'reads no more: what the peer begins to send counts nowhere, and nothing of it counts in the end',
      ),
    },
    {
      name: 'room-for-the-next',
      off: 'a few users take all the room that users have',
      file: 'packages/sip-endpoint/src/budget/',
      find: 'return crowd === undefined || crowd.leavesRoom(peer, bytes, transactions);',
      replace: 'return true;',
      test: {
        file: 'packages/sip-endpoint/src/budget/message-budget.test.ts',
        title: 'leaves room for the next one though 12 users take all they get',
      },
    },
  ],
};
