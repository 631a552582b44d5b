import { addressOfRecord, type SipRequest, type SipUri, type Uri } from '@entente/sip';
import { isTemporaryGruu } from '../registration/gruu.ts';
import { type RefuseDecision, refusal, refuse } from '../request/refusal.ts';
import { type DialogEnd, otherSide } from './dialog-end.ts';
import { type PreprocessedRequest, unreadableRoute } from './preprocess.ts';
import { registerElsewhere, registerInDialog } from './register-refusals.ts';
import type { DialogToken } from './route-token.ts';
import { userWithoutHome } from './user-without-home.ts';

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
  /** Whether a host is a server or a pool of the topology that requests may be routed through by name. */
  readonly isOurServer: (host: string) => boolean;
  /** The name that a server writes into routes: that of its pool, or its own. */
  readonly routeName: (server: string) => string;
  /** The user that a temporary GRUU of ours stands for; undefined: it is none that counts. Without it there are none. */
  readonly userOfGruu?: (uri: Uri) => string | undefined;
  /** FQDN of the front end that knows where this address of record is; undefined: there is no such user. */
  readonly homeOf: (aor: string) => string | undefined;
  /** FQDN of the trusted application, or pool of them, that has this address of record; undefined: none. Without it there are none. */
  readonly applicationOf?: (aor: string) => string | undefined;
  /** FQDN of the server that carries requests to this foreign domain; undefined: nobody does. */
  readonly wayTo?: (domain: string) => string | undefined;
  /** FQDN of the mediation server, or pool of them, where the URI is a number that one has to look at; undefined where it is not. */
  readonly mediationFor?: (uri: Uri) => string | undefined;
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
      /** The entry of ours that says so: another member of our pool reads the same in it. */
      readonly entry?: SipUri | undefined;
    }
  /** Send it to this server of the topology. */
  | {
      readonly kind: 'server';
      /** FQDN of a server, or of a pool: then any member will do. */
      readonly server: string;
      readonly uri: Uri;
      readonly why: 'route' | 'home' | 'outside';
      /** The entry or Contact that names the server. */
      readonly at?: SipUri | undefined;
      /** The user at the other end of the dialog, where one of ours is behind that server and we know who; otherwise empty. */
      readonly user?: string | undefined;
      /** The entry of ours that says so. */
      readonly entry?: SipUri | undefined;
    }
  /** Look up the bindings of this address of record and send it to the targets. */
  | { readonly kind: 'lookup'; readonly aor: string; readonly uri: Uri }
  /** It is addressed to this server or domain itself, not to a user: REGISTER, OPTIONS. */
  | { readonly kind: 'self'; readonly uri: Uri }
  | RefuseDecision;

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
  const { entries, routes, tokens, unreadable, uri } = preprocessed;
  if (unreadable !== undefined) return refuse(unreadableRoute(unreadable, arrival.kind === 'server'));
  const [token] = tokens;
  if (token?.kind === 'dialog') {
    if (request.method === 'REGISTER') return refuse(registerInDialog());
    return alongDialog(token, preprocessed, known);
  }
  // Our registrar alone sees Path entries; a client or partner that has one would pass by the home of the user.
  if (token !== undefined) {
    if (arrival.kind !== 'server') return relayNotAllowed('Route', 'a Path entry');
    return {
      kind: 'device',
      user: token.user,
      device: token.device,
      isExact: true,
      uri,
      entry: entries?.[0],
    };
  }
  const next = routes[0]?.uri;
  // An ACK for a 2xx belongs to a dialog, whatever its To says.
  if ((request.to.tag !== undefined && request.method !== 'REGISTER') || request.method === 'ACK')
    return notInDialog();
  if (next === undefined) return byRequestUri(request, uri, known, arrival);
  if (arrival.kind === 'server' && next.kind === 'sip' && known.isOurServer(next.host))
    return { kind: 'server', server: next.host, uri, why: 'route', at: next };
  return relayNotAllowed('Route', next.toString());
}

/** The other end of a dialog: a device that connects here, or the neighbour that our token names, whatever else the Route says. */
function alongDialog(
  token: DialogToken,
  { entries, routes, tokens, uri }: PreprocessedRequest,
  known: RouteKnowledge,
): RouteDecision {
  let last = 0;
  let end = token[otherSide(token.sender)];
  // Members of our pool follow each other on the way, and each reads the tokens of all: the last one says where that leads.
  for (let behind = tokens[1]; behind?.kind === 'dialog'; behind = tokens[last + 1]) {
    if (!leadsTo(end, known.routeName(known.self), known)) break;
    last++;
    end = behind[otherSide(behind.sender)];
  }
  const { device, user } = end;
  if (device !== '') return { kind: 'device', user, device, isExact: false, uri, entry: entries?.[last] };
  const next = routes[0]?.uri ?? uri;
  // Without a further Route the neighbour is the end itself, and the Request-URI its Contact.
  if (next.kind === 'sip' && known.isOurServer(next.host) && leadsTo(end, known.routeName(next.host), known))
    return { kind: 'server', server: next.host, uri, why: 'route', at: next, user, entry: entries?.[last] };
  return relayNotAllowed(routes.length > 0 ? 'Route' : 'Request-URI', next.toString());
}

/** Whether the neighbour towards an end is the server, or a member of the pool, that writes this name into routes. */
function leadsTo({ device, via }: DialogEnd, name: string, known: RouteKnowledge): boolean {
  return device === '' && via !== '' && known.routeName(via) === name;
}

function byRequestUri(request: SipRequest, uri: Uri, known: RouteKnowledge, arrival: Arrival): RouteDecision {
  const mediation = request.method === 'REGISTER' ? undefined : known.mediationFor?.(uri);
  if (mediation !== undefined) {
    // Nobody outside calls the telephone network at our cost.
    if (arrival.kind === 'partner') return relayNotAllowed('Request-URI', uri.toString());
    return { kind: 'server', server: mediation, uri, why: 'outside' };
  }
  if (uri.kind !== 'sip') {
    return refuse(
      refusal(
        'unknown-user',
        404,
        `Request-URI: expected a user of our domains, found ${uri.toString()}`,
        'Use a sip: address; telephone numbers have no route here.',
      ),
    );
  }
  const maddr = uri.parameters.get('maddr')?.toLowerCase();
  if (maddr !== undefined) {
    // Nobody outside of a dialog chooses the server that a request goes to; one that names us is as if it were not there.
    const isOurs = maddr === known.self || known.isOurDomain(maddr);
    if (!isOurs) return relayNotAllowed('Request-URI', uri.toString());
    const plain = uri.with({ port: undefined, parameters: withoutTarget(uri.parameters) });
    return byRequestUri(request, plain, known, arrival);
  }
  const ours = known.isOurDomain(uri.host);
  const application = applicationFor(request, uri, known);
  // A partner knows our domains alone, no server inside.
  if (application !== undefined && (ours || arrival.kind !== 'partner'))
    return { kind: 'server', server: application, uri, why: 'home' };
  if (!ours && uri.host !== known.self && !known.isOurServer(uri.host)) {
    if (request.method === 'REGISTER') return refuse(registerElsewhere(uri.host));
    const server = arrival.kind === 'partner' ? undefined : known.wayTo?.(uri.host);
    return server === undefined
      ? relayNotAllowed('Request-URI', uri.host)
      : { kind: 'server', server, uri, why: 'outside' };
  }
  if (uri.rawUser === undefined || !ours || request.method === 'REGISTER') {
    const aor = request.method === 'REGISTER' ? addressOfRecord(request.to.uri) : undefined;
    if (aor === undefined) return { kind: 'self', uri };
    // The registrar of one domain knows nobody of another (RFC 3261 §10.3 step 5); under its own name a server stands for all of ours.
    if (ours && !aor.endsWith(`@${uri.host}`)) return unknownUser('To', `a user of ${uri.host}`, aor);
    return home(aor, uri, known, 'self');
  }
  const aor = isTemporaryGruu(uri) ? known.userOfGruu?.(uri) : addressOfRecord(uri);
  return aor === undefined ? unknownGruu(uri) : home(aor, uri, known, 'lookup');
}

/** The application that a request is for; it registers nowhere. */
function applicationFor({ method }: SipRequest, uri: SipUri, known: RouteKnowledge): string | undefined {
  if (method === 'REGISTER' || uri.rawUser === undefined) return undefined;
  const aor = addressOfRecord(uri);
  return aor === undefined ? undefined : known.applicationOf?.(aor);
}

/** RFC 3261 §16.4. */
function withoutTarget(parameters: SipUri['parameters']): SipUri['parameters'] {
  return parameters.without('maddr').without('transport');
}

function home(aor: string, uri: Uri, known: RouteKnowledge, here: 'lookup' | 'self'): RouteDecision {
  const server = known.homeOf(aor);
  if (server === undefined)
    return known.isOurDomain(aor.slice(aor.lastIndexOf('@') + 1))
      ? refuse(userWithoutHome(aor))
      : unknownUser(here === 'self' ? 'To' : 'Request-URI', 'a user of our domains', aor);
  if (server !== known.self) return { kind: 'server', server, uri, why: 'home' };
  return here === 'self' ? { kind: 'self', uri } : { kind: 'lookup', aor, uri };
}

function unknownUser(header: 'To' | 'Request-URI', expected: string, found: string): RouteDecision {
  return refuse(
    refusal(
      'unknown-user',
      404,
      `${header}: expected ${expected}, found ${found}`,
      'Check the address, or add the user to the topology.',
    ),
  );
}

function unknownGruu(uri: Uri): RouteDecision {
  return refuse(
    refusal(
      'unknown-user',
      404,
      `Request-URI: expected a GRUU that this domain has issued, found ${uri.toString()}`,
      'Ask the user for an address that counts now.',
    ),
  );
}

function relayNotAllowed(header: 'Route' | 'Request-URI', found: string): RouteDecision {
  return refuse(
    refusal(
      'relay-not-allowed',
      403,
      `${header}: expected ${header === 'Route' ? 'an entry that a server of this domain wrote' : 'an address of our domains or a route that we gave the sender'}, found ${found}`,
      'Send the request to a user of our domains, or add the other domain with entente topology add partner.',
    ),
  );
}

function notInDialog(): RouteDecision {
  return refuse(
    refusal(
      'not-in-dialog',
      403,
      'Route: expected our own entry for this dialog, found none',
      'Send requests in a dialog along its route set, and begin a new dialog where it is lost.',
    ),
  );
}
