import { deviates, type MustSection, notHere, shown, testsOf } from './must.ts';

const agent = testsOf('packages/sip-endpoint/test/registering-agent.test.ts');
const request = testsOf('packages/sip-endpoint/src/user-agent/register-request.test.ts');
const registration = testsOf('packages/sip-endpoint/src/user-agent/registration.test.ts');
const keepAlive = testsOf('packages/sip-endpoint/src/user-agent/keep-alive.test.ts');
const servers = testsOf('packages/sip-endpoint/test/other-servers.test.ts');
const pool = testsOf('packages/sip-endpoint/src/connection/connection-pool.test.ts');

const named =
  'names device and flow, the same each time, so that the registrar replaces the one before (RFC 5626 §4.2)';
const device =
  'is named by the instance that it was given, the same after each start, and by a UUID URN where it was given none';
const nextServer =
  'registers at the next one when the connection to the first breaks, and what follows goes there';
const tlsOnly = 'Every connection is TLS over TCP, so that there is neither UDP nor STUN.';
const oneFlow =
  'The user agent forms one flow. It finds all servers of its domain by RFC 3263, and registers with the next one as soon as the flow fails.';
const ownContact = 'The user agent registers and removes its own contact alone, by its name.';

/** RFC 5626 §4. */
export const flowUserAgents: readonly MustSection[] = [
  {
    rfc: 5626,
    section: '4.1',
    about: 'instance of a device',
    musts: [
      shown('user agent', 'has a URN as instance', agent(device)),
      shown('user agent', 'keeps it over restarts', agent(device)),
      shown('user agent', 'keeps it in another network', agent(device)),
      notHere(
        'user agent',
        'uses no URN but a UUID whose use here no RFC defines',
        'It makes UUID URNs; another one is the choice of the application that gives it.',
      ),
    ],
  },
  {
    rfc: 5626,
    section: '4.2.1',
    about: 'first registration',
    musts: [
      deviates('user agent', 'supports two outbound proxies', oneFlow, servers(nextServer)),
      deviates('user agent', 'registers through two of them', oneFlow, servers(nextServer)),
      shown('user agent', 'writes outbound into Supported', request(named)),
      shown('user agent', 'writes its instance into REGISTER', request(named)),
      shown('user agent', 'writes a reg-id that no other flow of it has', request(named)),
      shown('user agent', 'has the same reg-ids after each start', request(named)),
      shown('user agent', 'supports Path, and writes path into Supported', request(named)),
    ],
  },
  {
    rfc: 5626,
    section: '4.2.3',
    about: 'registration for others',
    musts: [
      notHere('user agent', 'writes no reg-id for another instance', ownContact),
      notHere('user agent', 'writes neither instance nor reg-id beside "*"', ownContact),
    ],
  },
  {
    rfc: 5626,
    section: '4.3',
    about: 'other requests',
    musts: [
      notHere('user agent', 'uses an existing flow to the address without TLS', 'Every connection is TLS.'),
      shown(
        'user agent',
        'uses an existing flow over TLS only for a name that its certificate has',
        pool('are never shared by address: another name on the same one is dialled for'),
      ),
    ],
  },
  {
    rfc: 5626,
    section: '4.4',
    about: 'keep-alives',
    musts: [
      shown(
        'user agent',
        'sends them at least as often as Flow-Timer says',
        keepAlive('begin at once, and come within 80 to 100 %% of the time that the server names: chance %f'),
      ),
    ],
  },
  {
    rfc: 5626,
    section: '4.4.1',
    about: 'keep-alives by CRLF',
    musts: [
      shown(
        'user agent',
        'sends them over connections',
        keepAlive('begin at once, and come within 80 to 100 %% of the time that the server names: chance %f'),
      ),
      notHere('user agent', 'sends none over datagrams', tlsOnly),
      shown(
        'user agent',
        'takes a flow for failed where no answer comes within 10 seconds',
        keepAlive('close the connection where no answer comes within 10 s'),
      ),
      shown(
        'user agent',
        'supports them',
        keepAlive('begin at once, and come within 80 to 100 %% of the time that the server names: chance %f'),
      ),
      shown(
        'user agent',
        'draws each interval between 80 and 100 % of the longest one',
        keepAlive('come within 80 to 100 %% of two minutes where the server names no time: chance %f'),
      ),
    ],
  },
  {
    rfc: 5626,
    section: '4.4.2',
    about: 'keep-alives by STUN',
    musts: [
      notHere('user agent', 'sends them over datagrams alone', tlsOnly),
      notHere('user agent', 'sends none over connections', tlsOnly),
      notHere('user agent', 'supports them', tlsOnly),
      notHere('user agent', 'takes a flow for failed where its mapped address changes', tlsOnly),
    ],
  },
  {
    rfc: 5626,
    section: '4.5',
    about: 'recovery of a flow',
    musts: [
      shown('user agent', 'registers the new flow with the reg-id of the one before', request(named)),
      shown(
        'user agent',
        'waits for the drawn time after a failure',
        registration('after %i in a row and with chance %f is %i ms'),
      ),
    ],
  },
];
