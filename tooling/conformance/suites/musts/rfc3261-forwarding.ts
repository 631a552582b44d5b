import { type MustSection, notHere, shown, testsOf } from './must.ts';

const forward = testsOf('packages/sip-proxy/test/forward.test.ts');
const rules = testsOf('packages/sip-proxy/test/forwarding-rules.test.ts');
const routing = testsOf('packages/sip-proxy/test/routing.test.ts');
const targets = testsOf('packages/sip-proxy/test/targets.test.ts');
const hiding = testsOf('packages/sip-proxy/test/hidden-path.test.ts');
const responses = testsOf('packages/sip-proxy/test/response-rules.test.ts');
const names = testsOf('packages/front-end/src/written-names.test.ts');
const wire = testsOf('packages/front-end/test/wire.test.ts');
const calls = testsOf('packages/front-end/test/calls.test.ts');
const places = testsOf('packages/sip-relay/test/other-places.test.ts');
const resolve = testsOf('packages/sip-endpoint/src/resolve/resolve.test.ts');

const copied = 'adds Via on top and Max-Breadth, lowers Max-Forwards, and leaves every other byte alone';
const looseRoute =
  'into Record-Route of %s, which may begin a dialog, is a loose route above all others (RFC 3261 §16.6 step 4, RFC 5627 §6.2)';
const schemes =
  'gets a Record-Route entry that is sips, and a sip request one that is sip (RFC 3261 §16.6 step 4)';
const visited =
  'gets the set of proxies that it must visit ahead of its own Route, or a Route where it had none (step 6)';
const strictRouter = 'puts its address %s into the Request-URI, and the true one last in Route';
const alongRoute = 'lets a server of ours send along a Route of our servers, and out by none';
const tlsOnly = 'follows NAPTR to SRV and on to addresses, IPv4 first, and never a service without TLS';
const nextPlace = 'gets a request at the next one, in a new transaction, where the first does this: %s';
const timerC =
  'is set for each branch of an INVITE, and set again by a provisional response other than 100, each time above three minutes';
const hashed = 'depends on Request-URI, Route, Proxy-Require and Proxy-Authorization, and not on the method';

/** RFC 3261 §16.6. */
export const forwarding: readonly MustSection[] = [
  {
    rfc: 3261,
    section: '16.6',
    about: 'forwarding of a request',
    musts: [
      shown('proxy', 'begins with a copy that has all fields (step 1)', forward(copied)),
      shown('proxy', 'removes no field that the steps do not name (step 1)', forward(copied)),
      shown(
        'proxy',
        'keeps the order of the values of a field (step 1)',
        rules('keeps the order of the values of each field, also of fields that nobody knows'),
      ),
      shown('proxy', 'leaves the body alone (step 1)', forward(copied)),
      shown(
        'proxy',
        'writes the target into the Request-URI (step 2)',
        forward('sets Request-URI, Route from the binding, Record-Route and Path'),
      ),
      shown(
        'proxy',
        'removes what may not stand in a Request-URI (step 2)',
        targets('is the contact without method and header components: %s'),
      ),
      shown('proxy', 'lowers Max-Forwards by one (step 3)', forward(copied)),
      shown(
        'proxy',
        'adds Max-Forwards where there is none (step 3)',
        forward('adds Max-Forwards 70 where there was none'),
      ),
      shown('proxy', 'puts its Record-Route value above all others (step 4)', names(looseRoute)),
      shown('proxy', 'writes a SIP or SIPS URI there (step 4)', names(looseRoute)),
      shown('proxy', 'writes lr there (step 4)', names(looseRoute)),
      shown(
        'proxy',
        'writes a URI there that leads to it by RFC 3263 (step 4)',
        names('into Record-Route or Path of a %s request leads to it, by the records that the plan lists'),
      ),
      shown('proxy', 'writes a SIPS URI there for a sips request (step 4)', wire(schemes)),
      notHere(
        'proxy',
        'records its route for a sips request that did not come over TLS (step 4)',
        'Every connection is TLS.',
      ),
      shown('proxy', 'records a SIP URI for a sip request that came over TLS (step 4)', wire(schemes)),
      shown(
        'proxy',
        'recognises its entry again where it rewrites it in the answer (step 4)',
        hiding('comes back with the answer, our entry of the inside in place of the sealed one'),
      ),
      shown(
        'user agent',
        'uses a Record-Route URI in its own dialog alone (step 4)',
        calls('lends its route to no other dialog, and to no other From of the called user'),
      ),
      shown(
        'proxy',
        'makes a request visit loose routers alone (step 6)',
        rules('into Path is a loose route (RFC 3327 §4, RFC 3261 §16.6 step 6)'),
      ),
      shown('proxy', 'puts the proxies to be visited above other Route values (step 6)', rules(visited)),
      shown('proxy', 'adds Route where there is none (step 6)', rules(visited)),
      shown('proxy', 'sends past a Route only to a loose router that it knows (step 6)', routing(alongRoute)),
      shown('proxy', 'reaches a next proxy over TLS for a sips request (step 6)', resolve(tlsOnly)),
      shown('proxy', 'inspects the first Route value (step 6)', forward(strictRouter)),
      shown('proxy', 'changes the request for a strict router (step 6)', forward(strictRouter)),
      shown('proxy', 'puts the Request-URI last into Route for it (step 6)', forward(strictRouter)),
      shown('proxy', 'puts its URI into the Request-URI, and out of Route (step 6)', forward(strictRouter)),
      shown('proxy', 'sends by its own choice only to loose routers (step 7)', routing(alongRoute)),
      shown(
        'proxy',
        'finds a strict router by the Request-URI (step 7)',
        routing(
          'reaches a strict router at the address that becomes the Request-URI (RFC 3261 §16.6 step 7)',
        ),
      ),
      shown(
        'proxy',
        'finds any other next hop by Route, else by the Request-URI (step 7)',
        routing(alongRoute),
      ),
      shown('proxy', 'looks for a sips Request-URI as RFC 3263 says for sips (step 7)', resolve(tlsOnly)),
      shown('proxy', 'tries the places of a next hop in their order (step 7)', places(nextPlace)),
      shown(
        'proxy',
        'writes the request for each place, and sends it in a new transaction (step 7)',
        places(nextPlace),
      ),
      shown('proxy', 'has a new branch for each attempt (step 7)', places(nextPlace)),
      shown('proxy', 'adds a Via above the others (step 8)', forward(copied)),
      shown(
        'proxy',
        'has the magic cookie and a unique part in the branch (step 8)',
        rules('begins with the magic cookie, and carries the loop value behind what is unique'),
      ),
      shown(
        'proxy',
        'lets the branch depend on all that decides where a request goes (step 8)',
        rules(hashed),
      ),
      shown('proxy', 'leaves the method out of it (step 8)', rules(hashed)),
      shown(
        'proxy',
        'has the same branch in CANCEL, and in ACK for a failure, as in the request (step 8)',
        rules('of a CANCEL, and of an ACK for a failure, is that of the request which they belong to'),
      ),
      shown(
        'proxy',
        'adds Content-Length on a stream (step 9)',
        rules('has its Content-Length, because every connection is a stream (step 9)'),
      ),
      shown('proxy', 'sends in a client transaction (step 10)', places(nextPlace)),
      shown('proxy', 'sets timer C for each branch of an INVITE (step 11)', responses(timerC)),
      shown('proxy', 'sets timer C above three minutes (step 11)', responses(timerC)),
    ],
  },
];
