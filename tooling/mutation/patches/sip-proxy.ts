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
      find: '=> binding.regId === undefined && binding.instance === instance);',
      replace: '=> binding.regId === undefined && binding.instance !== instance);',
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
      name: 'first-numbers',
      off: 'a client keeps its registrations from being changed by the highest CSeq there is',
      file: 'packages/sip-proxy/src/request/validate.ts',
      find: 'if (sequence >= endOfFirstNumbers && request.to.tag === undefined) return tooHigh(sequence);',
      replace: 'if (sequence < 0) return tooHigh(sequence);',
      test: {
        file: 'packages/sip-proxy/test/routing.test.ts',
        title: 'refuses CSeq 2147483648, from which no dialog may count on (RFC 3261 §8.1.1.5)',
      },
    },
    {
      name: 'dot-at-the-end',
      off: 'a user sends as an address that is not theirs, which only looks like it',
      file: 'packages/sip/src/uri/ip-address.ts',
      find: 'return bare.toLowerCase();',
      replace: "return bare.toLowerCase().replace(/\\.$/, '');",
      test: {
        file: 'packages/sip-proxy/test/identity.test.ts',
        title:
          'refuses a domain with a dot at its end: it is another host (RFC 3261 §19.1.4), and no rule of ours knows it',
      },
    },
    {
      name: 'served-user',
      off: 'a client says for whom a request is served',
      file: 'packages/sip-relay/src/admission/vouch.ts',
      find: "  'P-Served-User',\n",
      replace: '',
      test: {
        file: 'packages/front-end/test/wire.test.ts',
        title: 'does not travel on from a client as P-Served-User, which telephones show, or servers go by',
      },
    },
    {
      name: 'called-party',
      off: 'a client says to which address a call was made',
      file: 'packages/sip-relay/src/admission/vouch.ts',
      find: "  'P-Called-Party-ID',\n",
      replace: '',
      test: {
        file: 'packages/front-end/test/wire.test.ts',
        title:
          'does not travel on from a client as P-Called-Party-ID, which telephones show, or servers go by',
      },
    },
    {
      name: 'asserted-service',
      off: 'a client asserts a service that no server has looked at',
      file: 'packages/sip-relay/src/admission/vouch.ts',
      find: "  'P-Asserted-Service',\n",
      replace: '',
      test: {
        file: 'packages/front-end/test/wire.test.ts',
        title:
          'does not travel on from a client as P-Asserted-Service, which telephones show, or servers go by',
      },
    },
  ],
};
