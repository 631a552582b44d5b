import type { NameAddr, SipRequest, Uri } from '@entente/sip';
import { type RouteToken, readRouteToken } from './route-token.ts';

/** Route entries of our own a request may carry in a row: record-routing twice needs two. */
const maxOwnRoutes = 4;

/** What is left of the routing part of a request once our own entries are taken away. */
export interface PreprocessedRequest {
  /** The Request-URI to work with; another than in the request where a strict router had put it into Route. */
  readonly uri: Uri;
  /** Route values that remain, first hop first. */
  readonly routes: readonly NameAddr[];
  /** How many of these stood sealed in an entry of ours (`revealRoutes`), so that they are put in front; default none. */
  readonly revealed?: number;
  /** Whether `uri` stood sealed in a Contact of ours (`revealRoutes`); default not. */
  readonly isUriRevealed?: boolean;
  /** How many values to remove from the top of Route. */
  readonly removedFirst: number;
  /** Whether the last Route value has become the Request-URI. */
  readonly removedLast: boolean;
  /** Tokens of ours found in the entries taken away, in order. An entry that names us without a token proves nothing. */
  readonly tokens: readonly RouteToken[];
}

/**
 * The scheme of our Record-Route and Path entries: `sips` where the Request-URI or the next hop is, so that no hop of the dialog
 * leaves TLS and a sips Contact can be bound.
 * @see RFC 3261 §16.6 step 4, RFC 5630 §5.2
 */
export function schemeOfEntries({
  routes,
  uri,
}: Pick<PreprocessedRequest, 'routes' | 'uri'>): 'sip' | 'sips' {
  return uri.scheme === 'sips' || routes[0]?.uri.scheme === 'sips' ? 'sips' : 'sip';
}

/**
 * Takes our own entries off the Route, and undoes what a strict router in front of us did.
 * @param request - as received
 * @param options - `isOurHost`: whether a URI with this host and port names this server; `key` of our route tokens
 * @see RFC 3261 §16.4
 */
export function preprocessRoutes(
  request: SipRequest,
  options: {
    readonly isOurHost: (host: string, port: number | undefined) => boolean;
    readonly key: Uint8Array;
  },
): PreprocessedRequest {
  let { uri } = request;
  const tokens: RouteToken[] = [];
  let routes: readonly NameAddr[] = request.has('Route') ? request.routes : [];
  let removedLast = false;

  // Only we make such a token, so a Request-URI with one is our own Record-Route entry put there by a strict router.
  const strict = routes.length > 0 ? readRouteToken(uri, options.key) : undefined;
  if (strict !== undefined && uri.kind === 'sip' && options.isOurHost(uri.host, uri.port)) {
    tokens.push(strict);
    uri = routes[routes.length - 1]!.uri;
    routes = routes.slice(0, -1);
    removedLast = true;
  }

  let removedFirst = 0;
  while (removedFirst < routes.length && removedFirst < maxOwnRoutes) {
    const top = routes[removedFirst]!.uri;
    if (top.kind !== 'sip' || !options.isOurHost(top.host, top.port)) break;
    const token = readRouteToken(top, options.key);
    if (token !== undefined) tokens.push(token);
    removedFirst++;
  }
  if (removedFirst > 0) routes = routes.slice(removedFirst);
  return { uri, routes, removedFirst, removedLast, tokens };
}
