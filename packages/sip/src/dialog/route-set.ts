import { NameAddr } from '../headers/name-addr.ts';
import { checkList, checkObject } from '../syntax/check-object.ts';
import { requestUriOf } from '../uri/request-uri.ts';
import type { Uri } from '../uri/uri.ts';

/** What a route set and a remote target give a request: its Request-URI and Route values. */
export interface RoutedTarget {
  /** The Request-URI: the remote target, or the first hop where that is a strict router. */
  readonly uri: Uri;
  /** Values of Route, first hop first; empty where there is no route set. */
  readonly routes: readonly NameAddr[];
}

/**
 * Applies a route set. A first hop that is a strict router gets the Request-URI, and the target moves to the end.
 * @param target - the remote target, or the URI of a new request
 * @param routes - first hop first
 * @see RFC 3261 §12.2.1.1
 */
export function applyRouteSet(target: Uri, routes: readonly NameAddr[]): RoutedTarget {
  checkObject(target, 'target of applyRouteSet', 'give a URI, as parseUri reads it');
  checkList(routes, 'routes of applyRouteSet', 'give a list of NameAddr, empty for none');
  for (const route of routes)
    checkObject(route?.uri, 'route of applyRouteSet', 'give a list of NameAddr, empty for none');
  const first = routes[0];
  if (first === undefined || first.uri.kind !== 'sip' || first.uri.isLooseRouter)
    return { uri: target, routes };
  return { uri: requestUriOf(first.uri), routes: [...routes.slice(1), NameAddr.from({ uri: target })] };
}
