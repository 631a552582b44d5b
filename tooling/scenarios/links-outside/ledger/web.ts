import { links } from '@entente/topology';
import { absent, type EndLedger, type RowLedger, refused, testsIn } from './cell.ts';

const file = 'tooling/scenarios/web-services/web-links.test.ts';
const asked = testsIn(file, 'a reverse proxy asks web services');
const frontEnd = testsIn(file, 'web services ask a front end');
const asking = testsIn(file, 'web services that ask a front end');
const proxy = testsIn(
  'tooling/scenarios/web-services/real-proxies.test.ts',
  'a real nginx before web services',
);

const uninvited = (at: typeof asked): EndLedger => ({
  'unknown CA': refused('unknown-issuer', at('refuses a CA that nobody knows: unknown-issuer')),
  'wrong name': refused('not-in-topology', at('refuses a name that is not in the topology: not-in-topology')),
  revoked: refused('revoked', at('refuses a certificate that was revoked: revoked')),
  'wrong role': refused('role-not-allowed-on-link', at('refuses another role: role-not-allowed-on-link')),
  'wrong direction': refused(
    'role-not-allowed-on-link',
    at('refuses a front end, in the other direction: role-not-allowed-on-link'),
  ),
});
const impostor = (reason: string, what: string) =>
  refused(reason, asking(`hand no password to ${what}: ${reason}`));
const ofOthers =
  'A reverse proxy is a program of others, without reasons of ours: set up as our pages say, it refuses by itself, and its client gets 5xx.';

/** Rows of web services. */
export const webLedger: readonly RowLedger[] = [
  {
    row: links.reverseProxyToWebServices,
    dialled: uninvited(asked),
    dialling: {
      'unknown CA': absent(ofOthers, proxy('refuses web services of another CA, and hands them nothing')),
      'wrong name': absent(ofOthers, proxy('refuses web services by name, although their CA is ours')),
      revoked: absent(
        ofOthers,
        proxy('refuses web services whose certificate was revoked, with the list that --crl names'),
      ),
      'wrong role': absent(
        `${ofOthers} It knows no roles: the name of web services is what it asks for.`,
        proxy('refuses web services by name, although their CA is ours'),
      ),
      'wrong direction': absent(
        'A reverse proxy listens for browsers alone, and web services have nothing that would dial it.',
        asked('is never opened by web services'),
      ),
    },
  },
  {
    row: links.webServicesToFrontEnd,
    dialled: uninvited(frontEnd),
    dialling: {
      'unknown CA': impostor('unknown-issuer', 'a CA that nobody knows'),
      'wrong name': impostor('name-mismatch', 'another name'),
      revoked: impostor('revoked', 'a certificate that was revoked'),
      'wrong role': impostor('name-mismatch', 'another role'),
      // A front end that dials web services, at their port for reverse proxies.
      'wrong direction': uninvited(asked)['wrong direction'],
    },
  },
];
