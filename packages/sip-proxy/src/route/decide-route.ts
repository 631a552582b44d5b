import { addressOfRecord, type SipRequest, type Uri } from '@entente/sip';
import { type RequestRefusal, refusal } from '../request/refusal.ts';
import type { PreprocessedRequest } from './preprocess.ts';
import type { RouteToken } from './route-token.ts';

/** Where a request came from. */
export type Arrival =
  /** A client of this server, over the connection the runtime calls `flow`. */
  | { readonly kind: 'client'; readonly flow: string }
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
  /** FQDN of the front end that knows where this address of record is; undefined: there is no such user. */
  readonly homeOf: (aor: string) => string | undefined;
  /** FQDN of the server that carries requests to this foreign domain; undefined: nobody does. */
  readonly wayTo?: (domain: string) => string | undefined;
}

/** What to do with a request. */
export type RouteDecision =
  /** Send it over this client connection; `uri` is the Request-URI. */
  | { readonly kind: 'flow'; readonly flow: string; readonly uri: Uri }
  /** Send it to this server of the topology. `why` `flow`: it holds the client connection, so leave our Route entry on. */
  | {
      readonly kind: 'server';
      readonly server: string;
      readonly uri: Uri;
      readonly why: 'route' | 'home' | 'outside' | 'flow';
    }
  /** Look up the bindings of this address of record and send it to the targets. */
  | { readonly kind: 'lookup'; readonly aor: string; readonly uri: Uri }
  /** It is addressed to this server or domain itself, not to a user: REGISTER, OPTIONS. */
  | { readonly kind: 'self'; readonly uri: Uri }
  | { readonly kind: 'refuse'; readonly refusal: RequestRefusal };

/**
 * Decides where a request goes, before any lookup. A Route that leads out of our servers, and a Request-URI that is not
 * ours, are followed only with a token of our own; nothing is carried from one foreign domain to another.
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
  const { uri, routes, tokens } = preprocessed;
  const elsewhere = tokens.find((token) => token.server !== '' && token.server !== known.self);
  if (elsewhere !== undefined && known.isOurServer(elsewhere.server)) {
    return { kind: 'server', server: elsewhere.server, uri, why: 'flow' };
  }
  const flow = flowOf(tokens, arrival);
  if (flow === 'unrelated') {
    return refuse(
      'flow-failed',
      430,
      'Route: expected a token that names the connection the request came over, found one of two other connections',
      'The client has connected again: begin a new dialog.',
    );
  }
  if (flow !== undefined) return { kind: 'flow', flow, uri };

  const next = routes[0]?.uri;
  if (next !== undefined) {
    const host = next.kind === 'sip' ? next.host : undefined;
    if (host !== undefined && known.isOurServer(host))
      return { kind: 'server', server: host, uri, why: 'route' };
    return outside(next, tokens, known, uri, 'Route', arrival);
  }
  return byRequestUri(request, uri, tokens, known, arrival);
}

/**
 * The client connection a token of ours names. A request that came over that very connection goes the other way.
 * @see RFC 5626 §5.3
 */
function flowOf(tokens: readonly RouteToken[], arrival: Arrival): string | 'unrelated' | undefined {
  for (const { flow, otherFlow } of tokens) {
    if (flow === '') continue;
    if (arrival.kind === 'client' && arrival.flow === flow) {
      if (otherFlow !== '') return otherFlow;
      continue;
    }
    if (otherFlow === '' || (arrival.kind === 'client' && arrival.flow === otherFlow)) return flow;
    return 'unrelated';
  }
  return undefined;
}

function byRequestUri(
  request: SipRequest,
  uri: Uri,
  tokens: readonly RouteToken[],
  known: RouteKnowledge,
  arrival: Arrival,
): RouteDecision {
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
    return outside(uri, tokens, known, uri, 'Request-URI', arrival);
  }
  // The Contact of a server inside, in a dialog that came through here: it has no route set of its own.
  if (!ours && uri.host !== known.self && tokens.length > 0)
    return { kind: 'server', server: uri.host, uri, why: 'route' };
  if (uri.rawUser === undefined || !ours || request.method === 'REGISTER') {
    const aor = request.method === 'REGISTER' ? addressOfRecord(request.to.uri) : undefined;
    return aor === undefined ? { kind: 'self', uri } : home(aor, uri, known, 'self');
  }
  return home(addressOfRecord(uri) ?? '', uri, known, 'lookup');
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

function outside(
  next: Uri,
  tokens: readonly RouteToken[],
  known: RouteKnowledge,
  uri: Uri,
  header: 'Route' | 'Request-URI',
  arrival: Arrival,
): RouteDecision {
  const domain = next.kind === 'sip' ? next.host : next.scheme;
  const vouched = header === 'Request-URI' && arrival.kind !== 'partner' ? known.wayTo?.(domain) : undefined;
  const carried = tokens.some((token) => token.outside !== '' && token.outside === domain)
    ? known.wayTo?.(domain)
    : undefined;
  const server = vouched ?? carried;
  if (server !== undefined) return { kind: 'server', server, uri, why: 'outside' };
  return refuse(
    'relay-not-allowed',
    403,
    `${header}: expected an address of our domains or a route with our own token, found ${domain}`,
    'Send the request to a server of that domain, or list the domain as a partner.',
  );
}

function refuse(...parts: Parameters<typeof refusal>): RouteDecision {
  return { kind: 'refuse', refusal: refusal(...parts) };
}
