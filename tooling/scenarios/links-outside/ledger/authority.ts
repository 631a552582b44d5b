import { links } from '@entente/topology';
import { absent, type RowLedger, refused, testsIn } from './cell.ts';

const file = 'tooling/scenarios/links-outside/authority.test.ts';
const server = 'apps/authority-server/test/authority-server.test.ts';
const dialled = testsIn(file, 'an authority that is dialled');
const member = testsIn(file, 'a member that dials its authority');
const unknownPeer = testsIn(server, 'an unknown peer');
const pushPort = testsIn('apps/authority-server/test/perimeter-push.test.ts', 'the port for pushes');

const atAuthority = (reason: string, what: string) => refused(reason, dialled(`refuses ${what}: ${reason}`));
const atMember = (reason: string, what: string) =>
  refused(reason, member(`refuses who answers there with ${what}: ${reason}`));
const atPushPort = (reason: string, what: string) =>
  refused(reason, pushPort(`refuses ${what} with the reason: ${reason}`));
const atPusher = (reason: string, what: string) =>
  refused(
    reason,
    testsIn(
      file,
      'an authority that pushes',
    )(`refuses who answers in place of the edge with ${what}: ${reason}`),
  );
const atAdministrator = (reason: string, what: string) =>
  refused(
    reason,
    testsIn(
      'tooling/scenarios/links-outside/administrator.test.ts',
      'the command line of an administrator',
    )(`asks nothing of who answers in place of the authority with ${what}: ${reason}`),
  );

/** An edge that may be pushed to, and may not ask over a connection of its own. */
const dialsAnyway = atAuthority(
  'role-not-allowed-on-link',
  'an edge that dials although only pushes are open to it',
);

/** Rows of the authority, which judges members and administrators at one port. */
export const authorityLedger: readonly RowLedger[] = [
  {
    row: links.memberToAuthority,
    dialled: {
      'unknown CA': atAuthority('unknown-issuer', 'a member of an unknown CA'),
      'wrong name': refused(
        'not-in-topology',
        unknownPeer('with a certificate of our CA that names no server of the topology is cut off'),
      ),
      revoked: refused(
        'revoked',
        testsIn(
          server,
          'revoking',
        )('puts a certificate on the list at once, tells listeners, and cuts its connections'),
      ),
      'wrong role': atAuthority('role-not-allowed-on-link', 'another authority'),
      'wrong direction': dialsAnyway,
    },
    dialling: {
      'unknown CA': atMember('unknown-issuer', 'an unknown CA'),
      'wrong name': atMember('name-mismatch', 'another name'),
      revoked: atMember('revoked', 'a certificate that was revoked'),
      'wrong role': atMember('name-mismatch', 'the role of an edge'),
      'wrong direction': refused(
        'role-not-allowed-on-link',
        member('refuses its authority where that dials it at the port for servers: role-not-allowed-on-link'),
      ),
    },
  },
  {
    row: links.authorityToEdge,
    dialled: {
      'unknown CA': atPushPort('unknown-issuer', 'a partner, whose certificate another authority has issued'),
      'wrong name': atPushPort('not-in-topology', 'an administrator'),
      revoked: refused(
        'revoked',
        testsIn(
          file,
          'the port of an edge for pushes',
        )(
          'refuses an authority for which the topology closes the row, and one whose certificate was revoked',
        ),
      ),
      'wrong role': atPushPort('role-not-allowed-on-link', 'a front end'),
      // The row lets the authority alone open it; the topology may close it for one of two. Where it does for all, there is no port.
      'wrong direction': refused(
        'role-not-allowed-on-link',
        testsIn(
          file,
          'the port of an edge for pushes',
        )(
          'refuses an authority for which the topology closes the row, and one whose certificate was revoked',
        ),
      ),
    },
    dialling: {
      'unknown CA': atPusher('unknown-issuer', 'an unknown CA'),
      'wrong name': atPusher('name-mismatch', 'a name that is not in the topology'),
      revoked: atPusher('revoked', 'a certificate that was revoked'),
      'wrong role': refused(
        'name-mismatch',
        pushPort('is dialled by the authority for the server that the topology has there, and for no other'),
      ),
      'wrong direction': dialsAnyway,
    },
  },
  {
    row: links.administratorToAuthority,
    dialled: {
      'unknown CA': refused(
        'unknown-issuer',
        unknownPeer('that shows a self-made certificate with the URI of an administrator is cut off'),
      ),
      'wrong name': refused(
        'not-in-topology',
        testsIn(
          'apps/authority-server/test/administrators.test.ts',
          'an administrator whom the topology does not name',
        )('is cut off, whatever their certificate says'),
      ),
      revoked: atAuthority('revoked', 'an administrator whose certificate was revoked'),
      'wrong role': refused(
        'role-not-allowed-on-link',
        testsIn(server, 'a member')('is refused at POST /revoke: that is for administrators'),
      ),
      // The row lets the administrator alone open it; the topology may close it at one of two authorities.
      'wrong direction': refused(
        'role-not-allowed-on-link',
        testsIn(
          'apps/authority-server/test/administrators.test.ts',
          'an administrator whose link to this authority a topology closes',
        )('loses open connections and commands at once, and takes nothing back: role-not-allowed-on-link'),
      ),
    },
    dialling: {
      'unknown CA': atAdministrator('unknown-issuer', 'an unknown CA'),
      'wrong name': atAdministrator('name-mismatch', 'another name'),
      revoked: atAdministrator('revoked', 'a certificate that was revoked'),
      'wrong role': atAdministrator('name-mismatch', 'the role of a front end'),
      'wrong direction': absent(
        'Nobody dials an administrator: the command line opens no port, and ends when it has its answer.',
      ),
    },
  },
];
