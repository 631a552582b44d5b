import { deviates, type MustSection, notHere, shown, testsOf } from './must.ts';

const routing = testsOf('packages/sip-proxy/test/routing.test.ts');
const targets = testsOf('packages/sip-proxy/test/targets.test.ts');
const context = testsOf('packages/sip-proxy/test/response-context.test.ts');
const authentication = testsOf('packages/sip-proxy/test/authenticate.test.ts');
const runtime = testsOf('packages/sip-relay/test/proxy-rules.test.ts');
const frontEnd = testsOf('packages/front-end/test/registration-rules.test.ts');

const strict = 'gives the Request-URI back that a strict router moved to the end of Route';
const ourMaddr = 'strips a maddr that names this server, with port and transport (RFC 3261 §16.4)';
const otherMaddr =
  'refuses any other maddr with 403: no sender chooses the address that a request goes to (RFC 3261 §16.4, §16.5)';
const malformed = 'refuses a malformed %s with 400 as a value';
const unknown = 'relays a request whatever its method is, and whatever fields it has that nobody knows';
const foreign = 'carries to a foreign domain only where the topology names a way, and never for a partner';
const extension = 'refuses Proxy-Require it does not know with 420 and names it in Unsupported';
const noOpenRelay =
  'A sender could make a server of ours reach any address with it, which would be an open relay; the request is refused with 403.';

/** RFC 3261 §16.1 to §16.5. */
export const requests: readonly MustSection[] = [
  {
    rfc: 3261,
    section: '16.1',
    about: 'what a proxy is',
    musts: [
      shown(
        'proxy',
        'acts as a user agent server where it answers a request itself',
        frontEnd(
          'and that requires an extension which is not there is answered 420, and the extension is named',
        ),
      ),
      shown(
        'proxy',
        'handles a request statefully that it forwards to several places',
        context('cancels the others when one accepts, and waits for them without answering again'),
      ),
      notHere(
        'proxy',
        'forwards statefully between transports of different reliability',
        'Every connection is TLS over TCP; and every request but ACK is forwarded statefully.',
      ),
    ],
  },
  {
    rfc: 3261,
    section: '16.2',
    about: 'stateful proxy',
    musts: [
      shown(
        'proxy',
        'sends provisional responses of its own as a user agent server does',
        runtime('answers an INVITE with 100 where nothing else has come, before it knows where that goes'),
      ),
      shown(
        'proxy',
        'validates, preprocesses and finds targets for each request, of any method',
        runtime(unknown),
      ),
    ],
  },
  {
    rfc: 3261,
    section: '16.3',
    about: 'validation of a request',
    musts: [
      shown('proxy', 'verifies a request before it forwards it', routing(malformed)),
      shown(
        'proxy',
        'answers as a user agent server where a check fails',
        routing('refuses an unknown scheme with 416'),
      ),
      shown(
        'proxy',
        'does not take a merged request for an error',
        runtime('refuses no request for being merged: the same Call-ID, tag and CSeq twice go on twice'),
      ),
      shown(
        'proxy',
        'requires what a server transaction needs to be well formed (step 1)',
        routing(malformed),
      ),
      shown(
        'proxy',
        'requires what validation and forwarding read to be well formed (step 1)',
        routing(malformed),
      ),
      shown('proxy', 'refuses no method and no field for being unknown (step 1)', runtime(unknown)),
      shown(
        'proxy',
        'does not forward a request with Max-Forwards 0 (step 3)',
        routing('refuses Max-Forwards 0 with 483'),
      ),
      shown('proxy', 'answers it 483 (step 3)', routing('refuses Max-Forwards 0 with 483')),
      shown('proxy', 'answers 420 to an unknown extension in Proxy-Require (step 5)', routing(extension)),
      shown('proxy', 'names that extension in Unsupported (step 5)', routing(extension)),
      shown(
        'proxy',
        'inspects the credentials that it requires (step 6)',
        authentication('challenges a request without credentials with 407 and SHA-256 alone'),
      ),
    ],
  },
  {
    rfc: 3261,
    section: '16.4',
    about: 'preprocessing of routes',
    musts: [
      shown('proxy', 'looks whether the Request-URI is a Record-Route entry of its own', routing(strict)),
      shown('proxy', 'puts the last Route value in place of it', routing(strict)),
      shown('proxy', 'goes on with the request as it is then', routing(strict)),
      shown(
        'proxy',
        'compares maddr with the addresses and domains that it is responsible for',
        routing(otherMaddr),
      ),
      shown('proxy', 'strips its own maddr, with port and transport', routing(ourMaddr)),
      shown(
        'proxy',
        'removes a first Route value that names it',
        routing('takes our own entries off the top and leaves the others'),
      ),
    ],
  },
  {
    rfc: 3261,
    section: '16.5',
    about: 'targets of a request',
    musts: [
      deviates(
        'proxy',
        'takes a Request-URI with maddr of another server for the only target',
        noOpenRelay,
        routing(otherMaddr),
      ),
      deviates('proxy', 'forwards it there', noOpenRelay, routing(otherMaddr)),
      shown('proxy', 'takes a Request-URI of a foreign domain for the only target', routing(foreign)),
      shown('proxy', 'forwards it there', routing(foreign)),
      shown(
        'proxy',
        'looks up the canonical form of the Request-URI',
        routing('looks a user up by the canonical form of the Request-URI (RFC 3261 §16.5)'),
      ),
      shown(
        'proxy',
        'has each target once',
        targets('tries no contact twice, though it is bound with and without reg-id'),
      ),
      shown('proxy', 'adds no targets of its own to a request for a foreign domain', routing(foreign)),
      shown(
        'proxy',
        'has each target once, also where targets come later',
        targets('tries no contact twice, though it is bound with and without reg-id'),
      ),
      shown(
        'proxy',
        'answers 404 for a user who does not exist',
        routing('refuses an unknown user with 404'),
      ),
      shown(
        'proxy',
        'answers an error where there is no target',
        targets('refuses a user without bindings with 480'),
      ),
    ],
  },
];
