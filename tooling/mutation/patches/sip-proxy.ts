import type { MutationPatch, PatchList } from '../patch.ts';

const verify = 'packages/sip/src/digest/verify.ts';
const authenticate = 'packages/sip-proxy/src/identity/authenticate.ts';
const identity = 'packages/sip-proxy/src/identity/identity.ts';
const decideRoute = 'packages/sip-proxy/src/route/decide-route.ts';

const authenticating = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-proxy/test/authenticate.test.ts',
  title,
});
const identities = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-proxy/test/identity.test.ts',
  title,
});
const routing = (title: string): MutationPatch['test'] => ({
  file: 'packages/sip-proxy/test/routing.test.ts',
  title,
});

/** Who a user is, whom the user may act for, and where their requests may go. */
export const patches: PatchList = {
  name: 'sip-proxy',
  list: [
    {
      name: 'digest-response',
      off: 'any password is the right one',
      file: verify,
      find: "if (!right) return refused('wrong-response');",
      replace: '',
      test: authenticating('challenges a wrong password and an unknown user in the same words'),
    },
    {
      name: 'way-back',
      off: 'a telephone ends a request of another user by the Via that it answers with',
      file: 'packages/sip-proxy/src/route/forward.ts',
      find: 'leadsBack(without, request) ? without : withViasOf(request, without);',
      replace: 'leadsBack(without, request) ? without : (withViasOf(request, without), without);',
      test: {
        file: 'packages/sip-proxy/test/forward.test.ts',
        title: 'goes back on the way of its request, whatever the one who answers has written below our Via',
      },
    },
    {
      name: 'guesses-of-a-realm',
      off: 'the password of a user of one domain is guessed by one who has the same name in another',
      file: 'packages/sip-proxy/src/identity/guess-limit.ts',
      find: '{ realm, username }: GuessedUser',
      replace: '{ username: realm, username }: GuessedUser',
      test: {
        file: 'packages/sip-proxy/src/identity/guess-limit.test.ts',
        title:
          'is counted for each realm by itself: a password that is right in one says nothing of the other',
      },
    },
    {
      name: 'guesses-with-made-up-names',
      off: 'who makes up names has the count of a user forgotten, and guesses on',
      file: 'packages/sip-proxy/src/identity/guess-limit.ts',
      find: 'if (count === undefined || count.until <= now) return;',
      replace: 'if (count === undefined || count.until > 0) return;',
      test: {
        file: 'packages/sip-proxy/src/identity/guess-limit.test.ts',
        title: 'of names that are made up lets nobody be forgotten for whom somebody waits',
      },
    },
    {
      name: 'guesses-of-neighbours',
      off: 'an outsider holds up all users of an address that many share',
      file: 'packages/sip-proxy/src/identity/guess-limit.ts',
      find: 'this.#known.has(pair) ? ofPair :',
      replace: 'this.#known.has(pair) ? Math.max(ofPair, ofAddress) :',
      test: {
        file: 'packages/sip-proxy/src/identity/guess-limit.test.ts',
        title:
          'for others, from an address that many share, does not hold the user up who has authenticated there',
      },
    },
    {
      name: 'nonce-forged',
      off: 'a client may make its own nonces',
      file: verify,
      find: "if (verdict.state === 'forged') return refused('forged-nonce');",
      replace: '',
      test: authenticating('refuses a nonce made with another key'),
    },
    {
      name: 'nonce-count',
      off: 'credentials may be replayed',
      file: verify,
      find: "if (use === 'replayed') return refused('replayed');",
      replace: '',
      test: authenticating('accepts a rising nonce count and refuses a repeated one'),
    },
    {
      name: 'nonce-age',
      off: 'a nonce never grows old',
      file: verify,
      find: "if (verdict.state !== 'fresh') return refused('stale-nonce');",
      replace: "if (verdict.state === 'of-pool') return refused('stale-nonce');",
      test: authenticating('challenges again with stale=true where only the nonce is too old'),
    },
    {
      name: 'digest-uri',
      off: 'a digest over one address serves for another',
      file: verify,
      find: "if (!options.uriMatches(authorization.uri)) return refused('uri-mismatch');",
      replace: '',
      test: authenticating('refuses with 400 a digest over another Request-URI'),
    },
    {
      name: 'algorithm',
      off: 'MD5 is accepted from everybody',
      file: authenticate,
      find: '(options.allowMd5For?.(username) ?? false)\n      :',
      replace: 'true\n      :',
      test: authenticating('is refused where it is not allowed, whatever verifier is stored'),
    },
    {
      name: 'from-identity',
      off: 'a user may send From another',
      file: identity,
      find: 'if (!anonymous && (claimed === undefined || !sender.addresses.includes(claimed))) {',
      replace: 'if (!anonymous && claimed === undefined) {',
      test: identities('refuses From of another user with 403, identity-not-authorised and Warning 399'),
    },
    {
      name: 'preferred-identity',
      off: 'a user may prefer the identity of another',
      file: identity,
      find: 'if (wanted === undefined || !sender.addresses.includes(wanted)) {',
      replace: 'if (wanted === undefined) {',
      test: identities('refuses a preferred identity of somebody else'),
    },
    {
      name: 'assertions-of-outsiders',
      off: 'what an unknown peer asserts is believed',
      file: identity,
      find: "if (sender.kind === 'trusted-server') {",
      replace: "if (sender.kind !== 'user') {",
      test: identities('strips what an outsider asserts'),
    },
    {
      name: 'transport-named',
      off: 'who follows our route goes on by UDP',
      file: 'packages/sip-proxy/src/route/own-address.ts',
      find: "scheme === 'sips' ? own : { transport: 'tls', ...own }",
      replace: 'own',
      test: {
        file: 'packages/sip-proxy/src/route/own-address.test.ts',
        title: 'names port and TLS, because a bare sip: host leads to UDP (RFC 3263 §4.1)',
      },
    },
    {
      name: 'no-transit',
      off: 'a partner may send through us to a third domain',
      file: decideRoute,
      find: "const server = arrival.kind === 'partner' ? undefined : known.wayTo?.(uri.host);",
      replace: 'const server = known.wayTo?.(uri.host);',
      test: routing(
        'carries to a foreign domain only where the topology names a way, and never for a partner',
      ),
    },
    {
      name: 'answered-device',
      off: 'a device that has said busy rings again over its other flow',
      file: 'packages/sip-proxy/src/forking/response-context.ts',
      find: 'if (target.instance !== undefined && this.#answeredDevices?.has(target.instance)) continue;',
      replace: '',
      test: {
        file: 'packages/sip-proxy/test/response-context.test.ts',
        title: 'are not tried once it has answered 486',
      },
    },
    {
      name: 'useless-408',
      off: 'a branch that timed out hides the answer of another',
      file: 'packages/sip-proxy/src/forking/best-response.ts',
      find: "if (status === 408 && method !== 'INVITE')",
      replace: "if (status === 408 && method === '')",
      test: {
        file: 'packages/sip-proxy/test/response-context.test.ts',
        title: 'is answered 480 rather than not at all where another branch timed out',
      },
    },
    {
      name: 'register-require',
      off: 'a REGISTER may require an extension that nobody has',
      file: 'packages/sip-proxy/src/request/required-extensions.ts',
      find: 'if (found.length === 0) return undefined;',
      replace: 'if (found.length < 1e9) return undefined;',
      test: {
        file: 'packages/sip-proxy/test/registrar.test.ts',
        title: 'of an extension that this registrar lacks is answered 420, and nothing is stored',
      },
    },
    {
      name: 'restarted-device',
      off: 'each start of a device leaves a binding behind',
      file: 'packages/sip-proxy/src/registration/contact-binding.ts',
      find: '(binding.callId !== callId || expiresSec > 0)',
      replace: '(binding.callId === callId && expiresSec > 0)',
      test: {
        file: 'packages/sip-proxy/test/started-again.test.ts',
        title: 'replaces its earlier binding: twenty starts leave one',
      },
    },
    {
      name: 'sips-not-allowed',
      off: 'a caller is not told that sips is what keeps the call away',
      file: 'packages/sip-proxy/src/forking/targets.ts',
      find: 'bindings.length > 0 && instance === undefined\n        ?',
      replace: 'bindings.length > 1e9 && instance === undefined\n        ?',
      test: {
        file: 'packages/sip-proxy/test/targets.test.ts',
        title: 'warns with 380 where there are devices and none may be reached with sips (RFC 5630 §5.3)',
      },
    },
    {
      name: 'strict-router',
      off: 'a strict router gets a request that is not for it',
      file: 'packages/sip-proxy/src/route/forward.ts',
      find: "if (hop?.uri.kind !== 'sip' || hop.uri.parameters.has('lr')) return;",
      replace: "if (hop?.uri.kind !== 'sip' || hop.uri.host !== '') return;",
      test: {
        file: 'packages/sip-proxy/test/forward.test.ts',
        title: 'puts its address of the binding into the Request-URI, and the true one last in Route',
      },
    },
    {
      name: 'received',
      off: 'a client says itself where its request came from',
      file: 'packages/sip-proxy/src/route/forward.ts',
      find: 'via.rport !== undefined || via.received !== undefined ||',
      replace: 'via.rport !== undefined ||',
      test: {
        file: 'packages/sip-proxy/test/forward.test.ts',
        title: 'replaces what the client wrote there itself',
      },
    },
    {
      name: 'few-credentials',
      off: 'one request has hundreds of credentials checked',
      file: 'packages/sip-proxy/src/identity/authenticate.ts',
      find: 'if (count > maxCredentials)',
      replace: 'if (count > 1e9)',
      test: {
        file: 'packages/sip-proxy/test/authenticate.test.ts',
        title: 'looks at four credentials of one realm at most, and refuses more with 400',
      },
    },
    {
      name: 'nonce-before-uri',
      off: 'a client with an invented nonce has URIs compared',
      file: 'packages/sip/src/digest/verify.ts',
      find: "if (verdict.state === 'forged') return refused('forged-nonce');",
      replace:
        "if (!options.uriMatches(authorization.uri)) return refused('uri-mismatch');\n  if (verdict.state === 'forged') return refused('forged-nonce');",
      test: {
        file: 'packages/sip-proxy/test/authenticate.test.ts',
        title: 'compares no URIs for credentials whose nonce is not ours',
      },
    },
    {
      name: 'count-contacts',
      off: 'thousands of contacts are compared before they are counted',
      file: 'packages/sip-proxy/src/registration/registrar.ts',
      find: 'if (request.contacts.length > policy.maxContacts)',
      replace: 'if (request.contacts.length > 1e9)',
      test: {
        file: 'packages/sip-proxy/test/registrar.test.ts',
        title: 'counts the contacts of one REGISTER before it compares them with anything',
      },
    },
    {
      name: 'warnings-once',
      off: 'each Warning has all of them looked through',
      file: 'packages/sip-proxy/src/topology-hiding/hide-inside-names.ts',
      find: "if (lower === 'warning') continue;",
      replace: "if (lower === 'warning') hideWarnings(editor, message, names);",
      test: {
        file: 'packages/sip-proxy/src/topology-hiding/hide-inside-names.test.ts',
        title: 'has its warnings looked through once, and keeps sixteen at most',
      },
    },
    {
      name: 'guesses-of-a-pair',
      off: 'a user whose password is guessed from one address alone is guessed on',
      file: 'packages/sip-proxy/src/identity/guess-limit.ts',
      find: 'if (this.#pairs.size === 0 && ofAddress === 0 && ofUser === 0)',
      replace: 'if (ofUser === 0)',
      test: {
        file: 'packages/sip-proxy/src/identity/guess-limit.test.ts',
        title: 'makes everybody wait as long as the three counts say, in whichever order things happen',
      },
    },
    {
      name: 'known-by-use',
      off: 'a user who authenticates all the time is forgotten when others do, and then held up by guesses from elsewhere',
      file: 'packages/sip-proxy/src/identity/guess-limit.ts',
      find: 'now - before < orderMs',
      replace: 'now - before < 1e12',
      test: {
        file: 'packages/sip-proxy/src/identity/guess-limit.test.ts',
        title: 'knows a user who authenticates with every request, however many others come and go',
      },
    },
    {
      name: 'guesses',
      off: 'passwords may be guessed as fast as a core computes digests',
      file: 'packages/sip-proxy/src/identity/authenticate.ts',
      find: "if (waitMs > 0) return { outcome: 'refused', refusal: tooManyAttempts(tried, address, waitMs) };",
      replace:
        "if (waitMs > 1e12) return { outcome: 'refused', refusal: tooManyAttempts(tried, address, waitMs) };",
      test: {
        file: 'packages/sip-proxy/test/authenticate.test.ts',
        title: 'refuses even the right password while its sender must wait, and names the user for the log',
      },
    },
    {
      name: 'diagnostics-for-outsiders',
      off: 'an unknown peer reads why a request was refused, and by which server',
      file: 'packages/sip-relay/src/proxy-runtime.ts',
      find: 'diagnosticsFrom === undefined || !isKnown',
      replace: 'diagnosticsFrom === undefined || (!isKnown && reason.length === 0)',
      test: {
        file: 'packages/front-end/test/wire.test.ts',
        title: 'is the status alone: no diagnostics, and no name of a server',
      },
    },
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
  ],
};
