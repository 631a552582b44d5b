import { randomBytes } from 'node:crypto';
import {
  formatJoinToken,
  issueJoinToken,
  joinTokenSecretHash,
  type PkiRefusal,
  type Problem,
  refuse,
  refuseAlreadyJoined,
} from '@entente/pki';
import { administratorSetHash, links, mayAskAuthority } from '@entente/topology';
import { by } from '../audit/audit-log.ts';
import type { Caller } from '../caller.ts';
import { revokedCaller } from '../revoked-caller.ts';
import { pinOf } from '../roots/published-roots.ts';
import { refuseTokenOf } from '../token-creators.ts';
import { badOrder, readOrder } from './read-order-body.ts';
import type { AuthorityApp, RouteContext } from './route-context.ts';

/**
 * Join tokens, which administrators order.
 * @param app - receives the route
 * @param context - what it answers with
 */
export function addJoinTokenRoutes(app: AuthorityApp, context: RouteContext): void {
  const { authority, refusals, settings } = context;
  /** Of an administrator whose certificate was revoked meanwhile; and of one whose token would not count when it is used. */
  const refuseOrder = async (caller: Caller, notAfter: number): Promise<Problem | undefined> => {
    if (caller.kind !== 'administrator') return undefined;
    const revoked = await revokedCaller(authority, caller);
    if (revoked !== undefined) return revoked.refusal;
    return refuseTokenOf(
      { createdBy: caller.name, notAfter },
      {
        fqdn: settings.fqdn,
        ledger: authority.opened.ledger,
        topology: () => authority.topologies.current?.topology,
      },
    );
  };
  app.post('/join-tokens', async (c) => {
    const { caller } = c.env;
    const order = await readOrder(c.req.raw, caller, context, 'join-token');
    if (order instanceof Response) return order;
    const { server, lifetimeSeconds = 3_600, replace = false } = order;
    const seconds = lifetimeSeconds as number;
    const isWhole = Number.isInteger(seconds) && seconds >= 1 && seconds <= 3_600;
    if (typeof server !== 'string' || !isWhole || typeof replace !== 'boolean') {
      return refusals.request(
        badOrder('"server", "lifetimeSeconds" from 1 to 3600, and "replace" true or false'),
        caller,
      );
    }
    const topology = authority.topologies.current?.topology;
    const listed = topology?.servers.get(server);
    if (topology === undefined || listed === undefined) {
      const message =
        topology === undefined
          ? 'no topology has been published yet'
          : `the server ${JSON.stringify(server.slice(0, 253))} is not in the topology`;
      return refusals.request(
        refuse(
          'not-in-topology',
          message,
          'add it with entente topology add server and publish the topology first',
        ),
        caller,
      );
    }
    if (listed.role === 'authority') return refusals.request(isAuthority(server), caller);
    if (!mayAskAuthority(topology, server)) return refusals.request(linkClosed(server), caller);
    const { ledger } = authority.opened;
    const joined = replace ? undefined : await refuseAlreadyJoined(ledger, server, authority.clock.now());
    if (joined !== undefined) return refusals.request(joined, caller);
    const token = await issueJoinToken(
      { ledger, clock: () => authority.clock.now(), random: randomBytes },
      {
        authority: settings.authorityUrl,
        server,
        rootSpkiHash: pinOf(authority.roots),
        administratorsHash: administratorSetHash(topology.document.administrators),
        lifetimeMs: seconds * 1000,
        createdBy: caller.kind === 'administrator' ? caller.name : '',
        replace,
      },
    );
    const { notAfter } = token;
    // What is refused here nobody gets to know, and it ends unused.
    const ended = await refuseOrder(caller, notAfter);
    if (ended !== undefined) return refusals.request(ended, caller);
    await authority.audit.record({
      ...by(caller),
      action: 'token-ordered',
      subject: server,
      outcome: 'done',
      details: { id: joinTokenSecretHash(token.secret).slice(0, 16), notAfter },
    });
    return c.json({ token: formatJoinToken(token), server, role: listed.role, notAfter }, 201, {
      'cache-control': 'no-store',
    });
  });
}

function isAuthority(server: string): PkiRefusal {
  return refuse(
    'profile-not-allowed',
    `${server} is an authority, which does not join`,
    'start entente-authority-server with the configuration that entente ca init wrote: its certificate is in the folder',
  );
}

/** A server joins over a connection that it opens itself: a token could be used up, and the server would still never start. */
function linkClosed(server: string): PkiRefusal {
  const { row } = links.memberToAuthority;
  return refuse(
    'authority-link-closed',
    `the topology has closed row ${row} for ${server}, so it cannot reach the authority to join`,
    `open the row: entente topology remove ${row} --kind link --a ${server}, sign, publish and order the token again; entente topology add link ${row} --a ${server} --closed closes it once the server has joined`,
  );
}
