import type { PatchList } from '../patch.ts';

/** A server that is revoked serves nobody, users who are moved go where they are at home, and an administrator who leaves breaks nothing. */
export const patches: PatchList = {
  name: 'left-servers',
  list: [
    {
      name: 'held-certificate-left',
      off: 'the certificate of a server that has left counts again when somebody ends its hold',
      file: 'packages/authority/src/unlisted-certificates.ts',
      find: "if (revocation.reason !== 'certificateHold') continue;",
      replace: 'continue;',
      test: {
        file: 'packages/authority/test/left-on-hold.test.ts',
        title: 'a certificate on hold is revoked for good when its server leaves the topology',
      },
    },
    {
      name: 'moved-devices-stay',
      off: 'a user who was moved is not reached until each device registers again by itself',
      file: 'packages/front-end/src/front-end.ts',
      find: 'this.#options.onMoved?.(address, this.#signedIn.ownOf(address));',
      replace: ';',
      test: {
        file: 'packages/front-end/src/account-changes.test.ts',
        title: 'has connections that are to end, so that the devices register there at once',
      },
    },
    {
      name: 'moved-with-others',
      off: 'that one user is moved disconnects others',
      file: 'packages/front-end/src/signed-in-users.ts',
      find: 'server === undefined && users.size === 1',
      replace: 'server === undefined',
      test: {
        file: 'packages/front-end/src/signed-in-users.test.ts',
        title: 'knows the connections that are of the devices of one user alone',
      },
    },
    {
      name: 'revoked-front-end-serves',
      off: 'a revoked front end takes REGISTER, and nobody reaches its users',
      file: 'packages/sip-relay/src/admission/refuse-every.ts',
      find: 'if (isOver?.() === true) return ownCertificateOver;',
      replace: '',
      test: {
        file: 'packages/front-end/src/account-rights.test.ts',
        title:
          'refuses each request of its clients, who go to the next one, until it has another certificate',
      },
    },
    {
      name: 'refusing-server-at-once',
      off: 'a revoked server that still runs, and all others, dial each other once a second for as long as it does',
      file: 'packages/sip-endpoint/src/endpoint.ts',
      find: "else this.#pool.forgive(hop.name, 'passing');",
      replace: 'else this.#pool.forgive(hop.name);',
      test: {
        file: 'packages/sip-endpoint/test/refusing-server.test.ts',
        title:
          'a server that closes connections after its verdict is left alone for a while, however often it is asked for, until trust or topology change',
      },
    },
    {
      name: 'out-of-date-at-once',
      off: 'while the authority is away for days, each server dials all others once a second, and logs each refusal',
      file: 'packages/sip-endpoint/src/connection/lasting-refusal.ts',
      find: "  'revocation-stale',\n",
      replace: '',
      test: {
        file: 'packages/sip-endpoint/src/connection/refused-hops.test.ts',
        title: 'is not tried once a second where it is refused as revocation-stale: none of it ends by then',
      },
    },
    {
      name: 'administrator-who-has-left',
      off: 'no server starts again under a version with which an administrator leaves who has signed it',
      file: 'packages/topology/src/signing/verify-topology.ts',
      find: "('document' in known && !again) || document.version === 1",
      replace: "'document' in known || document.version === 1",
      test: {
        file: 'packages/member/test/kept-topology.test.ts',
        title:
          'a topology is kept for the next start also where an administrator has signed it who leaves with it',
      },
    },
    {
      name: 'administrator-who-left-before',
      off: 'a version is accepted although an administrator has signed it who left with an earlier one',
      file: 'packages/topology/src/signing/verify-topology.ts',
      find: "('document' in known && !again) || document.version === 1",
      replace: 'document.version === 1',
      test: {
        file: 'packages/topology/test/left-administrator.test.ts',
        title: 'is followed by no version that the one who has left has signed',
      },
    },
    {
      name: 'refusing-server-unnoticed',
      off: 'a server that others no longer know dials them once a second: each connection opens before it is closed',
      file: 'packages/sip-endpoint/src/endpoint.ts',
      find: 'onRefused?.((error) => this.#pool.refused(hop, error));',
      replace: 'void onRefused;',
      test: {
        file: 'packages/sip-endpoint/test/refusing-server.test.ts',
        title:
          'a server that closes connections after its verdict is left alone for a while, however often it is asked for, until trust or topology change',
      },
    },
    {
      name: 'refusal-forgotten-when-reached',
      off: 'the pause before a server that refuses us never grows',
      file: 'packages/sip-endpoint/src/connection/dial-backoff.ts',
      find: ' || reached.isLasting) return;',
      replace: ') return;',
      test: {
        file: 'packages/sip-endpoint/src/connection/refused-hops.test.ts',
        title: 'is tried with pauses that grow from a second to a minute where it refuses us',
      },
    },
    {
      name: 'down-for-long-then-refused',
      off: 'a server that was down for long and refuses once, while it starts, is left alone for a minute',
      file: 'packages/sip-endpoint/src/connection/dial-backoff.ts',
      find: 'last.isLasting === isLasting;',
      replace: 'true;',
      test: {
        file: 'packages/sip-endpoint/src/connection/refused-hops.test.ts',
        title:
          'begins with the first pause where it was not there before, and is not held up longer where it is gone',
      },
    },
    {
      name: 'gateway-that-starts',
      off: 'no call gets out for up to a minute after a gateway is back, where what stands before it has closed connections meanwhile',
      file: 'packages/sip-endpoint/src/connection/lasting-refusal.ts',
      find: "(reason === 'peer-refused' && !isForeign)",
      replace: "(reason === 'peer-refused' && isForeign !== undefined)",
      test: {
        file: 'packages/sip-endpoint/src/connection/refused-hops.test.ts',
        title:
          'runs Entente: what stands before a gateway closes connections for as long as that starts, and it is tried as one that is not there',
      },
    },
    {
      name: 'gateways-are-foreign',
      off: 'the same, because nobody says which server is a gateway',
      file: 'packages/topology/src/matrix/hop-finder.ts',
      find: "?.role === 'gateway'",
      replace: "?.role === 'authority'",
      test: {
        file: 'packages/topology/test/network.test.ts',
        title: 'says of a gateway alone that it runs a program of others',
      },
    },
  ],
};
