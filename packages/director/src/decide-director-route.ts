import { addressOfRecord, type SipRequest, type SipUri, type Uri } from '@entente/sip';
import {
  decideRoute,
  type PreprocessedRequest,
  type RefuseDecision,
  refusal,
  refuse,
  unreadableRoute,
} from '@entente/sip-proxy';
import type { Sender } from '@entente/sip-relay';
import { routeName, type Topology } from '@entente/topology';

/** Where a request that may pass goes. */
export type DirectorRoute =
  /** To the front ends of a user, the home first. */
  | { readonly kind: 'home'; readonly address: string; readonly uri: Uri }
  /** To a server, or to members of a pool. */
  | {
      readonly kind: 'server';
      /** FQDN of a server, or of a pool. */
      readonly server: string;
      readonly uri: Uri;
      /** The entry or Contact that names it. */
      readonly at?: SipUri | undefined;
      /** The user behind that server, where we have found out who it is; otherwise empty. */
      readonly user: string;
    }
  /** It is addressed to this server itself. */
  | { readonly kind: 'self' };

/** Where a request goes, or why it goes nowhere. */
export type DirectorDecision = DirectorRoute | RefuseDecision;

/** What a director decides with. */
export interface DirectorKnowledge {
  /** FQDN of this server. */
  readonly self: string;
  /** The topology in force. */
  readonly topology: Topology;
  /** The front end where a user is at home; undefined: there is no such user. */
  readonly homeOf: (address: string) => string | undefined;
}

/**
 * Decides what a director does with a request that was admitted. A user outside reaches the front end where that user is at home, and a partner
 * the one of the user who is addressed; nobody outside chooses a server, other than in a dialog, by what we have sealed for it. What front ends
 * send goes to the edge that has the device, or to the home of a user.
 * @param request - validated
 * @param routes - what is left of its Route, and what our own entries in it said
 * @param sender - from `Admission`
 * @param known - topology and homes
 */
export function decideDirectorRoute(
  request: SipRequest,
  routes: PreprocessedRequest,
  sender: Sender,
  known: DirectorKnowledge,
): DirectorDecision {
  const [token] = routes.tokens;
  if (routes.unreadable !== undefined)
    return refuse(unreadableRoute(routes.unreadable, sender.arrival.kind === 'server'));
  if (token?.kind === 'path') return alongPath(token.user, routes, sender, known.topology);
  if (token === undefined && !sender.isInsider) return fromOutside(request, routes, sender, known);
  const route = decideRoute(request, routes, sender.arrival, {
    self: known.self,
    isOurDomain: (domain) => known.topology.isOurDomain(domain),
    isOurServer: (host) => roleOf(host, known.topology) !== undefined,
    routeName: (server) => routeName(known.topology, server),
    homeOf: known.homeOf,
  });
  switch (route.kind) {
    case 'refuse':
      return route;
    case 'self':
      return { kind: 'self' };
    case 'server': {
      const { at, server, uri, user = '', why } = route;
      if (why !== 'home') return { kind: 'server', server, uri, at, user };
      const address = addressOfRecord(request.method === 'REGISTER' ? request.to.uri : uri);
      return address === undefined
        ? relayNotAllowed('Request-URI', uri.toString())
        : { kind: 'home', address, uri };
    }
    default:
      // Nobody has a device here, and no user is looked up.
      return relayNotAllowed('Route', 'an entry for a device of this server');
  }
}

/** From a front end, to a device that has registered over us: what is left of its Path leads to the edge. */
function alongPath(
  user: string,
  { routes, uri }: PreprocessedRequest,
  { isInsider }: Sender,
  topology: Topology,
): DirectorDecision {
  if (!isInsider) return relayNotAllowed('Route', 'a Path entry');
  const next = routes[0]?.uri;
  if (next?.kind !== 'sip' || roleOf(next.host, topology) !== 'edge')
    return relayNotAllowed('Route', next?.toString() ?? 'nothing behind our Path entry');
  return { kind: 'server', server: next.host, uri, at: next, user };
}

function fromOutside(
  request: SipRequest,
  { routes, uri }: PreprocessedRequest,
  { arrival, identity }: Sender,
  { topology }: DirectorKnowledge,
): DirectorDecision {
  // An ACK for a 2xx belongs to a dialog, whatever its To says.
  if (request.method === 'ACK' || (request.to.tag !== undefined && request.method !== 'REGISTER'))
    return refuse(notInDialog);
  const [next] = routes;
  if (next !== undefined) return relayNotAllowed('Route', next.uri.toString());
  const { asserted } = identity;
  if (arrival.kind === 'server' && asserted !== undefined) {
    // The home of the sender knows what that user may do, and hands on what is for others. `Admission` has seen that a REGISTER is of the sender.
    return { kind: 'home', address: asserted, uri };
  }
  const called = uri.kind === 'sip' && topology.isOurDomain(uri.host) ? addressOfRecord(uri) : undefined;
  if (called === undefined || request.method === 'REGISTER')
    return relayNotAllowed('Request-URI', uri.toString());
  return { kind: 'home', address: called, uri };
}

/** The role of a server or pool that a director sends requests to. */
function roleOf(host: string, { pools, servers }: Topology): 'edge' | 'front-end' | undefined {
  const role = servers.get(host)?.role ?? pools.get(host)?.role;
  return role === 'edge' || role === 'front-end' ? role : undefined;
}

function relayNotAllowed(header: 'Route' | 'Request-URI', found: string): DirectorDecision {
  return refuse(
    refusal(
      'relay-not-allowed',
      403,
      `${header}: expected one of our users or an entry that this server has sealed for the sender, found ${found}`,
      'Send the request to the domain that it is for, and leave out servers of ours.',
    ),
  );
}

const notInDialog = refusal(
  'not-in-dialog',
  403,
  'Route: expected our own entry for this dialog, found none',
  'Send requests in a dialog along its route set, and begin a new dialog where it is lost.',
);
