import { deviates, type MustSection, notHere, shown, testsOf } from './must.ts';

const edge = testsOf('packages/edge/test/dialogs.test.ts');
const connection = testsOf('packages/sip-endpoint/test/connection.test.ts');
const registrar = testsOf('packages/sip-proxy/test/registrar.test.ts');
const outbound = testsOf('packages/sip-proxy/test/outbound.test.ts');
const context = testsOf('packages/sip-proxy/test/response-context.test.ts');
const frontEnd = testsOf('packages/front-end/test/registration-rules.test.ts');

const pathEntry = 'is in every REGISTER of a client, a loose route with a token of its own, and has ob';
const pong = 'answers each ping with one pong, however many come at once (RFC 5626 §5.4, §6)';
const refused = 'that came through a proxy with %s is refused with 439 where the client knows outbound';
const closed = 'is gone with the connection that it came over, for every user of that (RFC 5626 §7)';
const tlsOnly = 'Every connection is TLS over TCP, so that there is neither UDP nor STUN.';

/** RFC 5626 §5 to §11. */
export const flowServers: readonly MustSection[] = [
  {
    rfc: 5626,
    section: '5.1',
    about: 'REGISTER at an edge',
    musts: [
      shown('edge', 'adds a Path entry where it is the first hop', edge(pathEntry)),
      shown('edge', 'has a flow token in its Path entry', edge(pathEntry)),
      shown(
        'edge',
        'has a token that means one flow',
        edge('is reached over the connection on which it registered last, and over none once that is closed'),
      ),
      shown('edge', 'writes ob as the first hop', edge(pathEntry)),
      shown('edge', 'writes no ob otherwise', edge('has no ob where another server was the first hop')),
    ],
  },
  {
    rfc: 5626,
    section: '5.4',
    about: 'keep-alives at an edge',
    musts: [
      notHere('edge', 'answers STUN on its UDP ports', tlsOnly),
      shown('all', 'answers two CRLF with one', connection(pong)),
      shown(
        'all',
        'waits for longer than Flow-Timer',
        connection('is kept for longer than two minutes, the Flow-Timer of our registrars (RFC 5626 §5.4)'),
      ),
    ],
  },
  {
    rfc: 5626,
    section: '6',
    about: 'flows at a registrar',
    musts: [
      shown(
        'registrar',
        'supports Path',
        registrar('is stored in order instead of the connection, and becomes the Route of a target'),
      ),
      shown('registrar', 'finds out by Via whether it is the first hop', outbound(refused)),
      shown('registrar', 'looks at Path where it is not', outbound(refused)),
      shown(
        'registrar',
        'takes no flow from a first hop without ob',
        outbound(
          'is one of a device without flows where its first hop keeps none and the client does not know outbound',
        ),
      ),
      shown('registrar', 'answers 439 there to reg-id of a client that supports outbound', outbound(refused)),
      shown(
        'registrar',
        'ignores reg-id there otherwise',
        outbound(
          'is one of a device without flows where its first hop keeps none and the client does not know outbound',
        ),
      ),
      shown(
        'registrar',
        'does not require outbound where there is no reg-id or it was ignored',
        outbound('is not confirmed with Require: outbound to %s'),
      ),
      shown(
        'registrar',
        'has registrations with and without flows of one user',
        outbound('stands beside registrations of the same user without flows'),
      ),
      deviates(
        'registrar',
        'stores the Contact with all its parameters, and Path',
        'It stores the URI, q, instance, reg-id and Path. No other parameter is read by a server here (RFC 3841 is not implemented), and bytes that serve nothing are not kept for a client.',
        outbound('keeps of the Contact its URI, q, instance and reg-id'),
      ),
      shown(
        'registrar',
        'requires outbound in its answer to a client that supports it',
        outbound('counts where the first Path entry has ob, and the binding has every Path entry'),
      ),
      shown(
        'registrar',
        'stores what the flow of a direct client is',
        outbound('are reached over the flow that each was registered on'),
      ),
      shown(
        'registrar',
        'stores another flow when the client registers over it',
        outbound('moves with its client: a registration over another connection names that one from then on'),
      ),
      shown('registrar', 'answers keep-alives of direct clients', connection(pong)),
    ],
  },
  {
    rfc: 5626,
    section: '7',
    about: 'requests to a device with flows',
    musts: [
      shown(
        'proxy',
        'tries one contact of a device at a time',
        outbound('are tried one after the other, also where it has registered them without reg-id'),
      ),
      shown(
        'proxy',
        'tries no other once the device has answered otherwise than 408 and 430',
        context('are not tried once it has answered %d'),
      ),
      shown(
        'proxy',
        'sends over the flow that is stored with the binding',
        outbound('are reached over the flow that each was registered on'),
      ),
      shown('proxy', 'drops all bindings of a flow that has failed', frontEnd(closed)),
      shown('proxy', 'drops all bindings of a flow that it closes', frontEnd(closed)),
    ],
  },
  {
    rfc: 5626,
    section: '8',
    about: 'STUN',
    musts: [
      notHere('all', 'answers with the mapped address', tlsOnly),
      notHere('all', 'answers STUN where it takes SIP over UDP', tlsOnly),
      notHere('all', 'sends STUN only to a server that supports this', tlsOnly),
      notHere('user agent', 'does not conclude that from an ambiguous setting', tlsOnly),
    ],
  },
  {
    rfc: 5626,
    section: '10',
    about: 'grammar',
    musts: [
      shown('all', 'has no reg-id of 0', outbound('%s is refused with 400')),
      shown('all', 'has no reg-id of 2^31 or above', outbound('%s is refused with 400')),
    ],
  },
  {
    rfc: 5626,
    section: '11.6',
    about: '439',
    musts: [
      shown(
        'registrar',
        'answers 439 only to a reg-id of a client that supports outbound',
        outbound('gets no 439 where it has no reg-id, or its client does not know outbound (RFC 5626 §11.6)'),
      ),
    ],
  },
];
