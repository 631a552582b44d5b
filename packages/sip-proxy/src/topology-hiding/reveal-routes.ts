import { type NameAddr, parseNameAddr, type SipRequest, type Uri } from '@entente/sip';
import { type RequestRefusal, refusal } from '../request/refusal.ts';
import { unknownEnd } from '../route/dialog-end.ts';
import type { PreprocessedRequest } from '../route/preprocess.ts';
import type { DialogToken } from '../route/route-token.ts';
import type { Sealing } from '../sealing/sealing.ts';
import { revealContact } from './sealed-contact.ts';
import { type OpenedRoute, openRoute } from './sealed-route.ts';

/** Entries that name us which a request from outside may carry in a row: a configured first hop, and the sealed one. */
const maxOwnRoutes = 4;

/** What {@link revealRoutes} finds. */
export type RevealedRoutes =
  | { readonly ok: true; readonly routes: PreprocessedRequest }
  | { readonly ok: false; readonly refusal: RequestRefusal };

/**
 * Takes our entries off the Route of a request from outside, and puts the route in their place that we had sealed in one of them.
 * An entry that names us and says no more proves nothing, and does no harm; an entry that says something which we did not seal for
 * this dialog and this side of it is refused, and so is a route that somebody outside has lengthened. A Request-URI that is a sealed
 * Contact is opened too.
 * @param request - validated
 * @param options - `isOurHost`: whether a URI with this host names us; what seals our ways
 * @see RFC 3261 §16.4
 */
export function revealRoutes(
  request: SipRequest,
  options: { readonly isOurHost: (host: string) => boolean; readonly sealing: Sealing },
): RevealedRoutes {
  const { isOurHost, sealing } = options;
  let { uri } = request;
  let routes: readonly NameAddr[] = request.has('Route') ? request.routes : [];
  let sealed: OpenedRoute | undefined;
  let removedLast = false;

  // Only we make such a text, so a Request-URI with one is our own entry, put there by a strict router.
  const strict = routes.length > 0 ? userAt(uri, isOurHost) : undefined;
  sealed = strict === undefined ? undefined : openRoute(strict, request, sealing);
  if (sealed !== undefined) {
    uri = routes[routes.length - 1]!.uri;
    routes = routes.slice(0, -1);
    removedLast = true;
  }

  let removedFirst = 0;
  while (removedFirst < routes.length && removedFirst < maxOwnRoutes) {
    const top = routes[removedFirst]!.uri;
    if (top.kind !== 'sip' || !isOurHost(top.host)) break;
    const user = userAt(top, isOurHost);
    if (user !== undefined) {
      const opened = openRoute(user, request, sealing);
      if (opened === undefined || sealed !== undefined) return notSealed(top);
      sealed = opened;
    }
    removedFirst++;
  }
  // A Contact of a server inside, which we had given out in its place.
  const contact = revealContact(uri, options);
  uri = contact ?? uri;
  const isUriRevealed = contact !== undefined;
  const rest = routes.slice(removedFirst);
  if (sealed === undefined)
    return { ok: true, routes: { uri, isUriRevealed, routes: rest, removedFirst, removedLast, tokens: [] } };
  if (rest[0] !== undefined) return notSealed(rest[0].uri);

  const revealed: NameAddr[] = [];
  for (const value of sealed.routes) {
    const parsed = parseNameAddr(value);
    if (!parsed.ok) return notSealed(uri);
    revealed.push(parsed.value);
  }
  const { end, sender } = sealed;
  const none = { caller: unknownEnd, called: unknownEnd };
  const tokens: DialogToken[] = [{ kind: 'dialog', ...none, [sender]: end, sender }];
  return {
    ok: true,
    routes: {
      uri,
      isUriRevealed,
      routes: revealed,
      revealed: revealed.length,
      removedFirst,
      removedLast,
      tokens,
    },
  };
}

function userAt(uri: Uri, isOurHost: (host: string) => boolean): string | undefined {
  return uri.kind === 'sip' && isOurHost(uri.host) ? uri.rawUser : undefined;
}

function notSealed(found: Uri): RevealedRoutes {
  return {
    ok: false,
    refusal: refusal(
      'relay-not-allowed',
      403,
      `Route: expected a route that this edge or its pool has sealed for this dialog and nothing behind it, found ${found.toString()}`,
      'Begin a new dialog: the route was changed, belongs to another dialog, or its keys are no longer kept.',
    ),
  };
}
