import { links } from '@entente/topology';
import { absent, type EndLedger, type RowLedger, refused, testsIn } from './cell.ts';

const file = 'tooling/scenarios/links-outside/clients.test.ts';
const asClient = testsIn(file, 'who dials as a client');
const closed = testsIn(file, 'a topology that closes the link');
const dialling = testsIn(file, 'a client that dials');

const anonymous = absent(
  'A client shows no certificate: the edge asks for none, and what a client has is never sent.',
  asClient('is asked for no certificate by an edge, and is nobody whatever it has'),
);
// A client shows none. At a port that servers share with clients, who shows one claims to be a server.
const asServer = (reason: string, what: string) =>
  refused(
    reason,
    asClient(
      `is judged as a server by a front end where it shows a certificate, and refused with ${what}: ${reason}`,
    ),
  );
const everyRequest = (of: string) =>
  refused('relay-not-allowed', closed(`of ${of} has each of their requests refused`));

/** What a client refuses that finds somebody else in place of a server of ours. */
function impostors(server: 'an edge' | 'a front end'): EndLedger {
  const inPlace = (reason: string, what: string) =>
    refused(reason, dialling(`${server} refuses ${what} in its place: ${reason}`));
  return {
    'unknown CA': inPlace('unknown-issuer', 'a CA that nobody knows'),
    'wrong name': inPlace('name-mismatch', 'another name of our domain'),
    revoked: inPlace('revoked', 'a certificate that was revoked'),
    // A client has no topology, and so knows no roles: the name of its domain is what it asks for.
    'wrong role': inPlace('name-mismatch', 'a mediation server'),
    'wrong direction': absent(
      'Nobody dials a client: it opens no port, and gets requests over the connection that it has opened.',
    ),
  };
}

/** Rows of clients, who prove themselves by a password. */
export const clientLedger: readonly RowLedger[] = [
  {
    row: links.clientToEdge,
    dialled: {
      'unknown CA': anonymous,
      'wrong name': anonymous,
      revoked: anonymous,
      'wrong role': anonymous,
      'wrong direction': everyRequest('external clients'),
    },
    dialling: impostors('an edge'),
  },
  {
    row: links.clientToFrontEnd,
    dialled: {
      'unknown CA': asServer('unknown-issuer', 'a CA that nobody knows'),
      'wrong name': asServer('not-in-topology', 'a name that is not in the topology'),
      revoked: asServer('revoked', 'a certificate that was revoked'),
      'wrong role': asServer('role-not-allowed-on-link', 'the role of an authority'),
      'wrong direction': everyRequest('internal clients'),
    },
    dialling: impostors('a front end'),
  },
];
