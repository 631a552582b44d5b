import type { MutationPatch, PatchList } from '../patch.ts';

const folder = 'packages/sip-endpoint/src/';
const control = `${folder}overload/overload-control.ts`;
const underLoad = `${folder}transaction/under-load.ts`;
const overSockets = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-relay/test/overload.test.ts',
  title,
});
const decided = (title: string): MutationPatch['test'] => ({
  file: `${folder}overload/overload-control.test.ts`,
  title,
});
const layer = (title: string): MutationPatch['test'] => ({
  file: `${folder}transaction/under-load.test.ts`,
  title,
});

const heldUp = (title: string): MutationPatch['test'] => ({
  file: `${folder}connection/refusal-pause.test.ts`,
  title,
});

/** What a server refuses that has more to do than it can. */
export const patches: PatchList = {
  name: 'overload',
  list: [
    {
      name: 'light-first',
      off: 'a new client stands behind a flood, and is refused each time',
      file: 'packages/sip-endpoint/src/connection/loop-turn.ts',
      find: 'const readers = isOverloaded ? lightFirst(this.#readers) : this.#readers;',
      replace: 'const readers = isOverloaded ? [...this.#readers] : this.#readers;',
      test: {
        file: 'packages/sip-endpoint/src/connection/loop-turn.test.ts',
        title: 'reads first from those who have sent little lately, and leaves a link its place',
      },
    },
    {
      name: 'links-keep-their-places',
      off: 'who is behind a busy link is read last',
      file: 'packages/sip-endpoint/src/connection/arrived-bytes.ts',
      find: 'if (this.#isShared) return undefined;',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/src/connection/loop-turn.test.ts',
        title: 'reads first from those who have sent little lately, and leaves a link its place',
      },
    },
    {
      name: 'little-less',
      off: 'a flood comes first by sending a little less than others',
      file: 'packages/sip-endpoint/src/connection/light-first.ts',
      find: 'if (recentBytes <= lightBytes) light.push(reader);',
      replace: 'if (recentBytes <= 160_000) light.push(reader);',
      test: {
        file: 'packages/sip-endpoint/src/connection/light-first.test.ts',
        title: 'is not who has sent a little less than others',
      },
    },
    {
      name: 'bytes-in-order',
      off: 'what waits as bytes through the turns of an overload is lost, and only the end of it is sent',
      file: 'packages/sip-endpoint/src/connection/gathered-writes.ts',
      find: 'if (kept === undefined) {',
      replace: "if (kept === undefined || text !== '') {",
      test: {
        file: 'packages/sip-endpoint/src/connection/gathered-writes.test.ts',
        title: 'waits as bytes where the turns are those of an overload, and is the same to the byte',
      },
    },
    {
      name: 'refuses-what-is-new',
      off: 'a server takes everything, however long all that is under way has to wait',
      file: underLoad,
      find: 'return asked !== undefined && !this.#control.admits(asked, loopTurn.delay.now());',
      replace: 'return asked === undefined && this.#control.isOverloaded;',
      test: overSockets(
        'is known at a glance, with the ACKs of what was refused; what is written in another way is treated the same',
      ),
    },
    {
      name: 'dialog-by-token',
      off: 'a flood counts as in a dialog by a tag and a Route of its own making',
      file: 'packages/sip-relay/src/admission/weigh-request.ts',
      find: 'policy.isInDialog?.(request, connection) === true',
      replace: 'policy.isInDialog !== undefined',
      test: overSockets('gets through with no tag or route of its own making'),
    },
    {
      name: 'token-of-front-end',
      off: 'a front end takes a token of another dialog for one of this one',
      file: 'packages/front-end/src/',
      find: "return token?.kind === 'dialog';",
      replace: "void token;\n    return request.has('Route');",
      test: {
        file: 'packages/front-end/src/dialogs.test.ts',
        title: 'is known by our token alone: not by a tag, another dialog’s token or a Path',
      },
    },
    {
      name: 'token-of-edge',
      off: 'an edge takes an entry that anybody may write for its token',
      file: 'packages/edge/src/edge.ts',
      find: "return 'tokens' in routes && routes.tokens[0]?.kind === 'dialog';",
      replace: "return 'tokens' in routes;",
      test: {
        file: 'packages/edge/src/edge.test.ts',
        title: 'is known by our token alone, on both sides',
      },
    },
    {
      name: 'fair-share',
      off: 'a peer that sends more than all others has the time that they need',
      file: control,
      find: 'const part = partOfTurn[urgency][isBeyond ? 1 : 0];',
      replace: 'void isBeyond;\n    const part = partOfTurn[urgency][0];',
      test: overSockets('of one user leaves time for what others begin'),
    },
    {
      name: 'share-of-the-window-before',
      off: 'a flood has what each turn keeps for modest peers, at the beginning of each window',
      file: `${folder}overload/fair-share.ts`,
      find: 'if (count <= leastRequests) return this.#before.wasBeyond(peer);',
      replace: 'if (count <= leastRequests) return false;',
      test: {
        file: `${folder}overload/overload-control.test.ts`,
        title: 'keeps these few for others than one that goes on sending more than they do',
      },
    },
    {
      name: 'clients-of-an-edge',
      off: 'behind an edge a client is another one with each address that it writes into From',
      file: 'packages/sip-relay/src/admission/weigh-request.ts',
      find: 'const sender = isEdge(connection)',
      replace: 'const sender = isEdge(connection) && connection.isClosed',
      test: {
        file: 'packages/sip-relay/src/admission/weigh-request.test.ts',
        title: 'is the address that an edge has noted, whatever the client writes into From',
      },
    },
    {
      name: 'peers-are-bounded',
      off: 'peers that are counted under load stay in memory without a bound',
      file: `${folder}overload/fair-share.ts`,
      find: 'if (before === undefined && this.#counts.size >= maxPeers) return 0;',
      replace: 'void maxPeers;',
      test: {
        file: `${folder}overload/fair-share.test.ts`,
        title: 'is counted for so many peers and no more',
      },
    },
    {
      name: 'handshakes-in-turns',
      off: 'thousands of clients that come at once hold up everybody with their handshakes',
      file: 'packages/tls/src/listen/handshake-queue.ts',
      find: 'if (this.#begun < handshakesPerTurn && this.#waiting.size === 0) {',
      replace: 'if (this.#begun >= 0) {',
      test: {
        file: 'packages/tls/src/listen/handshake-queue.test.ts',
        title: 'begins so many handshakes in a turn and no more, in the order in which the connections came',
      },
    },
    {
      name: 'registrations-come-back-later',
      off: 'clients that come at once are not told when to come back',
      file: underLoad,
      find: "if (why !== 'overloaded' || request.method !== 'REGISTER')",
      replace: "if (why !== 'overloaded' || request.method !== 'register')",
      test: overSockets('is told when to come back, and stops no MESSAGE'),
    },
    {
      name: 'registered-clients-go-on',
      off: 'a client that is registered is told to send nothing at all',
      file: underLoad,
      find: 'isProven ? 500 : 503',
      replace: 'isProven ? 503 : 503',
      test: overSockets(
        'tells a client that is registered to send this request later, and everything else as before: 500, not 503',
      ),
    },
    {
      name: 'bursts-are-served',
      off: 'what comes at once is refused although there is time for it',
      file: control,
      find: 'if (!this.#isOverloaded && now - this.#aboveSince >= intervalMs) this.#begin();',
      replace: 'void intervalMs;\n      if (!this.#isOverloaded) this.#begin();',
      test: decided('is not where much comes at once, and is read within the interval'),
    },
    {
      name: 'overload-ends',
      off: 'a server that was overloaded once refuses for ever',
      file: control,
      find: '} else if (this.#isOverloaded && now - this.#refusedAt >= holdMs) {',
      replace: '} else if (this.#isOverloaded && now - this.#refusedAt >= 1e9 * holdMs) {',
      test: decided('is no longer once the delay is short and nothing was refused for a while'),
    },
    {
      name: 'refreshes-are-spread',
      off: 'clients that came at once all refresh at the same time',
      file: control,
      find: 'now - this.#endedAt < this.#rules.spreadMs ? 1 - random / 2 : 1;',
      replace: 'now - this.#endedAt < this.#rules.spreadMs ? 1 - random / 1e9 : 1;',
      test: decided(
        'has clients register for a part of the time, also for a while afterwards, so that they refresh at different times',
      ),
    },
    {
      name: 'cancel-is-taken',
      off: 'a call that is given up goes on ringing where the server is overloaded',
      file: underLoad,
      find: "if (!this.#control.isOverloaded || request.method === 'CANCEL') return false;",
      replace: 'if (!this.#control.isOverloaded) return false;',
      test: layer('is taken where it ends something, or is in a dialog'),
    },
    {
      name: 'modest-client-is-read-on',
      off: 'a client waits with its requests in dialogs because all together send too much',
      file: `${folder}connection/refusal-pause.ts`,
      find: 'isModest ? costOfModest : 1);',
      replace: 'isModest ? 1 : 1);',
      test: heldUp(
        'is read from eight times as long where it sends no more than others while there is too much to do, and not for ever',
      ),
    },
    {
      name: 'many-refusals-under-load',
      off: 'many clients that send the same take all processor time with requests that are refused',
      file: `${folder}connection/refusal-pause.ts`,
      find: 'isModest ? costOfModest : 1);',
      replace: 'isModest ? 0 : 1);',
      test: heldUp(
        'is read from eight times as long where it sends no more than others while there is too much to do, and not for ever',
      ),
    },
    {
      name: 'many-acks-of-refusals',
      off: 'the ACKs of refused INVITEs are read as ACKs of calls where there are more than some thousand',
      file: `${folder}transaction/refused-invites.ts`,
      find: 'const slots = 65_536;',
      replace: 'const slots = 4_096;',
      test: {
        file: `${folder}transaction/transaction-layer.test.ts`,
        title: 'knows the ACKs of tens of thousands that were refused before the first of them comes',
      },
    },
    {
      name: 'ack-of-what-was-refused',
      off: 'the ACK for an INVITE that was not taken is carried to the called',
      file: `${folder}transaction/transaction-layer.ts`,
      find: "if (request.method === 'INVITE') this.#refused.add(connection, branch);",
      replace: '',
      test: layer('is not taken where it begins something new, and its user hears nothing of it'),
    },
    {
      name: 'overload-within-a-turn',
      off: 'a turn that lasts seconds takes in all that is new, because the one before it was short',
      file: `${folder}connection/loop-turn.ts`,
      find: 'this.overload.goesOn(this.delay.now());',
      replace: '',
      test: {
        file: `${folder}connection/loop-turn.test.ts`,
        title: 'asks after each connection whether too much waits by now, and those behind it find that',
      },
    },
    {
      name: 'waiting-bytes-are-kept',
      off: 'what one connection has sent is overwritten by others before it is read',
      file: `${folder}connection/loop-turn.ts`,
      find: 'if (this.#readers.length === 0) this.#bytes.clear();',
      replace: 'this.#bytes.clear();',
      test: {
        file: `${folder}connection/loop-turn.test.ts`,
        title: 'are copies, and not overwritten before they are read',
      },
    },
  ],
};
