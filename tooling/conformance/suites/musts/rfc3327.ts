import { type MustSection, notHere, shown, testsOf } from './must.ts';

const edge = testsOf('packages/edge/test/dialogs.test.ts');

/** RFC 3327. */
export const path: readonly MustSection[] = [
  {
    rfc: 3327,
    section: '4',
    about: 'Path',
    musts: [
      shown(
        'proxy',
        'writes lr into its Path entry',
        edge('is in every REGISTER of a client, a loose route with a token of its own, and has ob'),
      ),
    ],
  },
  {
    rfc: 3327,
    section: '6.1',
    about: 'protection of Path by S/MIME',
    musts: [
      notHere(
        'registrar',
        'honours Path only where the protected copy of the request supports it',
        'No REGISTER here carries a copy protected by S/MIME. Path is believed because the server that wrote it has proven its name in TLS, and a Path that a client wrote is removed.',
      ),
    ],
  },
];
