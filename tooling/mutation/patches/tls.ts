import type { PatchList } from '../patch.ts';

export const patches: PatchList = {
  name: 'tls',
  list: [
    {
      name: 'verdict',
      off: 'a socket is let in whatever the judge says',
      file: 'packages/tls/src/',
      find: `      return refused(rejection, verdict, leaf);
`,
      replace: '',
      test: {
        file: 'packages/tls/test/handshake.test.ts',
        title: 'refuses a revoked certificate with revoked',
      },
    },
    {
      name: 'certificate-required',
      off: 'a client without certificate is let in where one is required',
      file: 'packages/tls/src/',
      find: "if (asking.certificate === 'required')",
      replace: 'if (asking.certificate === null)',
      test: {
        file: 'packages/tls/test/handshake.test.ts',
        title: 'refuses a client without certificate with no-certificate',
      },
    },
    {
      name: 'failed-is-not-absent',
      off: 'a certificate that fails counts as none where certificates are optional',
      file: 'packages/tls/src/',
      find: 'if (isIgnored(asking.ignoreUnknownIssuer, rejection, leaf, shown.octets))',
      replace: "if (asking.certificate === 'optional')",
      test: {
        file: 'packages/tls/test/handshake.test.ts',
        title:
          'refuses a certificate that fails where certificates are optional: it is never treated as absent',
      },
    },
    {
      name: 'resumed-session',
      off: 'a resumed session, which shows no chain, is let in',
      file: 'packages/tls/src/',
      find: 'if (socket.isSessionReused()) return',
      replace: `if (socket.isSessionReused()) return { admitted: true } as Outcome;
  if (asking === undefined) return`,
      test: {
        file: 'packages/tls/test/platform-rules.test.ts',
        title:
          'refuses a resumed session with resumption-not-allowed, should the platform ever let one through',
      },
    },
    {
      name: 'no-renegotiation',
      off: 'a peer may renegotiate, and change its certificate, after the verdict',
      file: 'packages/tls/src/',
      find: 'constants.SSL_OP_NO_RENEGOTIATION | ',
      replace: '',
      test: {
        file: 'packages/tls/test/platform-rules.test.ts',
        title: 'is refused on TLS 1.2, so a peer cannot change its certificate after the verdict',
      },
    },
    {
      name: 'second-opinion',
      off: 'what OpenSSL finds wrong, and our verdict does not explain, is ignored',
      file: 'packages/tls/src/',
      find: 'if (error !== undefined && contradicts(error, verdict, shown.whole()!)) {',
      replace: 'if (error === null) {',
      test: {
        file: 'packages/tls/test/admission.test.ts',
        title: 'refuses with platform-refused what only our verdict trusts',
      },
    },
    {
      name: 'start-up-check',
      off: 'a listener starts where the environment turns the checks of Node off',
      file: 'packages/tls/src/listen/serve.ts',
      find: `  refuseDisabledChecks();
`,
      replace: '',
      test: {
        file: 'packages/tls/test/platform-rules.test.ts',
        title: 'refuses to start where NODE_TLS_REJECT_UNAUTHORIZED=0',
      },
    },
    {
      name: 'name-asked-for',
      off: 'a client does not check the name that it asked for',
      file: 'packages/tls/src/',
      find: 'identity: expect,',
      replace: "identity: { mode: 'inbound' },",
      test: {
        file: 'packages/tls/test/handshake.test.ts',
        title: 'refuses a server with another name with name-mismatch',
      },
    },
    {
      name: 'allow-of-the-client',
      off: 'a client does not ask who may be reached',
      file: 'packages/tls/src/',
      find: "authorise: authoriseOf(allow, 'connect'),",
      replace: 'authorise: () => ({ ok: true }),',
      test: {
        file: 'packages/tls/test/handshake.test.ts',
        title: 'refuses a server that the list does not allow, even if its name was asked for',
      },
    },
    {
      name: 'allow-of-the-server',
      off: 'a server does not ask who may connect',
      file: 'packages/tls/src/',
      find: "authorise: authoriseOf(options.allow, 'serve'),",
      replace: 'authorise: () => ({ ok: true }),',
      test: {
        file: 'packages/tls/test/handshake.test.ts',
        title: 'refuses a trusted certificate whose name nobody listed with not-in-topology',
      },
    },
    {
      name: 'live-closing',
      off: 'a connection lives on after its certificate is revoked',
      file: 'packages/tls/src/',
      find: "this.#refuse(socket, 'live', rejection, verdict, peer);",
      replace: "this.#tell(socket, 'live', rejection, verdict, peer);",
      test: {
        file: 'packages/tls/test/live.test.ts',
        title: 'closes an open connection when its certificate is revoked, with the reason for insiders',
      },
    },
    {
      name: 'judged-before-heard',
      off: 'listeners see a socket before its verdict',
      file: 'packages/tls/src/',
      find: "if (event === 'secureConnection') return this.#secured(values[0] as TLSSocket);",
      replace: '',
      test: {
        file: 'packages/tls/test/admission.test.ts',
        title: 'shows an unjudged socket to no listener, not even to one added later',
      },
    },
    {
      name: 'only-unknown-issuers',
      off: 'a client whose certificate is revoked is admitted as one that has none',
      file: 'packages/tls/src/',
      find: "rejection.reason !== 'unknown-issuer' || ",
      replace: '',
      test: {
        file: 'packages/tls/test/unknown-issuers.test.ts',
        title: 'is refused where the certificate fails, whatever the listener says of unknown issuers',
      },
    },
    {
      name: 'expiry-at-once',
      off: 'a connection outlives its leaf by a minute',
      file: 'packages/tls/src/',
      find: 'return (Math.floor(time / 1_000) + 1) * 1_000;',
      replace: 'return (Math.floor(time / 1_000) + 61) * 1_000;',
      test: {
        file: 'packages/tls/test/live.test.ts',
        title: 'closes it in the second after its last, however the clock comes there',
      },
    },
  ],
};
