import type { MutationPatch, PatchList } from '../patch.ts';

const members = 'packages/front-end/src/pool-members.ts';
const search = 'packages/front-end/src/device-search.ts';
const finder = 'packages/front-end/src/target-finder.ts';
const awaited = 'packages/front-end/src/awaited-devices.ts';
const context = 'packages/sip-proxy/src/forking/response-context.ts';

const dialogs = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/src/pool-dialogs.test.ts',
  title,
});
const others = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/src/known-to-others.test.ts',
  title,
});
const waiting = (title: string): MutationPatch['test'] => ({
  file: 'packages/front-end/src/awaited-devices.test.ts',
  title,
});
const routing = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-proxy/test/dialog-routing.test.ts',
  title,
});
const branches = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-proxy/test/response-context.test.ts',
  title,
});
const keepAlives = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-endpoint/src/user-agent/keep-alive.test.ts',
  title,
});
const edges = (title: string): MutationPatch['test'] => ({
  file: 'packages/edge/test/edge-pool.test.ts',
  title,
});

/** Dialogs that outlive a member of a pool: who hands on, how often, to whom, and what waits. */
export const patches: PatchList = {
  name: 'pools',
  list: [
    {
      name: 'handed-on-once',
      off: 'two front ends that each think the other has a device hand a request to and fro',
      file: members,
      find: 'return pool !== fqdn && routeName(topology(), arrival.name) === pool;',
      replace: 'return pool === fqdn;',
      test: dialogs(
        'goes no further than to a member that was named: two that each think the other has the device pass it once',
      ),
    },
    {
      name: 'handed-on-by-members',
      off: 'a server outside the pool says that a request was handed on',
      file: members,
      find: 'routeName(topology(), arrival.name) === pool',
      replace: 'arrival.name.length > 0',
      test: dialogs(
        'goes no further than to a member that was named: two that each think the other has the device pass it once',
      ),
    },
    {
      name: 'connection-of-another-process',
      off: 'the connection of another member is looked for here',
      file: search,
      find: 'if (this.#options.flows.idOf(flow) === undefined) return undefined;',
      replace: '',
      test: dialogs('that never registered is at the member that wrote the entry, and nowhere else'),
    },
    {
      name: 'edges-hand-on-once',
      off: 'two edges that each think the other has a device hand a request to and fro',
      file: 'packages/edge/src/edge-targets.ts',
      find: "|| routeName(current, origin.server ?? '') === pool",
      replace: '',
      test: edges('is handed to each of the others under its own name, and by none of them further'),
    },
    {
      name: 'tokens-in-a-row',
      off: 'behind our entry a client adds another one of ours, and is led where that says',
      file: 'packages/sip-proxy/src/route/decide-route.ts',
      find: 'if (!leadsTo(end, known.routeName(known.self), known)) break;',
      replace: '',
      test: routing(
        'lead no further than the first says: behind a device or another neighbour no entry of ours counts',
      ),
    },
    {
      name: 'pools-that-do-not-check',
      off: 'an outsider is led to a pool of servers that authenticate nobody',
      file: 'packages/topology/src/matrix/may-receive-unauthenticated.ts',
      find: ' ?? topology.pools.get(host)?.role',
      replace: '',
      test: {
        file: 'packages/topology/test/may-receive-unauthenticated.test.ts',
        title: 'may be routed to front ends, directors and edges, and to no other server of ours',
      },
    },
    {
      name: 'waits-of-a-user',
      off: 'requests for one user wait without number',
      file: awaited,
      find: '|| (others?.size ?? 0) >= this.#rules.perUser',
      replace: '',
      test: waiting('is for so many requests of a user, and for so many in all'),
    },
    {
      name: 'waits-in-all',
      off: 'requests wait without number',
      file: awaited,
      find: 'this.#size >= this.#rules.inAll ||',
      replace: '',
      test: waiting('is for so many requests of a user, and for so many in all'),
    },
    {
      name: 'waits-end',
      off: 'a request that was tried again waits as long as at first, each time',
      file: finder,
      find: 'forMs - (now - waited.since)',
      replace: 'forMs',
      test: dialogs('is awaited for 5 s, and not after time has run out for the sender'),
    },
    {
      name: 'waits-in-time',
      off: 'a request goes out after its sender has given up',
      file: finder,
      find: 'if (status === 408) return undefined;',
      replace: '',
      test: dialogs('is awaited for 5 s, and not after time has run out for the sender'),
    },
    {
      name: 'waits-look-again',
      off: 'who came back while an old connection was tried is not found',
      file: finder,
      find: 'if (waited.seen !== undefined && last !== waited.seen) waited.looks = 0;',
      replace: 'if (waited.seen !== undefined && last !== waited.seen) return;',
      test: dialogs('is found where it came back while what had been found before was tried'),
    },
    {
      name: 'waits-for-news',
      off: 'a request is tried over the same dead connection again and again',
      file: finder,
      find: 'else if (now - last >= forMs) return;',
      replace: '',
      test: others(
        'is not tried again where it is so old that the server in front of the client has long heard of it',
      ),
    },
    {
      name: 'device-before-store',
      off: 'a member denies a device whose registration others already know',
      file: 'packages/front-end/src/registrar.ts',
      find: 'if (refused === undefined && isClient) this.#expectDevices(request, sender, aor);',
      replace: '',
      test: others('leads to the client: the member that it is connected to has it by then'),
    },
    {
      name: 'drops-the-unheard-of',
      off: 'a 430 of a server that has not heard yet of a registration removes that',
      file: 'packages/front-end/src/registrations/registrations.ts',
      find: 'sentAt - knownAfterMs',
      replace: 'sentAt',
      test: others('stays where the server in front of the client has not heard yet that it has registered'),
    },
    {
      name: 'drops-the-younger',
      off: 'a late 430 removes the registration of a client that has come back',
      file: 'packages/front-end/src/registrations/registrations.ts',
      find: 'binding.updatedAt <= sentAt - knownAfterMs &&',
      replace: '',
      test: others('stays where the client left and came back while a request was under way to it'),
    },
    {
      name: 'answered-devices',
      off: 'a device that has answered is asked again once it registers',
      file: context,
      find: 'if (!this.#candidates.every(({ status }) => unreached.has(status))) return false;',
      replace: '',
      test: branches('are not awaited after an answer of a device: 486'),
    },
    {
      name: 'cancelled-while-awaited',
      off: 'a caller who cancels while a device is awaited hears that its flow has failed',
      file: context,
      find: 'this.#candidates.splice(0, Infinity, { status: 487, response: undefined });',
      replace: '',
      test: branches('are not awaited once the caller has cancelled: it hears 487 at once'),
    },
    {
      name: 'client-asks-soon',
      off: 'a client waits for as long as Flow-Timer allows until it looks whether its server is still there',
      file: 'packages/sip-endpoint/src/user-agent/keep-alive.ts',
      find: 'this.#longestMs = Math.min(this.#parts.timings.pingMs, serverMs);',
      replace: 'this.#longestMs = Number.isFinite(serverMs) ? serverMs : this.#parts.timings.pingMs;',
      test: keepAlives('come more often than the server demands, and less often never'),
    },
    {
      name: 'slow-is-not-dead',
      off: 'a client leaves a server that is only slow, and brings its load to the next one',
      file: 'packages/sip-endpoint/src/user-agent/keep-alive.ts',
      find: 'this.#awaitPong(connection, Math.max(timings.pongMs, patient));',
      replace: 'this.#awaitPong(connection, patient < 0 ? patient : timings.pongMs);',
      test: keepAlives(
        'wait longer for a server that was slow, and never longer than 10 s (RFC 5626 §4.4.1)',
      ),
    },
    {
      name: 'client-was-late',
      off: 'what an answer has waited in the client itself counts as the slowness of its server',
      file: 'packages/sip-endpoint/src/user-agent/keep-alive.ts',
      find: 'this.#pingedAt - this.#parts.readLateMs()',
      replace: 'this.#pingedAt - 0 * this.#parts.readLateMs()',
      test: keepAlives('do not take it for a slow server where this process was late to read the answer'),
    },
    {
      name: 'answer-not-read-yet',
      off: 'a client that was held up leaves a server that has answered in time',
      file: 'packages/sip-endpoint/src/user-agent/keep-alive.ts',
      find: 'if (isAnswered) return;',
      replace: '',
      test: keepAlives(
        'take an answer that had come before the time was over, though this process was held up and reads it after that',
      ),
    },
    {
      name: 'death-teaches-nothing',
      off: 'servers that die one after the other make a client send keep-alives ever more often',
      file: 'packages/sip-endpoint/src/user-agent/keep-alive.ts',
      find: 'if (silence < teachingMs) return;',
      replace: 'if (silence < shortestMs) return;',
      test: keepAlives('teach no shorter time where one server after the other dies'),
    },
    {
      name: 'silent-connection-closed',
      off: 'what was sent to a machine without power waits for half a minute',
      file: 'packages/sip-relay/src/living/own-requests.ts',
      find: 'if (silences >= maxSilences) connection.close();',
      replace: '',
      test: {
        file: 'packages/sip-relay/src/living/own-requests.test.ts',
        title:
          'is not there after a second without an answer, and its connection is closed after the third silence',
      },
    },
    {
      name: 'living-front-end-first',
      off: 'an edge goes on sending to a front end that does not answer',
      file: 'packages/edge/src/edge-targets.ts',
      find: 'livingFirst(among ?? serversBehind(topology, name, first), options.isLiving)',
      replace: 'livingFirst(among ?? serversBehind(topology, name, first), undefined)',
      test: {
        file: 'packages/edge/src/edge-targets.test.ts',
        title:
          'is tried at those that answer first, and at one that does not only where there is nothing else',
      },
    },
    {
      name: 'silent-edge-left-out',
      off: 'a request for a client that is back at another edge waits for the edge that has died',
      file: 'packages/edge/src/edge-targets.ts',
      find: 'edge !== self && isLiving?.(edge) !== false',
      replace: 'edge !== self && (isLiving === undefined || edge !== self)',
      test: edges('is handed to none that does not answer: the front end has asked that one itself'),
    },
    {
      name: 'living-member-first',
      off: 'a front end hands a request to a member of its pool that does not answer, before others',
      file: search,
      find: 'livingFirst([...wanted], this.#options.isLiving)',
      replace: 'livingFirst([...wanted], undefined)',
      test: dialogs('is handed to those that answer first, to one that does not last'),
    },
  ],
};
