import type { NameAddr, SipRequest, SipUri, Uri } from '@entente/sip';
import { type RequestRefusal, refusal } from '../request/refusal.ts';
import type { Sealing } from '../sealing/sealing.ts';
import { openRouteToken, type RouteToken } from './route-token.ts';

/** Route entries of our own a request may carry in a row: up to three members of a pool are on the way of a call. */
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
  /** The entries in which `tokens` stood, in the same order; absent where nothing is handed on by them (`revealRoutes`). */
  readonly entries?: readonly SipUri[];
  /** An entry that names us, with a token that we cannot read: we did not seal it for this request, or its keys are gone. */
  readonly unreadable?: Uri | undefined;
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
 * @param options - `isOurHost`: whether a URI with this host and port names this server, its pool or another member; what seals our tokens
 * @see RFC 3261 §16.4
 */
export function preprocessRoutes(
  request: SipRequest,
  options: {
    readonly isOurHost: (host: string, port: number | undefined) => boolean;
    readonly sealing: Sealing;
  },
): PreprocessedRequest {
  let { uri } = request;
  if (!request.has('Route')) return { uri, routes: [], removedFirst: 0, removedLast: false, tokens: [] };
  const { isOurHost, sealing } = options;
  const tokens: RouteToken[] = [];
  const entries: SipUri[] = [];
  let { routes }: { routes: readonly NameAddr[] } = request;
  let removedLast = false;

  // Only we make such a token, so a Request-URI with one is our own Record-Route entry put there by a strict router.
  const own = routes.length > 0 && uri.kind === 'sip' && isOurHost(uri.host, uri.port) ? uri : undefined;
  const strict = own === undefined ? undefined : openRouteToken(own, request, sealing);
  if (own !== undefined && strict !== undefined) {
    tokens.push(strict);
    entries.push(own);
    uri = routes[routes.length - 1]!.uri;
    routes = routes.slice(0, -1);
    removedLast = true;
  }

  let unreadable: Uri | undefined;
  let removedFirst = 0;
  while (removedFirst < routes.length && removedFirst < maxOwnRoutes) {
    const top = routes[removedFirst]!.uri;
    if (top.kind !== 'sip' || !isOurHost(top.host, top.port)) break;
    if (top.rawUser !== undefined) {
      const token = openRouteToken(top, request, sealing);
      if (token === undefined) {
        // It is refused: what else it has is not opened for that.
        unreadable = top;
        break;
      }
      tokens.push(token);
      entries.push(top);
    }
    removedFirst++;
  }
  if (removedFirst > 0) routes = routes.slice(removedFirst);
  return { uri, routes, removedFirst, removedLast, tokens, entries, unreadable };
}

/**
 * The refusal of a request with an entry of ours that cannot be read. It goes nowhere: whom the entry was for is not known.
 * @param found - the entry
 * @param isFromServer - whether a server of ours sent it; for its binding the flow counts as failed
 * @see RFC 5626 §5.3.1, §11.5
 */
export function unreadableRoute(found: Uri, isFromServer: boolean): RequestRefusal {
  const message = `Route: expected a token that this server or its pool has sealed for this dialog, found ${found.toString()}`;
  const remedy =
    'Begin a new dialog, or register again: the token was changed, belongs to another dialog, or its keys are no longer kept.';
  return isFromServer
    ? refusal('flow-failed', 430, message, remedy)
    : refusal('relay-not-allowed', 403, message, remedy);
}
