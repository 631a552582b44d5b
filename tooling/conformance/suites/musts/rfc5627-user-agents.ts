import { type MustSection, notHere, shown, testsOf } from './must.ts';

const agent = testsOf('packages/sip-endpoint/test/registering-agent.test.ts');
const request = testsOf('packages/sip-endpoint/src/user-agent/register-request.test.ts');
const registration = testsOf('packages/sip-endpoint/src/user-agent/registration.test.ts');

const named =
  'names device and flow, the same each time, so that the registrar replaces the one before (RFC 5626 §4.2)';
const contact =
  'has a contact of its own, which is neither the address of record nor a GRUU, and goes on with one Call-ID';
const usesNone =
  'The user agent keeps no GRUU: its Contact is the address of its connection, and the servers on its route lead there.';
const noEvent = 'The registration event package (RFC 3680) is not implemented.';

/** RFC 5627 §4. */
export const gruuUserAgents: readonly MustSection[] = [
  {
    rfc: 5627,
    section: '4.1',
    about: 'REGISTER of a user agent',
    musts: [
      shown('user agent', 'writes Supported', agent(contact)),
      shown('user agent', 'writes gruu there', agent(contact)),
      shown('user agent', 'writes its instance into the Contact', request(named)),
      shown('user agent', 'writes the instance of the device that registers', request(named)),
      shown('user agent', 'has another contact than the address of record', agent(contact)),
      shown('user agent', 'has no GRUU of that address as contact', agent(contact)),
      shown('user agent', 'keeps its Call-ID, so that GRUUs stay valid', agent(contact)),
      notHere(
        'user agent',
        'registers several contacts of a device only as RFC 5626 says',
        'It registers a single contact.',
      ),
    ],
  },
  {
    rfc: 5627,
    section: '4.2',
    about: 'GRUUs in answers',
    musts: [
      shown(
        'user agent',
        'bears any of the two GRUUs in an answer, both or none',
        agent('is registered whatever the answer has of GRUUs (RFC 5627 §4.2): %s'),
      ),
      notHere('user agent', 'bears another public GRUU than before', usesNone),
      notHere('user agent', 'forgets temporary GRUUs when it changes its Call-ID', usesNone),
      shown(
        'user agent',
        'registers again before the registration ends',
        registration('is renewed at half of the time that was granted, again and again'),
      ),
      notHere('user agent', 'implements RFC 5628 beside RFC 3680', noEvent),
      notHere('user agent', 'takes user and host of a GRUU as they are', usesNone),
      notHere('user agent', 'changes neither', usesNone),
      notHere('user agent', 'changes no URI parameter that it does not know', usesNone),
      notHere('user agent', 'adds and changes no parameter that decides where a request goes', usesNone),
    ],
  },
  {
    rfc: 5627,
    section: '4.3',
    about: 'GRUUs of one’s own making',
    musts: [notHere('user agent', 'writes gr into a GRUU that it makes', usesNone)],
  },
  {
    rfc: 5627,
    section: '4.4',
    about: 'use of GRUUs',
    musts: [
      notHere('user agent', 'uses a GRUU only while it is registered', usesNone),
      notHere('user agent', 'uses one of that registration', usesNone),
      notHere('user agent', 'uses none of an earlier registration', usesNone),
      notHere('user agent', 'uses no temporary one of an earlier Call-ID', usesNone),
    ],
  },
];
