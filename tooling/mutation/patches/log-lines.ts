import type { MutationPatch, PatchList } from '../patch.ts';

const lines = 'packages/web-services/src/request-lines.ts';
const hostile = (title: string): MutationPatch['test'] => ({
  file: 'tooling/web-services/web-hostile.test.ts',
  title,
});
const webLines: MutationPatch['test'] = {
  file: 'packages/front-end/src/web/web-lines.test.ts',
  title: 'have ten lines in a second, and the next line says how many had none',
};

/** Nobody fills a disk with lines of a log, and hides none about others by it. */
export const patches: PatchList = {
  name: 'log-lines',
  list: [
    {
      name: 'log-of-refused-requests',
      off: 'one client fills the log with refused requests',
      file: 'packages/sip-relay/src/log/connection-log.ts',
      find: 'if (leftOut === undefined) return;\n  log[level](',
      replace: 'log[level](',
      test: {
        file: 'packages/front-end/test/wire.test.ts',
        title:
          'must wait after five, gets one line of the log each of ten times a second, and each line names the user',
      },
    },
    {
      name: 'log-of-malformed-requests',
      off: 'a request that cannot be read is answered 400, and the log says nothing',
      file: 'packages/sip-relay/src/proxy-runtime.ts',
      find: 'onMalformed: (fault, connection) => this.#logMalformed(fault, connection),',
      replace: '',
      test: {
        file: 'packages/sip-relay/test/malformed-messages.test.ts',
        title: 'leaves a line with its Call-ID beside the 400: a Max-Forwards that is not a number',
      },
    },
    {
      name: 'log-of-many-malformed-requests',
      off: 'one client fills the log with requests that cannot be read',
      file: 'packages/sip-relay/src/log/malformed-log.ts',
      find: 'if (leftOut === undefined) return;',
      replace: '',
      test: {
        file: 'packages/sip-relay/test/malformed-messages.test.ts',
        title: 'has ten lines a second however often a peer sends it',
      },
    },
    {
      name: 'log-of-faults',
      off: 'one client fills the log with a message that leads to a fault',
      file: 'packages/sip-relay/src/log/connection-log.ts',
      find: "if (leftOut === undefined) return;\n  const fields = { event: 'fault'",
      replace: "const fields = { event: 'fault'",
      test: {
        file: 'packages/sip-relay/src/log/connection-log.test.ts',
        title: 'get ten lines in a second, and the next line says how many got none',
      },
    },
    {
      name: 'log-of-many-addresses',
      off: 'one user with many addresses fills the log with refused requests',
      file: 'packages/sip-relay/src/log/connection-log.ts',
      find: 'const name = server ?? user;',
      replace: "const name = server ?? (user === '' ? user : undefined);",
      test: {
        file: 'packages/sip-relay/src/log/connection-log.test.ts',
        title:
          'of one user get ten lines in a second from however many addresses, and the next line says how many got none',
      },
    },
    {
      name: 'log-of-connections',
      off: 'a peer that connects again and again fills the log',
      file: 'packages/sip-relay/src/log/connection-log.ts',
      find: '    if (leftOut === undefined) return;\n    const { name, row }',
      replace: '    const { name, row }',
      test: {
        file: 'packages/sip-relay/src/log/connection-log.test.ts',
        title:
          'get ten lines in a second of one peer, however often it connects, and the next line says how many got none: alice@contoso.example',
      },
    },
    {
      name: 'log-of-partners',
      off: 'a partner fills the log with connections whose certificates name one domain after another',
      file: 'packages/sip-relay/src/log/connection-log.ts',
      find: 'name: partner === undefined ? from',
      replace: "name: partner === undefined || from !== '' ? from",
      test: {
        file: 'packages/sip-relay/src/log/connection-log.test.ts',
        title:
          'get ten lines in a second of one partner, by whatever names it connects, and each line has its entry and some of its domains',
      },
    },
    {
      name: 'long-sentence',
      off: 'anybody fills the log with the longest field that a message may have',
      file: 'packages/sip-relay/src/log/connection-log.ts',
      find: 'shortText(refusal.message)',
      replace: 'refusal.message',
      test: {
        file: 'packages/front-end/test/long-fields.test.ts',
        title: 'has one too where nobody has proven who it is',
      },
    },
    {
      name: 'long-method',
      off: 'anybody fills the log with long methods',
      file: 'packages/sip-relay/src/log/connection-log.ts',
      find: 'return shortText(method, maxMethod);',
      replace: 'return method;',
      test: {
        file: 'packages/sip-relay/src/log/connection-log.test.ts',
        title: 'is short whatever a peer has written: its method',
      },
    },
    {
      name: 'long-user',
      off: 'anybody fills the log with long names of users',
      file: 'packages/sip-relay/src/log/connection-log.ts',
      find: 'return shortText(name, maxName);',
      replace: 'return name;',
      test: {
        file: 'packages/sip-relay/src/log/connection-log.test.ts',
        title: 'is short whatever a peer has written: the user that it claims',
      },
    },
    {
      name: 'long-failure',
      off: 'a peer writes long lines into the log about what was not reached',
      file: 'packages/sip-relay/src/log/unreachable-log.ts',
      find: 'shortText(message)',
      replace: 'message',
      test: {
        file: 'packages/sip-relay/src/log/unreachable-log.test.ts',
        title: 'has a short line, however long what peers wrote of it is',
      },
    },
    {
      name: 'refused-and-left-alone',
      off: 'a server that refuses is in the log as one that is not there, once it is left alone for a while',
      file: 'packages/sip-relay/src/log/unreachable-log.ts',
      find: 'isTrustError(error) ? error : cause',
      replace: '(void cause, error)',
      test: {
        file: 'packages/sip-relay/src/log/unreachable-log.test.ts',
        title: 'is refused for the same reason while the server that refuses is left alone',
      },
    },
    {
      name: 'long-names-in-a-certificate',
      off: 'anybody fills the log with the names in a certificate that is refused',
      file: 'packages/tls/src/log/log-refusal.ts',
      find: 'shortText(rejection.message)',
      replace: 'rejection.message',
      test: {
        file: 'packages/tls/src/log/log-refusal.test.ts',
        title: 'has a short line, however long the names in a certificate are',
      },
    },
    {
      name: 'lines-of-the-unproven',
      off: 'clients that have proven nothing fill the log with connections that are closed for what they send, from many addresses',
      file: 'packages/tls/src/log/log-refusal.ts',
      find: "admitted: when === 'live' && name !== undefined",
      replace: "admitted: when === 'live'",
      test: {
        file: 'packages/tls/src/log/log-refusal.test.ts',
        title:
          'has one of those hundred lines where its peer was admitted and has proven nothing, as anybody is who shows no certificate',
      },
    },
    {
      name: 'long-sentence-of-an-application',
      off: 'users fill the log of an application, such as a chat server, with long fields',
      file: 'packages/application/src/refusal.ts',
      find: 'shortText(message)',
      replace: 'message',
      test: {
        file: 'packages/application/src/refusal.test.ts',
        title: 'has a short line in the log, whatever was in it',
      },
    },
    {
      name: 'flooded-log',
      off: 'a client that asks by another name floods the log of web services',
      file: lines,
      find: '    const leftOut = limit.line({ address: client, admitted: false });',
      replace: '    const leftOut = limit === undefined ? undefined : {};',
      test: hostile(
        'is not flooded by who asks by another name: ten lines a second, and they count the others',
      ),
    },
    {
      name: 'hidden-guesses',
      off: 'a client that asks by another name ten times a second hides that passwords are guessed',
      file: lines,
      find: "where === undefined || reason === 'throttled' ? this.#early : this.#refused",
      replace: "where === undefined || reason === 'throttled' ? this.#refused : this.#refused",
      test: hostile('has each wrong password, however often somebody asks by another name'),
    },
    {
      name: 'clients-that-leave',
      off: 'anybody has faults written into the log of web services, by leaving in the middle of a request',
      file: 'packages/host/src/https/read-text.ts',
      find: '    // A request fails of nothing but its connection.\n    return left;\n',
      replace: "    throw new TypeError('aborted');\n",
      test: hostile('is no fault of web services: there is one line about it for those who debug'),
    },
    {
      name: 'everyday-lines',
      off: 'clients that leave in the middle of requests fill the log of web services',
      file: lines,
      find: '    const leftOut = this.#everyday.line({ address: client, admitted: false });\n    if (leftOut === undefined) return;\n',
      replace: '    const leftOut = this.#everyday.line({ address: client, admitted: false });\n',
      test: {
        file: 'packages/web-services/src/request-lines.test.ts',
        title: 'have ten lines in a second for one client, and the next line says how many had none',
      },
    },
    {
      name: 'fault-lines',
      off: 'users who find a request that fails fill the log of web services',
      file: lines,
      find: '    const leftOut = this.#faults.line({ address: client, admitted: false });\n    if (leftOut === undefined) return;\n',
      replace: '    const leftOut = this.#faults.line({ address: client, admitted: false });\n',
      test: {
        file: 'packages/web-services/src/request-lines.test.ts',
        title: 'have a hundred lines in a second for all clients',
      },
    },
    {
      name: 'fault-lines-of-a-front-end',
      off: 'users who find a request that fails fill the log of a front end',
      file: 'packages/front-end/src/web/web-lines.ts',
      find: '    const leftOut = this.#faults.line({ name: peer, admitted: true });\n    if (leftOut === undefined) return;\n',
      replace: '    const leftOut = this.#faults.line({ name: peer, admitted: true });\n',
      test: webLines,
    },
    {
      name: 'refused-lines-of-a-front-end',
      off: 'users whose requests are refused fill the log of a front end',
      file: 'packages/front-end/src/web/web-lines.ts',
      find: '    const leftOut = limit.line({ name: peer, admitted: true });\n    if (leftOut === undefined) return;\n',
      replace: '    const leftOut = limit.line({ name: peer, admitted: true });\n',
      test: webLines,
    },
    {
      name: 'clients-that-leave-an-authority',
      off: 'anybody has faults written into the log of the authority, by leaving in the middle of a request',
      file: 'packages/pki/src/enrolment/read-body.ts',
      find: "throw new PkiFault('ENTENTE_PKI_CLIENT_LEFT', {",
      replace: "throw new PkiFault('ENTENTE_PKI_TRANSPORT', {",
      test: {
        file: 'apps/authority-server/test/clients-that-leave.test.ts',
        title:
          'who asks for a certificate and leaves before the request is whole causes no fault and no refusal',
      },
    },
    {
      name: 'lines-of-clients-that-leave',
      off: 'clients that leave in the middle of a request hide refusals in the log of the authority',
      file: 'packages/authority/src/refusals.ts',
      find: 'lineFor(caller, left)',
      replace: 'lineFor(caller)',
      test: {
        file: 'packages/authority/src/refusals.test.ts',
        title: 'has few lines about clients that leave, which are no faults, and hide no refusal',
      },
    },
    {
      name: 'full-disk-of-the-log',
      off: 'a server whose log is on a full disk writes no more lines, also when there is space again',
      file: 'packages/host/src/log/descriptor-output.ts',
      find: 'this.#retry = undefined;\n        this.#next();',
      replace: 'this.#retry = undefined;',
      test: {
        file: 'packages/host/src/log/descriptor-output.test.ts',
        title: 'loses nothing and throws nothing where its disk fails, and goes on when it can: ENOSPC',
      },
    },
    {
      name: 'end-waits-for-a-reader',
      off: 'a server whose log nobody reads does not end when it is told to',
      file: 'packages/host/src/standard-output.ts',
      find: 'new DescriptorOutput(withoutWaiting(1))',
      replace: 'new DescriptorOutput(isEnded ? withoutWaiting(1) : 1)',
      test: {
        file: 'tooling/crash/unread-log.test.ts',
        title: 'ends a server when it is told to, though nobody reads its log and the pipe is full',
      },
    },
    {
      name: 'last-lines-of-a-busy-pipe',
      off: 'the last lines of a server are lost where the reader of its log is slow',
      file: 'packages/host/src/log/descriptor-output.ts',
      find: 'this.#retry !== undefined && !this.#isBusy',
      replace: 'this.#retry !== undefined',
      test: {
        file: 'packages/host/src/log/descriptor-output.test.ts',
        title: 'waits at its end for a reader that takes nothing at the moment, and loses no line',
      },
    },
    {
      name: 'another-reader-of-the-log',
      off: 'a log whose reader has ended looks healthy',
      file: 'packages/host/src/log/descriptor-output.ts',
      find: 'if (!this.#isBusy) this.#failure',
      replace: "if (!this.#isBusy && code !== 'EPIPE') this.#failure",
      test: {
        file: 'packages/host/src/log/descriptor-output.test.ts',
        title:
          'fails where its reader has ended, takes no more memory than another failure, and goes on with the next reader',
      },
    },
  ],
};
