import type { MutationPatch, PatchList } from '../patch.ts';

const waitingLine = 'packages/host/src/plain-http/line.ts';
const pieces = 'packages/host/src/plain-http/read-in-pieces.ts';

const line = (title: string): MutationPatch['test'] => ({
  file: 'packages/host/src/plain-http/one-at-a-time.test.ts',
  title,
});

const piece = (title: string): MutationPatch['test'] => ({
  file: 'packages/host/src/plain-http/read-in-pieces.test.ts',
  title,
});

const turns = (title: string): MutationPatch['test'] => ({
  file: 'packages/authority/test/caller-turns.test.ts',
  title,
});
const judgements = (title: string): MutationPatch['test'] => ({
  file: 'packages/authority/test/judgement-load.test.ts',
  title,
});
const topologyRoutes = 'packages/authority/src/routes/topology-routes.ts';
const callerTurns = 'packages/authority/src/limits/caller-turns.ts';
const fairTurns = 'packages/authority/src/limits/fair-turns.ts';

/** What one caller, or one address, can make an authority hold and do at once. */
export const patches: PatchList = {
  name: 'authority-load',
  list: [
    {
      name: 'unreadable-host',
      off: 'anybody who names a host that none can be has the authority fail, with a line in its log each time',
      file: 'apps/authority-server/src/readable-host.ts',
      find: 'host === undefined || URL.canParse',
      replace: "host !== '' || URL.canParse",
      test: {
        file: 'apps/authority-server/test/unreadable-hosts.test.ts',
        title: 'has made a mistake (400) of which the log says nothing: it is no fault of the authority',
      },
    },
    {
      name: 'one-at-a-time',
      off: 'all requests of a packet are answered at once',
      file: waitingLine,
      find: 'if (this.#answered === undefined) {',
      replace: 'if (this.#answered === undefined || exchange !== undefined) {',
      test: line(
        'answers what a connection sends early in order, each when the answer before is written, and reads no more until then',
      ),
    },
    {
      name: 'reading-pauses',
      off: 'a connection is read on while its requests wait',
      file: waitingLine,
      find: 'if (this.#waiting.length > 0) socket.pause();',
      replace: '',
      test: line(
        'answers what a connection sends early in order, each when the answer before is written, and reads no more until then',
      ),
    },
    {
      name: 'few-wait',
      off: 'any number of requests waits on a connection',
      file: waitingLine,
      find: 'if (this.#waiting.length >= maxRequestsWaiting) {',
      replace: 'if (this.#waiting.length < 0) {',
      test: line('closes a connection that sends more than a few early, of which it starts one'),
    },
    {
      name: 'public-listeners',
      off: 'a public listener answers all requests of a packet at once',
      file: 'packages/host/src/plain-http/public-server.ts',
      find: 'oneAtATime(boundAnswers(listener, limits));',
      replace: 'boundAnswers(listener, limits);',
      test: line('closes a connection that sends more than a few early, of which it starts one'),
    },
    {
      name: 'one-at-a-time-at-the-authority',
      off: 'an HTTPS port answers all requests of a packet at once',
      file: 'packages/host/src/plain-http/serve-https.ts',
      find: 'oneAtATime(listener)',
      replace: 'listener',
      test: {
        file: 'apps/authority-server/test/early-requests.test.ts',
        title: 'is closed when it sends many at once, of which one is answered at most',
      },
    },
    {
      name: 'pieces-at-public-listeners',
      off: 'a public listener parses all requests of a packet before one is answered',
      file: 'packages/host/src/plain-http/public-server.ts',
      find: '  readInPieces(server);',
      replace: '',
      test: piece('is parsed no further than a piece before its connection is closed: that are answered'),
    },
    {
      name: 'pieces-over-tls',
      off: 'an HTTPS port parses all requests of a packet before one is answered',
      file: 'packages/host/src/plain-http/serve-https.ts',
      find: '  readInPieces(served.server);',
      replace: '',
      test: {
        file: 'apps/authority-server/test/early-requests.test.ts',
        title: 'is closed before most of what it sends at once has been parsed',
      },
    },
    {
      name: 'piece-after-answer',
      off: 'requests are parsed while the one before is answered',
      file: pieces,
      find: 'line.hasEnough || ',
      replace: '',
      test: piece('is parsed no further than the piece of a request that is being answered, then goes on'),
    },
    {
      name: 'piece-after-refusal',
      off: 'requests that the platform refuses itself are parsed all at once',
      file: pieces,
      find: 'if (socket.bytesWritten === written || ',
      replace: 'if (socket.bytesWritten >= written || ',
      test: piece('waits at each piece for its turn, where the platform refuses what it has'),
    },
    {
      name: 'piece-while-paused',
      off: 'the process ends when the answers before are not taken',
      file: pieces,
      find: ' || socket._paused === true',
      replace: '',
      test: piece('waits with what the platform must not be given before its answers are taken'),
    },
    {
      name: 'turns',
      off: 'one server asks the ledger as much at once as it has connections',
      file: callerTurns,
      find: 'server: { each: 4,',
      replace: 'server: { each: 1_000,',
      test: turns('is asked a few things at once for one server, over however many connections: HEAD'),
    },
    {
      name: 'turns-of-addresses',
      off: 'one address asks the ledger as much at once as it has connections',
      file: callerTurns,
      find: 'nobody: { each: 8,',
      replace: 'nobody: { each: 1_000,',
      test: turns(
        'is asked a few things at once for callers without certificate, from one address and from all',
      ),
    },
    {
      name: 'turns-of-strangers',
      off: 'callers without certificate and with many addresses ask the ledger without bound',
      file: callerTurns,
      find: 'all: 64,',
      replace: 'all: 64_000,',
      test: turns(
        'is asked a few things at once for callers without certificate, from one address and from all',
      ),
    },
    {
      name: 'turn-after-body',
      off: 'a request holds a turn while its body is sent',
      file: 'packages/authority/src/routes/open-routes.ts',
      find: 'const request = await withWholeBody(c.req.raw);',
      replace: 'const request = c.req.raw;',
      test: turns(
        'is not kept from others by callers without certificate that send their requests octet by octet',
      ),
    },
    {
      name: 'few-wait-for-turns',
      off: 'any number of requests of one caller waits',
      file: fairTurns,
      find: 'places.waiting.length >= waitingOfEach || ',
      replace: '',
      test: turns(
        'is asked nothing for a caller of whom a hundred requests wait: the next one is told to come again',
      ),
    },
    {
      name: 'turns-go-round',
      off: 'a caller with much that waits is before another with little',
      file: fairTurns,
      find: '      this.#callers.delete(caller);\n      this.#callers.set(caller, places);',
      replace: '',
      test: {
        file: 'packages/authority/src/limits/fair-turns.test.ts',
        title: 'go round: a caller with much that waits is not before another with little',
      },
    },
    {
      name: 'versions-kept',
      off: 'the file of a version of the topology is read for each request',
      file: 'packages/authority/src/kept-versions.ts',
      find: 'this.#kept.get(number) ?? this.#begin(number);',
      replace: 'this.#begin(number);',
      test: {
        file: 'apps/authority-server/test/topology-versions.test.ts',
        title:
          'members who ask for a version of the topology many times have it read once, and get all of it with its length',
      },
    },
    {
      name: 'few-versions-kept',
      off: 'all versions of the topology are kept in memory',
      file: 'packages/authority/src/kept-versions.ts',
      find: 'if (this.#kept.size <= maxKept) break;',
      replace: 'break;',
      test: {
        file: 'packages/authority/test/topology-store.test.ts',
        title: 'has a version in memory once, however many ask for it, and few of them at a time',
      },
    },
    {
      name: 'topology-shared',
      off: 'each slow reader of a topology holds a copy of it',
      file: 'packages/authority/src/routes/topology-routes.ts',
      find: 'c.body(sharedBody(bytes), 200, {',
      replace: 'c.body(new Uint8Array(bytes), 200, {',
      test: {
        file: 'packages/authority/test/shared-topology.test.ts',
        title: 'is handed to all who ask for it as views of the same octets: /topology/1',
      },
    },
    {
      name: 'two-streams',
      off: 'a member has as many event streams as it likes',
      file: 'packages/authority/src/event-hub.ts',
      find: 'endOldest(name);\n',
      replace: '\n',
      test: {
        file: 'apps/authority-server/test/event-streams.test.ts',
        title:
          'a member that opens one event stream after the other keeps the newest two, and takes none from the others',
      },
    },
    {
      name: 'full-hub',
      off: 'a hub without room for another listener says nothing',
      file: 'packages/authority/src/health/probes.ts',
      find: 'events.isFull()\n',
      replace: 'events === undefined\n',
      test: {
        file: 'packages/authority/src/health/health.test.ts',
        title: 'has that no more members can listen, for as long as that is so',
      },
    },
    {
      name: 'fault-lines',
      off: 'requests that fail fill the log of the authority',
      file: 'packages/authority/src/refusals.ts',
      find: '      if (leftOut !== undefined)\n        log.error(',
      replace: '      log.error(',
      test: {
        file: 'apps/authority-server/test/fault-lines.test.ts',
        title: 'a member whose requests fail, again and again, has a few lines in the log of a second',
      },
    },
    {
      name: 'no-stack',
      off: 'a full disk gets fuller with the stack of each fault',
      file: 'packages/authority/src/fault-fields.ts',
      find: '...(mayPass(fault) || code === missing ? {} : { err: fault }),',
      replace: '...{ err: fault },',
      test: {
        file: 'packages/authority/src/refusals.test.ts',
        title: 'has a fault that passes without its stack',
      },
    },
    {
      name: 'good-tokens-pass',
      off: 'an outsider keeps the servers at its address from joining',
      file: 'packages/authority/src/routes/open-routes.ts',
      find: "isRenewal ? limited('certificate', caller) : undefined",
      replace: "limited(isRenewal ? 'certificate' : 'join', caller)",
      test: {
        file: 'apps/authority-server/test/refused-tokens.test.ts',
        title: 'is counted for its address, and keeps no good token from there out',
      },
    },
    {
      name: 'refused-tokens-counted',
      off: 'an address sends join tokens that are refused without end',
      file: 'packages/authority/src/routes/open-routes.ts',
      find: 'if (hasToken(request)) tooMany',
      replace: 'if (request.bodyUsed && !request.bodyUsed) tooMany',
      test: {
        file: 'apps/authority-server/test/refused-tokens.test.ts',
        title: 'is counted for its address, and keeps no good token from there out',
      },
    },
    {
      name: 'short-lists-shared',
      off: 'each reader of a short list holds a copy of it',
      file: 'packages/pki/src/publication/signed-object.ts',
      find: 'new Response(sharedBody(body),',
      replace: 'new Response(body.length > 65_536 ? sharedBody(body) : new Uint8Array(body),',
      test: {
        file: 'packages/pki/test/long-list.test.ts',
        title: 'is not copied for anybody, however short it is',
      },
    },
    {
      name: 'judgements-counted-apart',
      off: 'an administrator has the authority judge a thousand large topologies at once',
      file: topologyRoutes,
      find: '?? limited(what, caller);',
      replace: "?? limited('command', caller);",
      test: judgements(
        'are judged 20 times at once, then 60 times in an hour; the log says so once, and publications are counted apart',
      ),
    },
    {
      name: 'one-topology-at-a-time',
      off: 'the authority reads eight topologies of one administrator at once',
      file: callerTurns,
      find: '{ each: 1, all: 8, waitingOfEach: 7, waiting: 64 }',
      replace: '{ each: 8, all: 8, waitingOfEach: 7, waiting: 64 }',
      test: judgements(
        'are read one after the other: the ninth at once is refused and in the log, and others do not wait for them',
      ),
    },
    {
      name: 'few-topologies-wait',
      off: 'any number of topologies of one administrator waits to be read',
      file: callerTurns,
      find: '{ each: 1, all: 8, waitingOfEach: 7, waiting: 64 }',
      replace: '{ each: 1, all: 8, waitingOfEach: 64, waiting: 64 }',
      test: judgements(
        'are read one after the other: the ninth at once is refused and in the log, and others do not wait for them',
      ),
    },
    {
      name: 'others-between-topologies',
      off: 'nobody else is answered until every topology that waits is judged',
      file: topologyRoutes,
      find: '      await othersFirst();\n',
      replace: '',
      test: judgements('leave room for whatever else waits between two of them'),
    },
    {
      name: 'format-before-bounds',
      off: 'the authority builds hundreds of megabytes of a text that is nested too deep to be a topology',
      file: topologyRoutes,
      find: 'const format = topologyFormatOf(text);',
      replace: 'let format: any; try { format = JSON.parse(text).document.format; } catch {}',
      test: judgements(
        'of a topology that is nested too deep, or has too many values, nothing is built: /topology/judgement',
      ),
    },
  ],
};
