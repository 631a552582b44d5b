import type { PatchList } from '../patch.ts';

const scene = 'apps/authority-server/test/perimeter-push.test.ts';
const edgePush = 'packages/authority/test/edge-push.test.ts';
const wire = 'packages/topology/test/pushes.test.ts';

/** Pushes of the authority to perimeter servers. */
export const patches: PatchList = {
  name: 'pushes',
  list: [
    {
      name: 'anybody-pushes',
      off: 'every server of the network may push to an edge',
      file: 'packages/member/src/push/push-service.ts',
      find: 'allow: authoriseAuthority(state, fqdn),',
      replace: 'allow: () => ({ ok: true }),',
      test: { file: scene, title: 'refuses a front end with the reason: role-not-allowed-on-link' },
    },
    {
      name: 'without-certificate',
      off: 'the port for pushes admits who shows no certificate',
      file: 'packages/member/src/push/push-service.ts',
      find: "clientCertificate: 'required',",
      replace: "clientCertificate: 'optional',",
      test: { file: scene, title: 'refuses somebody without a certificate with the reason: no-certificate' },
    },
    {
      name: 'outsiders-keep-places',
      off: 'outsiders without a certificate keep the authority away from the port for pushes',
      file: 'packages/member/src/push/push-service.ts',
      find: "whenPendingIsFull: 'close-silent',",
      replace: "whenPendingIsFull: 'refuse-newest',",
      test: {
        file: scene,
        title:
          'takes pushes while outsiders hold as many connections open as they may, also from the address of the authority',
      },
    },
    {
      name: 'by-the-one-before',
      off: 'an edge asks over a push by a certificate that was replaced',
      file: 'packages/member/src/push/pushed-requests.ts',
      find: 'replaced(): void {\n    this.#isOutdated = true;',
      replace: 'replaced(): void {\n    this.#isOutdated = false;',
      test: {
        file: 'packages/member/test/pushed-requests.test.ts',
        title: 'wait for the next push where our certificate was replaced since the authority dialled',
      },
    },
    {
      name: 'connection-of-before',
      off: 'a server asks for what it needs over a connection that shows a certificate that it has replaced',
      file: 'packages/member/src/push/answer-pushes.ts',
      find: 'if (!showsCurrent(incoming)) return refuse(outgoing, 421);',
      replace: '',
      test: {
        file: 'packages/member/test/pushes.test.ts',
        title: 'asks nothing over a connection that was made before its certificate was replaced',
      },
    },
    {
      name: 'open-for-ever',
      off: 'an edge takes pushes although the topology has closed their row',
      file: 'packages/member/src/push/push-service.ts',
      find: "if (what === 'topology') this.#changed();",
      replace: "if (what === 'keys') this.#changed();",
      test: {
        file: scene,
        title:
          'is open exactly while the topology has it: not where its row is closed, and then nobody is dialled',
      },
    },
    {
      name: 'tried-again',
      off: 'an edge takes no pushes until it is started again where its port could not be opened once',
      file: 'packages/member/src/push/push-service.ts',
      find: 'if (!this.#closed) this.#cancelRetry = trust.clock.after(retryMs, () => this.#changed(message));',
      replace: 'void trust;',
      test: {
        file: 'packages/member/test/push-port.test.ts',
        title: 'is opened half a minute later, without another topology, and the log has the fault once',
      },
    },
    {
      name: 'listener-tried-again',
      off: 'web services and reverse proxies are not served until the server is started again where its port could not be opened once',
      file: 'packages/host/src/https/followed-listener.ts',
      find: 'this.#retry = setTimeout(() => void this.#tryToFollow(message), retryMs);',
      replace: 'this.#retry = setTimeout(() => {}, retryMs);',
      test: {
        file: 'packages/host/src/https/followed-listener.test.ts',
        title:
          'is opened half a minute later where the machine had not the address yet, and the fault is reported once',
      },
    },
    {
      name: 'opened-while-draining',
      off: 'a server that stops opens a port again, where an attempt to open it ends meanwhile',
      file: 'packages/host/src/https/followed-listener.ts',
      find: 'if (this.#isClosed) return opened.close();',
      replace: '',
      test: {
        file: 'packages/host/src/https/followed-listener.test.ts',
        title: 'leaves no port open where it accepts no more by the time that one is opened',
      },
    },
    {
      name: 'closed-row',
      off: 'an authority pushes on rows that the topology has closed',
      file: 'packages/topology/src/matrix/pushes.ts',
      find: "row === links.authorityToEdge.row && service === 'push' && maySend,",
      replace: "row === links.authorityToEdge.row || service === 'push' || maySend,",
      test: {
        file: wire,
        title: 'is of no other role, and nobody but an authority pushes',
      },
    },
    {
      name: 'carried-commands',
      off: 'an edge has the authority carry out what no member may ask for',
      file: 'packages/topology/src/push/push-answer.ts',
      find: '.refine(({ method, path }) => isCarried(method, path)),',
      replace: '.refine(({ method, path }) => method !== path),',
      test: { file: wire, title: 'carries what members ask for, and not POST /revoke' },
    },
    {
      name: 'carried-tokens',
      off: 'an edge sends a token of somebody else over a push',
      file: 'packages/topology/src/push/push-answer.ts',
      find: 'return carriedHeaders.includes(name);',
      replace: "return name !== '';",
      test: { file: wire, title: 'is refused with a header that is not carried' },
    },
    {
      name: 'endless-answer',
      off: 'an answer that is pushed fills the memory of an edge',
      file: 'packages/member/src/push/answer-pushes.ts',
      find: 'new GatheredOctets(maxBytes)',
      replace: 'new GatheredOctets(Number.MAX_SAFE_INTEGER)',
      test: {
        file: 'packages/member/test/pushes.test.ts',
        title: 'reads no answer that is longer than the longest list',
      },
    },
    {
      name: 'waiting-requests',
      off: 'requests that wait for a push are without number',
      file: 'packages/member/src/push/pushed-requests.ts',
      find: 'this.#waiting.size >= maxWaitingRequests',
      replace: 'this.#waiting.size < 0',
      test: {
        file: 'packages/member/test/pushed-requests.test.ts',
        title: 'are no others than those of members, no longer than a standing, and no more than 64',
      },
    },
    {
      name: 'queue-of-an-edge',
      off: 'an edge that was taken over fills the memory of the authority with requests',
      file: 'packages/authority/src/push/push-round.ts',
      find: 'wanted.length > maxWaitingRequests',
      replace: 'wanted.length < 0',
      test: {
        file: 'packages/authority/test/push-round.test.ts',
        title:
          'ends where the server asks for more than its own requests that may wait, so that it fills no memory',
      },
    },
    {
      name: 'closed-way',
      off: 'a server dials the authority although the topology has closed that row',
      file: 'packages/member/src/authority/authority-ways.ts',
      find: 'if (!mayDial()) return pushed.isOpen',
      replace: 'if (mayDial() === undefined) return pushed.isOpen',
      test: {
        file: 'packages/member/test/pushed-requests.test.ts',
        title: 'is never a connection of our own where the topology closes the row of members',
      },
    },
    {
      name: 'many-at-once',
      off: 'each change begins one more push to a server that answers slowly',
      file: 'packages/authority/src/push/edge-push.ts',
      find: 'if (this.#running !== undefined) {',
      replace: 'if (this.#running === null) {',
      test: {
        file: edgePush,
        title: 'are one at a time, and once more for everything that came meanwhile',
      },
    },
    {
      name: 'no-pause',
      off: 'an authority dials a server that is down at each change, without a pause',
      file: 'packages/authority/src/push/edge-push.ts',
      find: ' || this.#cancel !== undefined) return;',
      replace: ') return;',
      test: {
        file: edgePush,
        title:
          'are tried again after a failure, with pauses that grow to a minute, and news do not shorten them',
      },
    },
    {
      name: 'endless-push',
      off: 'a server that answers for ever is never told anything again',
      file: 'packages/authority/src/push/edge-push.ts',
      find: 'AbortSignal.any([this.#stop.signal, tooLong.signal])',
      replace: 'this.#stop.signal',
      test: {
        file: edgePush,
        title: 'are given up after ten minutes, so that a server which answers for ever is dialled again',
      },
    },
  ],
};
