import type { PatchList } from '../patch.ts';

const locator = 'packages/sip-endpoint/src/resolve/service-locator.ts';
const resolving = 'packages/sip-endpoint/src/resolve/resolve.test.ts';
const pool = 'packages/sip-endpoint/src/connection/connection-pool.ts';
const elsewhere = 'packages/sip-relay/src/relay/try-elsewhere.test.ts';

/** Where a request goes: what DNS may say, and which server is next. */
export const patches: PatchList = {
  name: 'routing',
  list: [
    {
      name: 'register-in-dialog',
      off: 'the other end of a dialog answers a REGISTER in the place of a registrar',
      file: 'packages/sip-proxy/src/route/decide-route.ts',
      find: "if (request.method === 'REGISTER') return refuse(registerInDialog());",
      replace: 'void registerInDialog;',
      test: {
        file: 'packages/sip-proxy/test/dialog-routing.test.ts',
        title: 'is no REGISTER: the other end would answer in the place of a registrar',
      },
    },
    {
      name: 'user-without-home',
      off: 'a user without a home is said not to be one of ours',
      file: 'packages/sip-proxy/src/route/decide-route.ts',
      find: "return known.isOurDomain(aor.slice(aor.lastIndexOf('@') + 1))",
      replace: "return known.isOurDomain('')",
      test: {
        file: 'packages/sip-proxy/test/registration-rules.test.ts',
        title: 'of another domain than the Request-URI, or of nobody, is answered 404',
      },
    },
    {
      name: 'user-without-home-at-an-edge',
      off: 'an edge says of a user without a home that it is none of ours',
      file: 'packages/edge/src/decide-edge-route.ts',
      find: 'if (isAddress && topology.isOurDomain(domain))',
      replace: "if (isAddress && topology.isOurDomain(''))",
      test: {
        file: 'packages/edge/src/edge.test.ts',
        title: 'is said to have none where the domain has no pool, as no address that is not there is',
      },
    },
    {
      name: 'register-elsewhere',
      off: 'a partner answers a REGISTER in the place of our registrar',
      file: 'packages/sip-proxy/src/route/decide-route.ts',
      find: "if (request.method === 'REGISTER') return refuse(registerElsewhere(uri.host));",
      replace: 'void registerElsewhere;',
      test: {
        file: 'packages/sip-proxy/test/routing.test.ts',
        title: 'carries no REGISTER to a foreign domain, which is no registrar of our users',
      },
    },
    {
      name: 'register-through-an-edge',
      off: 'a user outside takes the device of another one for its own at the edge',
      file: 'packages/sip-relay/src/admission/admission.ts',
      find: "request.method === 'REGISTER' ? registeredAddress(request, proven.addresses) : undefined;",
      replace: 'request === undefined ? registeredAddress(request, proven.addresses) : undefined;',
      test: {
        file: 'packages/front-end/test/registers-itself.test.ts',
        title:
          'a user who comes through an edge registers no other address, wherever it is sent: the edge believes what comes back',
      },
    },
    {
      name: 'naptr-over-tls-alone',
      off: 'NAPTR leads to a service without TLS',
      file: 'packages/sip-endpoint/src/resolve/order-naptr.ts',
      find: 'service.toLowerCase() === tlsService &&',
      replace: '',
      test: {
        file: resolving,
        title: 'follows NAPTR to SRV and on to addresses, IPv4 first, and never a service without TLS',
      },
    },
    {
      name: 'transport-is-tls',
      off: 'a URI that names UDP is dialled for',
      file: locator,
      find: 'if (!isOverTls(scheme, transport)) return [];',
      replace: '',
      test: {
        file: resolving,
        title: 'leads sip:fabrikam.example;transport=udp nowhere: nothing leaves TLS',
      },
    },
    {
      name: 'naptr-in-no-circle',
      off: 'a NAPTR record that leads on to others counts',
      file: 'packages/sip-endpoint/src/resolve/order-naptr.ts',
      find: "flags.toLowerCase() === 's' &&",
      replace: '',
      test: { file: resolving, title: 'names at most 4 services over TLS, and leads in no circle' },
    },
    {
      name: 'answers-bounded',
      off: 'every address that DNS names is dialled for',
      file: locator,
      find: 'return [...places.values()].slice(0, maxPlaces);',
      replace: 'return [...places.values()];',
      test: {
        file: resolving,
        title: 'is looked at up to 32 records, leads to 8 hosts and 16 addresses, each once',
      },
    },
    {
      name: 'names-checked',
      off: 'any text of a record is asked of DNS',
      file: locator,
      find: 'if (!isDomainName(service)) return [];',
      replace: '',
      test: {
        file: resolving,
        title: 'is never asked for by what is no name: too long, or with other characters',
      },
    },
    {
      name: 'time-to-live-capped',
      off: 'an answer counts for as long as it says itself',
      file: 'packages/sip-endpoint/src/resolve/answer-cache.ts',
      find: 'let keptMs = records.length === 0 ? negativeMs : maxMs;',
      replace: 'let keptMs = records.length === 0 ? negativeMs : Number.MAX_VALUE;',
      test: {
        file: resolving,
        title: 'counts for its time to live, five minutes at the most, and 30 s where that is not told',
      },
    },
    {
      name: 'no-answer-is-not-none',
      off: 'a name that nobody answers for counts as one without records',
      file: 'packages/sip-endpoint/src/resolve/answer-cache.ts',
      find: 'if (!saysNone(error)) throw error;',
      replace: '',
      test: {
        file: resolving,
        title: 'is not known where DNS gives no answer: it is not taken for having no SRV',
      },
    },
    {
      name: 'places-per-request',
      off: 'one request dials every place of a hop',
      file: pool,
      find: 'dials === maxDials || ',
      replace: '',
      test: {
        file: 'packages/sip-endpoint/src/connection/connection-pool.test.ts',
        title: 'is dialled at no more than eight of them for one request',
      },
    },
    {
      name: 'partner-proves-its-domain',
      off: 'a partner’s edge may have the name of its SRV record instead of the domain',
      file: 'packages/edge/src/dial-partner.ts',
      find: 'matchHostName && hop.host !== undefined',
      replace: 'matchHostName !== undefined && hop.host !== undefined',
      test: {
        file: 'packages/edge/test/dial-partner.test.ts',
        title:
          'must have the domain that was asked for: the name of its SRV record is not enough (RFC 5922 §7.3)',
      },
    },
    {
      name: 'partner-at-inside-address',
      off: 'the DNS of a partner leads an edge to whatever listens inside',
      file: 'packages/edge/src/dial-partner.ts',
      find: 'written === undefined ? isPublicAddress(address) :',
      replace: 'written === undefined ? address !== undefined || isPublicAddress(address) :',
      test: {
        file: 'packages/edge/test/dial-partner.test.ts',
        title:
          'is dialled at no address inside that DNS names, unless the operator has named the host or pinned it',
      },
    },
    {
      name: 'partner-at-another-address-inside',
      off: 'the DNS of a partner with a named host leads an edge to whatever listens inside',
      file: 'packages/edge/src/dial-partner.ts',
      find: ': canonicalHost(address) === written;',
      replace: ': canonicalHost(address) !== undefined;',
      test: {
        file: 'packages/edge/test/dial-partner.test.ts',
        title:
          'is dialled at no address inside that DNS names, unless the operator has named the host or pinned it',
      },
    },
    {
      name: 'next-after-503',
      off: 'a 503 of the next hop ends the request though there is another server',
      file: 'packages/sip-relay/src/relay/relayed-request.ts',
      find: 'response.status !== 503 ||',
      replace: 'response.status >= 100 ||',
      test: {
        file: elsewhere,
        title: 'keeps to what the second says, whatever becomes of its transaction with the first',
      },
    },
    {
      name: 'places-tried',
      off: 'a request goes to every server that DNS names, however many fail it',
      file: 'packages/sip-relay/src/relay/relay.ts',
      find: 'if (run.tried.size + 1 === maxPlaces) return false;',
      replace: '',
      test: {
        file: 'packages/sip-relay/test/other-places.test.ts',
        title: 'is not available where none of them is: the sender hears 500, and four have been asked',
      },
    },
    {
      name: 'cancelled-goes-nowhere',
      off: 'an INVITE that was cancelled is sent to another server',
      file: 'packages/sip-relay/src/relay/relay.ts',
      find: "if (branch.cancelled || (failure === 'silent' && context.request.method !== 'INVITE')) return false;",
      replace: "if (failure === 'silent' && context.request.method !== 'INVITE') return false;",
      test: { file: elsewhere, title: 'goes nowhere else once its sender has cancelled it' },
    },
    {
      name: 'scheme-warnings-in-our-name',
      off: 'a warning about the scheme shows outsiders which server inside gave it',
      file: 'packages/sip-proxy/src/topology-hiding/hide-inside-names.ts',
      find: "editor.append('Warning', warning(code, names.agent, sipsWarnings[code]));",
      replace: "editor.append('Warning', value);",
      test: {
        file: 'packages/edge/src/edge.test.ts',
        title:
          'tells outsiders which scheme would reach the user, in the name of this edge (RFC 5630 §5.3): 381',
      },
    },
    {
      name: 'sips-required',
      off: 'a user who wants sips alone is reached with sip',
      file: 'packages/sip-endpoint/src/user-agent/answer-outside.ts',
      find: "if (sips === 'required' && request.uri.scheme !== 'sips') {",
      replace: "if (sips === 'required' && request.uri.scheme === 'tel') {",
      test: {
        file: 'packages/sip-endpoint/test/sips-required.test.ts',
        title:
          'a user who wants sips alone registers so, and answers a sip request 480 with Warning 381 (RFC 5630 §5.1.2)',
      },
    },
  ],
};
