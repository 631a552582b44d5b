import { type MustSection, shown, testsOf } from './must.ts';

const registrar = testsOf('packages/sip-proxy/test/registrar.test.ts');
const rules = testsOf('packages/sip-proxy/test/registration-rules.test.ts');
const frontEnd = testsOf('packages/front-end/test/registration-rules.test.ts');
const runtime = testsOf('packages/sip-relay/test/proxy-rules.test.ts');
const agent = testsOf('packages/sip-endpoint/test/registering-agent.test.ts');
const registration = testsOf('packages/sip-endpoint/src/user-agent/registration.test.ts');

const written =
  'name the domain without a user, the address of record in To, and have every field that they must';
const noRoute = 'learn no route from the answer: neither they nor other requests follow its Record-Route';
const canonical = 'is read in its canonical form, without parameters and with its escapes undone: %s';
const oneByOne = 'processes REGISTER requests in the order in which they arrive, and each address by itself';
const sameCallId =
  'removes a binding of the same Call-ID only by a higher CSeq, and otherwise fails as a whole';
const boundAgain = 'is updated or removed by a higher CSeq of the same Call-ID, and by no other';
const storeFails = 'answers 500, and keeps nothing of the REGISTER';
const times = 'takes expires of the Contact before the Expires header, and shortens what is too long';

/** RFC 3261 §10. */
export const registrations: readonly MustSection[] = [
  {
    rfc: 3261,
    section: '10.1',
    about: 'registrar and location service',
    musts: [
      shown(
        'registrar',
        'reads and writes the location service',
        frontEnd('is where its requests go, and nowhere once it is removed'),
      ),
      shown(
        'proxy',
        'reads what the registrar has written',
        frontEnd('is where its requests go, and nowhere once it is removed'),
      ),
    ],
  },
  {
    rfc: 3261,
    section: '10.2',
    about: 'REGISTER of a user agent',
    musts: [
      shown('user agent', 'ignores Record-Route in REGISTER and its answers', agent(noRoute)),
      shown('user agent', 'makes no route set from an answer to REGISTER', agent(noRoute)),
      shown('user agent', 'writes Request-URI, To, From, Call-ID and CSeq', agent(written)),
      shown('user agent', 'leaves the user out of the Request-URI', agent(written)),
      shown('user agent', 'writes a SIP or SIPS URI as the address of record in To', agent(written)),
      shown(
        'user agent',
        'counts CSeq up by one for each REGISTER of a Call-ID',
        agent('count CSeq by one under one Call-ID, whatever else is sent between'),
      ),
      shown(
        'user agent',
        'sends no other REGISTER before the last one is answered or has timed out',
        registration('waits for the answer to the first, and for its failure'),
      ),
    ],
  },
  {
    rfc: 3261,
    section: '10.2.2',
    about: 'removing bindings',
    musts: [
      shown(
        'user agent',
        'writes "*" only together with Expires 0',
        agent('remove their own contact by its name, never by "*" (RFC 3261 §10.2.2)'),
      ),
    ],
  },
  {
    rfc: 3261,
    section: '10.3',
    about: 'REGISTER at a registrar',
    musts: [
      shown(
        'registrar',
        'answers with no status of 600 or above',
        rules('refuses nothing with a status of 600 or above'),
      ),
      shown(
        'registrar',
        'ignores Record-Route',
        rules('takes no notice of Record-Route, and answers with none'),
      ),
      shown(
        'registrar',
        'answers without Record-Route',
        rules('takes no notice of Record-Route, and answers with none'),
      ),
      shown('registrar', 'processes requests in the order in which they arrive', rules(oneByOne)),
      shown(
        'registrar',
        'processes a request as a whole or not at all',
        registrar('stores nothing of a REGISTER one of whose contacts is refused'),
      ),
      shown('registrar', 'processes each request independently of others', rules(oneByOne)),
      shown(
        'registrar',
        'answers 420 to an extension in Require that it does not have (step 2)',
        registrar('of an extension that this registrar lacks is answered 420, and nothing is stored'),
      ),
      shown(
        'registrar',
        'answers 403 to a user who may not change the address (step 4)',
        registrar('refuses the address of somebody else with 403'),
      ),
      shown(
        'registrar',
        'answers 404 where the address does not belong to the domain in the Request-URI (step 5)',
        rules('of another domain than the Request-URI, or of nobody, is answered 404'),
      ),
      shown('registrar', 'brings the address into its canonical form (step 5)', rules(canonical)),
      shown('registrar', 'removes the parameters of the address (step 5)', rules(canonical)),
      shown('registrar', 'undoes the escapes of the address (step 5)', rules(canonical)),
      shown(
        'registrar',
        'answers 400 to "*" beside another Contact or with a time other than 0 (step 6)',
        registrar('refuses "*" with any other Expires'),
      ),
      shown(
        'registrar',
        'removes by "*" a binding of another Call-ID (step 6)',
        rules('removes a binding of another Call-ID whatever its CSeq'),
      ),
      shown(
        'registrar',
        'removes by "*" one of the same Call-ID only for a higher CSeq (step 6)',
        rules(sameCallId),
      ),
      shown('registrar', 'fails and changes nothing otherwise (step 6)', rules(sameCallId)),
      shown('registrar', 'takes the time of the expires parameter first (step 7)', registrar(times)),
      shown('registrar', 'takes the time of Expires where there is no parameter (step 7)', registrar(times)),
      shown(
        'registrar',
        'takes a configured time where the request has none (step 7)',
        registrar('stores a contact for the default time, with its connection'),
      ),
      shown(
        'registrar',
        'writes Min-Expires into its 423 (step 7)',
        registrar('refuses a time that is too short with 423 and Min-Expires'),
      ),
      shown(
        'registrar',
        'updates or removes a binding that has another Call-ID (step 7)',
        rules('is updated or removed by a REGISTER of another Call-ID, whatever its CSeq'),
      ),
      shown(
        'registrar',
        'updates or removes one of the same Call-ID for a higher CSeq (step 7)',
        rules(boundAgain),
      ),
      shown('registrar', 'fails and changes nothing otherwise (step 7)', rules(boundAgain)),
      shown(
        'registrar',
        'makes changes visible only where all of them succeed (step 7)',
        registrar('stores nothing of a REGISTER one of whose contacts is refused'),
      ),
      shown('registrar', 'answers 500 where its store fails (step 7)', runtime(storeFails)),
      shown('registrar', 'takes all changes back where one fails (step 7)', runtime(storeFails)),
      shown(
        'registrar',
        'lists all bindings in its 200 (step 8)',
        registrar('lists all bindings in the answer, and changes nothing where no Contact is given'),
      ),
      shown(
        'registrar',
        'writes the time that is left of each binding (step 8)',
        rules('lists in its answer each binding with the seconds that are left of it'),
      ),
    ],
  },
];
