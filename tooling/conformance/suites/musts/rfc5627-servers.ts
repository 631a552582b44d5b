import { type MustSection, notHere, shown, testsOf } from './must.ts';

const gruu = testsOf('packages/sip-proxy/test/gruu.test.ts');
const context = testsOf('packages/sip-proxy/test/response-context.test.ts');
const registrar = testsOf('packages/sip-proxy/test/registrar.test.ts');
const frontEnd = testsOf('packages/front-end/test/registration-rules.test.ts');
const names = testsOf('packages/front-end/src/written-names.test.ts');
const edge = testsOf('packages/edge/test/dialogs.test.ts');

const loop = 'because it is the address of record, a GRUU of it, or no SIP URI is refused with 403: %s';
const shownAddress = 'is given to a device that supports it, and shows the address of record';
const own = 'has none of the GRUUs that the device itself has written (RFC 5627 §5.1)';
const voided =
  'is void with 404 once its device has registered with another Call-ID, and once its registration is over';
const opaque = 'shows neither the user nor the device, and no two are alike';
const both = 'has its public GRUU and a new temporary one each time, as quoted SIP URIs';
const one = 'means one device of one user: GRUUs of two devices, or of two users, differ';
const gone = 'is answered 404 once there is no such user, and 480 where the device is not registered';
const recorded =
  'into Record-Route of %s, which may begin a dialog, is a loose route above all others (RFC 3261 §16.6 step 4, RFC 5627 §6.2)';
const sips = 'binds a sips contact only with a sips Request-URI and sips Path entries';
const spokenOf = 'The text says why it demands less than a MUST; the word itself obliges to nothing here.';

/** RFC 5627 §5 to §10. */
export const gruuServers: readonly MustSection[] = [
  {
    rfc: 5627,
    section: '5.1',
    about: 'REGISTER at a registrar',
    musts: [
      shown('registrar', 'answers 403 to a contact that is the address of record', gruu(loop)),
      shown('registrar', 'answers 403 to a contact that is a GRUU of it', gruu(loop)),
      shown('registrar', 'answers 403 to a contact that is not a SIP URI', gruu(loop)),
      shown('registrar', 'makes a public GRUU of the address of record and gr', gruu(shownAddress)),
      shown('registrar', 'ignores pub-gruu of the device', gruu(own)),
      shown('registrar', 'voids temporary GRUUs when the Call-ID has changed', gruu(voided)),
      shown('registrar', 'makes temporary GRUUs with two properties', gruu(opaque)),
      shown('registrar', 'makes none that is like another', gruu(opaque)),
      shown('registrar', 'makes none that shows whose it is', gruu(opaque)),
      shown('registrar', 'ignores temp-gruu of the device', gruu(own)),
    ],
  },
  {
    rfc: 5627,
    section: '5.2',
    about: 'answer to REGISTER',
    musts: [
      shown('registrar', 'has temp-gruu for a client that supports it', gruu(both)),
      shown('registrar', 'has the newest temporary GRUU there', gruu(both)),
      shown('registrar', 'has pub-gruu for a client that supports it', gruu(both)),
    ],
  },
  {
    rfc: 5627,
    section: '5.3',
    about: 'end of a registration',
    musts: [
      shown('registrar', 'voids temporary GRUUs with the last contact of their device', gruu(voided)),
      notHere('registrar', '(no rule)', spokenOf),
      notHere('registrar', '(no rule)', spokenOf),
    ],
  },
  {
    rfc: 5627,
    section: '5.4',
    about: 'making of a GRUU',
    musts: [
      shown('registrar', 'finds instance and address of record of a GRUU', gruu(one)),
      shown('registrar', 'has different GRUUs for different devices', gruu(one)),
      shown('registrar', 'has no GRUU that equals another address of record', gruu(one)),
      shown(
        'registrar',
        'keeps a temporary GRUU valid until it is voided',
        gruu('counts as long as the device goes on to register with the same Call-ID, beside all newer ones'),
      ),
      shown(
        'registrar',
        'keeps a public GRUU valid as long as the address of record',
        gruu('reaches only its device'),
      ),
      shown('registrar', 'voids GRUUs with their address of record', gruu(gone)),
      shown(
        'registrar',
        'makes GRUUs whose host leads to the domain, and that mean one device',
        gruu(shownAddress),
      ),
    ],
  },
  {
    rfc: 5627,
    section: '5.5',
    about: 'registration events',
    musts: [
      notHere(
        'registrar',
        'supports RFC 5628 beside RFC 3680',
        'The registration event package (RFC 3680) is not implemented.',
      ),
    ],
  },
  {
    rfc: 5627,
    section: '6.1',
    about: 'requests for a GRUU',
    musts: [
      shown('proxy', 'answers 480 where no contact is bound to it', gruu(gone)),
      shown(
        'proxy',
        'chooses the contact that was refreshed last',
        gruu(
          'goes to the contact of the device that was refreshed last, whatever q it has, and then to the next',
        ),
      ),
      shown(
        'proxy',
        'tries no other contact after an answer other than 408 and 430',
        context('are not tried once it has answered %d'),
      ),
      shown(
        'proxy',
        'leaves Path out in a dialog that has its own route',
        edge('is reached by its GRUU in a dialog, as its Contact (RFC 5627 §6.1)'),
      ),
    ],
  },
  {
    rfc: 5627,
    section: '6.2',
    about: 'Record-Route',
    musts: [
      shown('proxy', 'records its route for the caller’s GRUU', names(recorded)),
      shown('proxy', 'records its route for the GRUU of the user who is called', names(recorded)),
      shown('proxy', 'records its route wherever it has to see the dialog', names(recorded)),
      shown('proxy', 'does not rely on GRUUs for that', names(recorded)),
    ],
  },
  {
    rfc: 5627,
    section: '7',
    about: 'grammar',
    musts: [shown('registrar', 'writes SIP URIs into pub-gruu and temp-gruu', gruu(both))],
  },
  {
    rfc: 5627,
    section: '10.1',
    about: 'attacks from outside',
    musts: [
      shown('all', 'supports sips URIs', registrar(sips)),
      shown('all', 'supports TLS', frontEnd('is where its requests go, and nowhere once it is removed')),
    ],
  },
];
