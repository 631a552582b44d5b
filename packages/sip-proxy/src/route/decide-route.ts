import { addressOfRecord, type SipRequest, type Uri } from '@entente/sip';
import { isTemporaryGruu } from '../registration/gruu.ts';
import { type RequestRefusal, refusal } from '../request/refusal.ts';
import { otherSide } from './dialog-end.ts';
import { type PreprocessedRequest, unreadableRoute } from './preprocess.ts';
import type { DialogToken } from './route-token.ts';

/** Where a request came from. */
export type Arrival =
  /** A client of this server. */
  | { readonly kind: 'client' }
  /** A server of the topology. */
  | { readonly kind: 'server'; readonly name: string }
  /** A partner's server, at the edge: it may speak to us, never through us to others. */
  | { readonly kind: 'partner'; readonly name: string };

/** What the topology and the directory of users say; all names in lower case. */
export interface RouteKnowledge {
  /** FQDN of this server. */
  readonly self: string;
  /** Whether a SIP domain is ours. */
  readonly isOurDomain: (domain: string) => boolean;
  /** Whether a host is a server (or pool) of the topology that requests may be routed through by name. */
  readonly isOurServer: (host: string) => boolean;
  /** The user that a temporary GRUU of ours stands for; undefined: it is none that counts. Without it there are none. */
  readonly userOfGruu?: (uri: Uri) => string | undefined;
  /** FQDN of the front end that knows where this address of record is; undefined: there is no such user. */
  readonly homeOf: (aor: string) => string | undefined;
  /** FQDN of the server that carries requests to this foreign domain; undefined: nobody does. */
  readonly wayTo?: (domain: string) => string | undefined;
}

/** What to do with a request. */
export type RouteDecision =
  /** Send it to this device, over the connection that it has now; `uri` is the Request-URI. */
  | {
      readonly kind: 'device';
      readonly user: string;
      /** From `deviceOf`. */
      readonly device: string;
      /** Whether that flow of the device alone is meant: the registrar knows the others itself. */
      readonly isExact: boolean;
      readonly uri: Uri;
    }
  /** Send it to this server of the topology. */
  | {
      readonly kind: 'server';
      readonly server: string;
      readonly uri: Uri;
      readonly why: 'route' | 'home' | 'outside';
    }
  /** Look up the bindings of this address of record and send it to the targets. */
  | { readonly kind: 'lookup'; readonly aor: string; readonly uri: Uri }
  /** It is addressed to this server or domain itself, not to a user: REGISTER, OPTIONS. */
  | { readonly kind: 'self'; readonly uri: Uri }
  | { readonly kind: 'refuse'; readonly refusal: RequestRefusal };

/**
 * Decides where a request goes, before any lookup. In a dialog it goes where our own token says, and without one nowhere; outside of
 * one a client and a partner choose no server: their requests go to the home of a user, or to a foreign domain that the topology knows
 * the way to. Nothing is carried from one foreign domain to another.
 * @param request - validated
 * @param preprocessed - its routes without our own entries
 * @param arrival - where it came from
 * @param known - topology and users
 */
export function decideRoute(
  request: SipRequest,
  preprocessed: PreprocessedRequest,
  arrival: Arrival,
  known: RouteKnowledge,
): RouteDecision {
  const { onwards, routes, tokens, unreadable, uri } = preprocessed;
  if (unreadable !== undefined)
    return { kind: 'refuse', refusal: unreadableRoute(unreadable, arrival.kind === 'server') };
  const [token] = tokens;
  if (token?.kind === 'dialog') return alongDialog(token, preprocessed, known);
  // Our registrar alone sees Path entries; a client or partner that has one would pass by the home of the user.
  if (token !== undefined) {
    if (arrival.kind !== 'server') return relayNotAllowed('Route', 'a Path entry');
    return { kind: 'device', user: token.user, device: token.device, isExact: true, uri };
  }
  const next = routes[0]?.uri;
  const host = next?.kind === 'sip' ? next.host : undefined;
  // The client is connected here, and its dialog began at another server of our pool.
  if (onwards?.kind === 'dialog' && host !== undefined && known.isOurServer(host))
    return { kind: 'server', server: host, uri, why: 'route' };
  // An ACK for a 2xx belongs to a dialog, whatever its To says.
  if ((request.to.tag !== undefined && request.method !== 'REGISTER') || request.method === 'ACK')
    return notInDialog();
  if (next === undefined) return byRequestUri(request, uri, known, arrival);
  if (arrival.kind === 'server' && host !== undefined && known.isOurServer(host))
    return { kind: 'server', server: host, uri, why: 'route' };
  return relayNotAllowed('Route', next.toString());
}

/** The other end of a dialog: a device that connects here, or the neighbour that our token names, whatever else the Route says. */
function alongDialog(
  token: DialogToken,
  { routes, uri }: PreprocessedRequest,
  known: RouteKnowledge,
): RouteDecision {
  const { device, user, via } = token[otherSide(token.sender)];
  if (device !== '') return { kind: 'device', user, device, isExact: false, uri };
  const next = routes[0]?.uri ?? uri;
  // Without a further Route the neighbour is the end itself, and the Request-URI its Contact.
  if (next.kind === 'sip' && next.host === via && known.isOurServer(via))
    return { kind: 'server', server: via, uri, why: 'route' };
  return relayNotAllowed(routes.length > 0 ? 'Route' : 'Request-URI', next.toString());
}

function byRequestUri(request: SipRequest, uri: Uri, known: RouteKnowledge, arrival: Arrival): RouteDecision {
  if (uri.kind !== 'sip') {
    return refuse(
      'unknown-user',
      404,
      `Request-URI: expected a user of our domains, found ${uri.toString()}`,
      'Use a sip: address; telephone numbers have no route here.',
    );
  }
  const ours = known.isOurDomain(uri.host);
  if (!ours && uri.host !== known.self && !known.isOurServer(uri.host)) {
    const server = arrival.kind === 'partner' ? undefined : known.wayTo?.(uri.host);
    return server === undefined
      ? relayNotAllowed('Request-URI', uri.host)
      : { kind: 'server', server, uri, why: 'outside' };
  }
  if (uri.rawUser === undefined || !ours || request.method === 'REGISTER') {
    const aor = request.method === 'REGISTER' ? addressOfRecord(request.to.uri) : undefined;
    return aor === undefined ? { kind: 'self', uri } : home(aor, uri, known, 'self');
  }
  const aor = isTemporaryGruu(uri) ? known.userOfGruu?.(uri) : addressOfRecord(uri);
  return aor === undefined ? unknownGruu(uri) : home(aor, uri, known, 'lookup');
}

function home(aor: string, uri: Uri, known: RouteKnowledge, here: 'lookup' | 'self'): RouteDecision {
  const server = known.homeOf(aor);
  if (server === undefined) {
    return refuse(
      'unknown-user',
      404,
      `${here === 'self' ? 'To' : 'Request-URI'}: expected a user of our domains, found ${aor}`,
      'Check the address, or add the user to the topology.',
    );
  }
  if (server !== known.self) return { kind: 'server', server, uri, why: 'home' };
  return here === 'self' ? { kind: 'self', uri } : { kind: 'lookup', aor, uri };
}

function unknownGruu(uri: Uri): RouteDecision {
  return refuse(
    'unknown-user',
    404,
    `Request-URI: expected a GRUU that this domain has issued, found ${uri.toString()}`,
    'Ask the user for an address that counts now.',
  );
}

function relayNotAllowed(header: 'Route' | 'Request-URI', found: string): RouteDecision {
  return refuse(
    'relay-not-allowed',
    403,
    `${header}: expected ${header === 'Route' ? 'an entry that a server of this domain wrote' : 'an address of our domains or a route that we gave the sender'}, found ${found}`,
    'Send the request to a user of our domains, or add the other domain with entente topology add partner.',
  );
}

function notInDialog(): RouteDecision {
  return refuse(
    'not-in-dialog',
    403,
    'Route: expected our own entry for this dialog, found none',
    'Send requests in a dialog along its route set, and begin a new dialog where it is lost.',
  );
}

function refuse(...parts: Parameters<typeof refusal>): RouteDecision {
  return { kind: 'refuse', refusal: refusal(...parts) };
}
