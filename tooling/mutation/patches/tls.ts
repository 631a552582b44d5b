import type { MutationPatch, PatchList } from '../patch.ts';

const sources = 'packages/tls/src/';
const connect = 'packages/tls/src/dial/connect.ts';
const serve = 'packages/tls/src/listen/serve.ts';

const handshake = (title: string): MutationPatch['test'] => ({
  file: 'packages/tls/test/handshake.test.ts',
  title,
});
const admission = (title: string): MutationPatch['test'] => ({
  file: 'packages/tls/test/admission.test.ts',
  title,
});
const bounds = (title: string): MutationPatch['test'] => ({
  file: 'packages/tls/test/bounds.test.ts',
  title,
});
const platform = (title: string): MutationPatch['test'] => ({
  file: 'packages/tls/test/platform-rules.test.ts',
  title,
});
const live = (title: string): MutationPatch['test'] => ({ file: 'packages/tls/test/live.test.ts', title });

const logRefusal = (title: string): MutationPatch['test'] => ({
  file: 'packages/tls/src/log/log-refusal.test.ts',
  title,
});

const httpClient = (title: string): MutationPatch['test'] => ({
  file: 'packages/tls/test/http-client.test.ts',
  title,
});

const connectionIndex: MutationPatch['test'] = {
  file: 'packages/tls/src/live/connection-index.test.ts',
  title: 'finds every connection of one path under the server that it was authorised as, and its anchor',
};

/** What puts every socket under the verdict, and what keeps the platform from going round it. */
export const patches: PatchList = {
  name: 'tls',
  list: [
    {
      name: 'refusal-watch-ends',
      off: 'a peer that closes a connection of hours counts as one that has refused us',
      file: 'packages/tls/src/refusal/refused-by-peer.ts',
      find: 'if (isOver) return push.call(socket, chunk, encoding);',
      replace: '',
      test: {
        file: 'packages/tls/test/handshake.test.ts',
        title:
          'does not take a close after the first byte for a refusal, also where a push of the caller is in front of ours',
      },
    },
    {
      name: 'expiry-at-once',
      off: 'a connection outlives its leaf by a minute',
      file: 'packages/tls/src/live/live-connections.ts',
      find: 'return (Math.floor(time / 1_000) + 1) * 1_000;',
      replace: 'return (Math.floor(time / 1_000) + 61) * 1_000;',
      test: live('closes it in the second after its last, however the clock comes there'),
    },
    {
      name: 'expiry-with-the-clock-set-back',
      off: 'a connection that became due and still passed is never judged by time again',
      file: 'packages/tls/src/live/live-connections.ts',
      find: ' || entry.dueAt === undefined) {',
      replace: ') {',
      test: live('closes it too where the clock was set back while its time ended'),
    },
    {
      name: 'verdict',
      off: 'a socket is let in whatever the judge says',
      file: sources,
      find: '      return refused(rejection, verdict, leaf);\n',
      replace: '',
      test: handshake('refuses a revoked certificate with revoked'),
    },
    {
      name: 'certificate-required',
      off: 'a client without certificate is let in where one is required',
      file: sources,
      find: "if (asking.certificate === 'required')",
      replace: 'if (asking.certificate === null)',
      test: handshake('refuses a client without certificate with no-certificate'),
    },
    {
      name: 'failed-is-not-absent',
      off: 'a certificate that fails counts as none where certificates are optional',
      file: sources,
      find: 'if (isIgnored(asking.ignoreUnknownIssuer, rejection, leaf, shown.octets))',
      replace: "if (asking.certificate === 'optional')",
      test: handshake(
        'refuses a certificate that fails where certificates are optional: it is never treated as absent',
      ),
    },
    {
      name: 'resumed-session',
      off: 'a resumed session, which shows no chain, is let in',
      file: sources,
      find: 'if (socket.isSessionReused()) return',
      replace:
        'if (socket.isSessionReused()) return { admitted: true } as Outcome;\n  if (asking === undefined) return',
      test: platform(
        'refuses a resumed session with resumption-not-allowed, should the platform ever let one through',
      ),
    },
    {
      name: 'no-tickets',
      off: 'a port that asks for client certificates gives session tickets',
      file: sources,
      find: '(resumption ? 0 : constants.SSL_OP_NO_TICKET)',
      replace: '0',
      test: platform('never happens where client certificates are asked for (TLSv1.3)'),
    },
    {
      name: 'no-renegotiation',
      off: 'a peer may renegotiate, and change its certificate, after the verdict',
      file: sources,
      find: 'constants.SSL_OP_NO_RENEGOTIATION | ',
      replace: '',
      test: platform('is refused on TLS 1.2, so a peer cannot change its certificate after the verdict'),
    },
    {
      name: 'no-ca-names',
      off: 'an external interface shows unknown peers which CAs it knows',
      file: sources,
      find: "link.interface === 'external' ? [] :",
      replace: '',
      test: platform('shows no CA names in the request for a client certificate on an external interface'),
    },
    {
      name: 'second-opinion',
      off: 'what OpenSSL finds wrong, and our verdict does not explain, is ignored',
      file: sources,
      find: 'if (error !== undefined && contradicts(error, verdict, shown.whole()!)) {',
      replace: 'if (error === null) {',
      test: admission('refuses with platform-refused what only our verdict trusts'),
    },
    {
      name: 'start-up-check',
      off: 'a listener starts where the environment turns the checks of Node off',
      file: serve,
      find: '  refuseDisabledChecks();\n',
      replace: '',
      test: platform('refuses to start where NODE_TLS_REJECT_UNAUTHORIZED=0'),
    },
    {
      name: 'name-asked-for',
      off: 'a client does not check the name that it asked for',
      file: connect,
      find: 'identity: expect,',
      replace: "identity: { mode: 'inbound' },",
      test: handshake('refuses a server with another name with name-mismatch'),
    },
    {
      name: 'allow-of-the-client',
      off: 'a client does not ask who may be reached',
      file: connect,
      find: "authorise: authoriseOf(allow, 'connect'),",
      replace: 'authorise: () => ({ ok: true }),',
      test: handshake('refuses a server that the list does not allow, even if its name was asked for'),
    },
    {
      name: 'allow-of-the-server',
      off: 'a server does not ask who may connect',
      file: serve,
      find: "authorise: authoriseOf(options.allow, 'serve'),",
      replace: 'authorise: () => ({ ok: true }),',
      test: handshake('refuses a trusted certificate whose name nobody listed with not-in-topology'),
    },
    {
      name: 'live-closing',
      off: 'a connection lives on after its certificate is revoked',
      file: sources,
      find: "this.#refuse(socket, 'live', rejection, verdict, peer);",
      replace: "this.#tell(socket, 'live', rejection, verdict, peer);",
      test: live('closes an open connection when its certificate is revoked, with the reason for insiders'),
    },
    {
      name: 'judged-before-heard',
      off: 'listeners see a socket before its verdict',
      file: sources,
      find: "if (event === 'secureConnection') return this.#secured(values[0] as TLSSocket);",
      replace: '',
      test: admission('shows an unjudged socket to no listener, not even to one added later'),
    },
    {
      name: 'pending-limit',
      off: 'one address may hold any number of connections without a verdict',
      file: sources,
      find: 'maxPerAddress: limits.maxPendingPerAddress ?? 500,',
      replace: 'maxPerAddress: 5_000,',
      test: admission(
        'refuses a further connection without a verdict from an address that already holds the most allowed',
      ),
    },
    {
      name: 'peer-limit',
      off: 'one peer may hold any number of open connections',
      file: 'packages/tls/src/listen/peer-places.ts',
      find: 'if (taken.connections >= this.#max.connections)',
      replace: 'if (taken.connections >= 1_000_000 * this.#max.connections)',
      test: bounds(
        'refuses a further open connection of a peer that holds the most allowed, from whatever address, and says whose',
      ),
    },
    {
      name: 'oldest-gives-way',
      off: 'connections without a verdict keep others away where the oldest should give way',
      file: sources,
      find: "whenPendingIsFull === 'close-oldest';",
      replace: "whenPendingIsFull === 'refuse-newest';",
      test: admission(
        'closes the oldest connection without a verdict for a further one, and none that was admitted',
      ),
    },
    {
      name: 'oldest-of-the-address',
      off: 'a connection of another address gives way, so that one address keeps its others out',
      file: 'packages/tls/src/listen/admission-limits.ts',
      find: 'const group = isFull ? groupOf(socket) : undefined;',
      replace: 'const group = isFull ? undefined : groupOf(socket);',
      test: admission('closes the oldest one of the same address where that holds the most allowed'),
    },
    {
      name: 'open-limit',
      off: 'one address may hold any number of open connections',
      file: sources,
      find: 'const refused = this.#open.enter(socket, beyond) ?? this.#pending.enter(socket);',
      replace: 'const refused = this.#pending.enter(socket);',
      test: bounds(
        'refuses a further open connection from an address that holds the most allowed, before any handshake',
      ),
    },
    {
      name: 'whole-network-of-an-address',
      off: 'each of the addresses that one machine has in IPv6 gets the bound for itself',
      file: 'packages/tls/src/listen/address-group.ts',
      find: "  if (!address.includes(':')) return address;\n",
      replace: "  if (address !== '') return address;\n",
      test: { file: 'packages/tls/src/listen/address-group.test.ts', title: 'of addresses of one /64' },
    },
    {
      name: 'addresses-behind-a-translator',
      off: 'all IPv4 addresses behind a translator have the bound of one between them',
      file: 'packages/tls/src/listen/address-group.ts',
      find: '  [0x64, 0xff9b, 0, 0, 0, 0],\n',
      replace: '',
      test: {
        file: 'packages/tls/src/listen/address-group.test.ts',
        title: 'of two IPv4 addresses behind a translator',
      },
    },
    {
      name: 'refusal-lines-of-a-peer',
      off: 'a peer that is refused again and again fills the log',
      file: 'packages/tls/src/log/refusal-limit.ts',
      find: '    if (this.#lines >= this.#max) return false;\n',
      replace: '',
      test: logRefusal(
        'has one of ten lines that its peer gets in a second, and the next line has the number of those without',
      ),
    },
    {
      name: 'refusal-lines-of-many-addresses',
      off: 'a peer with many addresses fills the log',
      file: 'packages/tls/src/log/refusal-limit.ts',
      find: '(peer.admitted || this.#unadmitted.take(now))',
      replace: 'this.#unadmitted !== undefined',
      test: logRefusal(
        'has one of a hundred lines in a second where its peer was never admitted, from however many addresses',
      ),
    },
    {
      name: 'server-of-another-verdict',
      off: 'a connection is looked for under the server that another one with its certificate was authorised as',
      file: 'packages/tls/src/live/connection-index.ts',
      find: 'known.server === peer.server && ',
      replace: '',
      test: connectionIndex,
    },
    {
      name: 'anchor-of-another-verdict',
      off: 'a connection is looked for under the anchor of another one with its certificate',
      file: 'packages/tls/src/live/connection-index.ts',
      find: ' && known.anchor === path.anchor.name) return known;',
      replace: ') return known;',
      test: connectionIndex,
    },
    {
      name: 'answer-size',
      off: 'a server that answers without end fills the memory of an HTTP client',
      file: 'packages/tls/src/dial/http-exchange.ts',
      find: 'new GatheredOctets(maxBytes)',
      replace: 'new GatheredOctets(Number.MAX_SAFE_INTEGER)',
      test: httpClient('gives up an answer that is larger than its bound, and closes the connection'),
    },
    {
      name: 'answer-status',
      off: 'an answer that is not HTTP passes where a library has replaced the Response of the process',
      file: 'packages/tls/src/dial/http-exchange.ts',
      find: '    if (status < 200 || status > 599 || status === 205) throw this.#invalid(status);\n',
      replace: '',
      test: httpClient('fails, and nothing else does, at status 600'),
    },
    {
      name: 'answer-deadline',
      off: 'a server that answers slowly and steadily holds an HTTP client for ever',
      file: 'packages/tls/src/dial/http-exchange.ts',
      find: 'Math.max(1, deadlineMs - spentMs),',
      replace: 'Math.max(2 ** 30, deadlineMs - spentMs),',
      test: httpClient('gives up when its time is over, however steadily something arrives'),
    },
    {
      name: 'client-disposed-of',
      off: 'an HTTP client that was disposed of opens connections that nothing closes',
      file: 'packages/tls/src/dial/http-client.ts',
      find: '      closed.abort(clientClosed());\n',
      replace: '',
      test: httpClient('refuses to dial'),
    },
    {
      name: 'time-of-the-machine',
      off: 'OpenSSL has no say about the time',
      file: 'packages/tls/src/trust/judge-socket.ts',
      find: 'isAboutTime(error) && asking.trust.clock !== systemClock',
      replace: 'isAboutTime(error) && (asking.trust.clock as unknown) !== undefined && systemClock',
      test: {
        file: 'packages/tls/test/admission.test.ts',
        title: 'counts where the verdict had the clock of the machine',
      },
    },
  ],
};
