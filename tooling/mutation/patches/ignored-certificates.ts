import type { PatchList } from '../patch.ts';

const tls = 'packages/tls/src/trust/ignored-certificate.ts';
const listener = 'packages/tls/test/unknown-issuers.test.ts';

/** Certificates of clients that count as none. */
export const patches: PatchList = {
  name: 'ignored-certificates',
  list: [
    {
      name: 'only-unknown-issuers',
      off: 'a client whose certificate is revoked is admitted as one that has none',
      file: tls,
      find: "rejection.reason !== 'unknown-issuer' || ",
      replace: '',
      test: {
        file: listener,
        title: 'is refused where the certificate fails, whatever the listener says of unknown issuers',
      },
    },
    {
      name: 'large-ones-are-not-kept',
      off: 'each connection of a client keeps as large a chain as it likes',
      file: tls,
      find: ' || octets > mostIgnoredOctets',
      replace: '',
      test: {
        file: listener,
        title: 'is refused unasked where it has presented more than an idle connection may keep',
      },
    },
    {
      name: 'ignored-ones-are-paid-for',
      off: 'an address has chains verified for nothing, as long as they count as none',
      file: 'packages/tls/src/listen/admission-control.ts',
      find: 'if (outcome.peer.ignored === undefined) this.#handshakes.passed(accepted);\n      else this.#handshakes.ignored(accepted);',
      replace: 'this.#handshakes.passed(accepted);',
      test: {
        file: 'packages/tls/test/long-handshakes.test.ts',
        title: 'waits also where they count as none, and it is admitted without a name',
      },
    },
    {
      name: 'ignored-ones-leave-their-places',
      off: 'an address has four telephones with a certificate of their maker, and no more',
      file: 'packages/tls/src/listen/admission-control.ts',
      find: 'else this.#handshakes.ignored(accepted);',
      replace: '',
      test: { file: listener, title: 'are all connected at the same time' },
    },
    {
      name: 'ordinary-ones-are-free',
      off: 'an office of telephones behind one address registers by ten in a second',
      file: 'packages/tls/src/listen/paced-handshakes.ts',
      find: 'costMs > ordinaryMs ? costMs : 0',
      replace: 'costMs',
      test: {
        file: 'packages/tls/src/listen/paced-handshakes.test.ts',
        title: 'owes nothing for an ordinary handshake, and leaves its place to the next one of its address',
      },
    },
    {
      name: 'a-promise-is-no-yes',
      off: 'a function that answers by a promise admits every client',
      file: tls,
      find: "if (typeof answer === 'boolean') return answer;",
      replace: 'if (answer) return true;',
      test: {
        file: listener,
        title: 'is refused where the answer is a promise or nothing, and the fault is told',
      },
    },
    {
      name: 'names-of-ours',
      off: 'a server whose certificate another authority has issued is a client that is challenged, and nobody learns why',
      file: 'packages/front-end/src/claims-no-server.ts',
      find: 'known.some((ours) => ours.has(name))',
      replace: 'false',
      test: {
        file: 'packages/front-end/test/certificates-of-makers.test.ts',
        title: 'is refused with the reason where it claims our domain in a SIP URI',
      },
    },
    {
      name: 'wildcards-of-ours',
      off: 'a server with a certificate for all names below a domain, of another authority, is a client that is challenged, and nobody learns why',
      file: 'packages/front-end/src/claims-no-server.ts',
      find: 'wildcards.size === 0 ||',
      replace: 'wildcards.size >= 0 ||',
      test: {
        file: 'packages/front-end/test/certificates-of-makers.test.ts',
        title: 'is refused with the reason where it claims all names below our domain',
      },
    },
    {
      name: 'certificates-of-makers',
      off: 'no telephone with a certificate of its maker registers',
      file: 'packages/front-end/src/serve-front-end.ts',
      find: '      ignoreUnknownIssuer: (claimed) => claimsNoServer(topology(), claimed),\n',
      replace: '',
      test: {
        file: 'packages/front-end/test/certificates-of-makers.test.ts',
        title:
          'is a telephone with the certificate of its maker: it proves its user as any other, and is called',
      },
    },
  ],
};
