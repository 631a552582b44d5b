import {
  checkPartnerRequest,
  isInsideName,
  mayBeInsideName,
  type PartnerAuthority,
  speaksFor,
} from '@entente/federation';
import { addressOfRecord, type SipRequest, type SipUri } from '@entente/sip';
import {
  type DialogToken,
  otherSide,
  type PreprocessedRequest,
  type RefuseDecision,
  refusal,
  refuse,
  registerElsewhere,
  registerInDialog,
  unreadableRoute,
  userWithoutHome,
  writerOf,
} from '@entente/sip-proxy';
import { mayReceiveUnauthenticated, type Role, routeName, type Topology } from '@entente/topology';

/** Where a request came from. */
export type Arrival =
  /** An external client, over the connection that the runtime calls `flow`. */
  | { readonly kind: 'client'; readonly flow: string }
  /** A federation partner, with the domains it has proven. */
  | { readonly kind: 'partner'; readonly authority: PartnerAuthority }
  /** A server of ours, on the internal interface. */
  | { readonly kind: 'server' };

/** Where a request that may pass goes. */
export type EdgeRoute =
  | {
      readonly kind: 'inside';
      /** FQDN of a server, or of a pool: then any member will do. */
      readonly server: string;
      /** The member to begin with: the home of a user, or the one that wrote the entry; otherwise the one that listens on `port`. */
      readonly first?: { readonly member?: string | undefined; readonly port?: number | undefined };
      /** The servers to try, in this order, where `server` is the first of several that need not be in one pool. */
      readonly among?: readonly string[];
    }
  /** To the device of an external client, over the connection that it has now; see `RouteDecision` of `@entente/sip-proxy`. */
  | {
      readonly kind: 'device';
      readonly user: string;
      readonly device: string;
      readonly isExact: boolean;
      /** The entry of ours that says so: another edge of our pool reads the same in it. */
      readonly entry?: SipUri | undefined;
    }
  | { readonly kind: 'partner'; readonly domain: string };

/** Where a request goes. */
export type EdgeDecision = EdgeRoute | RefuseDecision;

/** What an edge decides with. */
export interface EdgeKnowledge {
  /** The one in force. */
  readonly topology: Topology;
  /** Whether a user's device sends over a connection: the registrar has accepted a REGISTER of the user on it (`DeviceFlows.isOn`). */
  readonly isOn: (user: string, device: string, flow: string) => boolean;
  /** Whether any device is registered over a connection (`DeviceFlows.isUsed`). */
  readonly isUsed: (flow: string) => boolean;
  /** The directors that authenticate a user before anything else inside sees a request (`directorsFor`); default: none stands. */
  readonly directorsFor?: (address: string) => readonly string[];
}

/**
 * Decides what an edge does with a request. Nothing passes from one outsider to another, and nobody outside chooses which server inside
 * a request reaches: in a dialog it goes where we have sealed for its sender that it goes, outside of one to the home of a user.
 * @param request - validated
 * @param routes - what is left of its Route, and what our own entries in it said
 * @param arrival - where it came from
 * @param known - topology, and who is registered over which connection
 */
export function decideEdgeRoute(
  request: SipRequest,
  routes: PreprocessedRequest,
  arrival: Arrival,
  known: EdgeKnowledge,
): EdgeDecision {
  switch (arrival.kind) {
    case 'server':
      return fromInside(request, routes, known.topology);
    case 'client':
      return fromClient(request, routes, arrival.flow, known);
    case 'partner':
      return fromPartner(request, routes, arrival.authority, known);
  }
}

function fromInside(request: SipRequest, routes: PreprocessedRequest, topology: Topology): EdgeDecision {
  // A token that cannot be read must not let the Request-URI decide: the request would leave to whom it is not for.
  if (routes.unreadable !== undefined) return refuse(unreadableRoute(routes.unreadable, true));
  // What is left of the Request-URI and the Route goes out as it stands; in a dialog a user inside writes both.
  if (routes.uri.kind === 'sip' && isInsideName(topology, routes.uri.host))
    return relay('Request-URI', routes.uri.host);
  for (const { uri: hop } of routes.routes) {
    if (hop.kind === 'sip' && isInsideName(topology, hop.host)) return relay('Route', hop.host);
  }
  const [token] = routes.tokens;
  const entry = routes.entries?.[0];
  if (token?.kind === 'path')
    return { kind: 'device', user: token.user, device: token.device, isExact: true, entry };
  if (token !== undefined) {
    const { device, user, via } = token[otherSide(token.sender)];
    if (device !== '') return { kind: 'device', user, device, isExact: false, entry };
    return via === '' ? relay('Route', 'an end inside') : { kind: 'partner', domain: via };
  }
  if (request.to.tag !== undefined) return notInDialog();
  const { uri } = routes;
  if (uri.kind === 'sip' && routes.routes.length === 0 && !topology.isOurDomain(uri.host)) {
    return { kind: 'partner', domain: uri.host };
  }
  return relay('Request-URI', uri.kind === 'sip' ? uri.host : uri.scheme);
}

function fromClient(
  request: SipRequest,
  routes: PreprocessedRequest,
  flow: string,
  known: EdgeKnowledge,
): EdgeDecision {
  const { isOn, isUsed, topology } = known;
  const { uri } = request.from;
  const token = dialogOf(routes);
  if (token?.sender !== 'called') {
    const domain = uri.kind === 'sip' ? uri.host : uri.scheme;
    if (!topology.isOurDomain(domain))
      return notAuthorised(`From: expected one of our domains from a client, found ${domain}`);
  }
  if (token === undefined) {
    if (isInDialog(request)) return notInDialog();
    const refused = withoutDialog(routes, topology);
    if (refused !== undefined) return refused;
    if (request.method !== 'REGISTER') return home(addressOfRecord(uri), known);
    return registerAtHome(request, routes, known);
  }
  if (request.method === 'REGISTER') return refuse(registerInDialog());
  const { device, user, via } = token[token.sender];
  if (via !== '') return relay('Route', 'a route sealed for a partner');
  // A telephone may open a second connection for its dialogs. The front end challenges what comes over it, as it does everything that we
  // hand on; an ACK goes on by its token alone.
  if (!isOn(user, device, flow) && (user === '' || isUsed(flow)))
    return relay('Route', 'a route sealed for another client');
  return alongRoute(routes, topology, 'client') ?? home(user, known);
}

function fromPartner(
  request: SipRequest,
  routes: PreprocessedRequest,
  authority: PartnerAuthority,
  known: EdgeKnowledge,
): EdgeDecision {
  const { topology } = known;
  const token = dialogOf(routes);
  // The partner's user at the called end keeps the address that was called, ours or another; the token opens with that one alone.
  const isFromVouchedFor = token?.sender === 'called';
  const rejection = checkPartnerRequest(request, authority, topology, { isFromVouchedFor });
  if (rejection !== undefined) {
    const { message, reason, remedy } = rejection;
    return refuse(refusal(reason, 403, message, remedy));
  }
  const { uri } = routes;
  // A front end would carry it on to that partner: no token in the Route makes us a bridge between two of them.
  if (uri.kind === 'sip' && !topology.isOurDomain(uri.host) && topology.partnerOf(uri.host) !== undefined) {
    return relay('Request-URI', uri.host);
  }
  if (token === undefined) {
    if (isInDialog(request)) return notInDialog();
    const refused = withoutDialog(routes, topology);
    if (refused !== undefined) return refused;
  } else {
    if (request.method === 'REGISTER') return refuse(registerInDialog());
    // The other end of a dialog may have shown it to somebody: it is of use to whom it was sealed for alone.
    const { via } = token[token.sender];
    if (via === '' || !speaksFor(authority, via)) return relay('Route', 'a route sealed for somebody else');
    const onwards = alongRoute(routes, topology, 'partner');
    if (onwards !== undefined) return onwards;
  }
  if (uri.kind !== 'sip' || !topology.isOurDomain(uri.host)) {
    return relay('Request-URI', uri.kind === 'sip' ? uri.host : uri.scheme);
  }
  return home(addressOfRecord(uri), known);
}

/** A REGISTER of a client leads to the registrar, and we believe what that answers. */
function registerAtHome(
  request: SipRequest,
  { uri }: PreprocessedRequest,
  known: EdgeKnowledge,
): EdgeDecision {
  const domain = uri.kind === 'sip' ? uri.host : uri.scheme;
  if (!known.topology.isOurDomain(domain)) return refuse(registerElsewhere(domain));
  return home(addressOfRecord(request.to.uri), known);
}

function dialogOf({ tokens }: PreprocessedRequest): DialogToken | undefined {
  const [token] = tokens;
  return token?.kind === 'dialog' ? token : undefined;
}

/** We are on the route of every dialog with somebody outside. An ACK for a 2xx belongs to one, whatever its To says. */
function isInDialog(request: SipRequest): boolean {
  return request.method === 'ACK' || (request.to.tag !== undefined && request.method !== 'REGISTER');
}

/** Why a request from outside that is in no dialog may not go to a home. */
function withoutDialog({ routes, uri }: PreprocessedRequest, topology: Topology): EdgeDecision | undefined {
  // Only a Contact that we had sealed names a server inside: a front end would carry it on to whichever one is guessed here.
  if (uri.kind === 'sip' && mayBeInsideName(topology, uri.host)) return relay('Request-URI', uri.host);
  const next = routes[0]?.uri;
  return next === undefined ? undefined : relay('Route', next.kind === 'sip' ? next.host : next.scheme);
}

/** The route that we have sealed. */
function alongRoute(
  { isUriRevealed, routes, uri }: PreprocessedRequest,
  topology: Topology,
  arrival: 'client' | 'partner',
): EdgeDecision | undefined {
  if (isUriRevealed !== true && uri.kind === 'sip' && mayBeInsideName(topology, uri.host))
    return relay('Request-URI', uri.host);
  const next = routes[0]?.uri;
  if (next === undefined) return undefined;
  const host = next.kind === 'sip' ? next.host : next.scheme;
  // The other end of the dialog wrote a part of it.
  const stray = routes.find((_, at) => isStray(routes, at, topology));
  if (stray !== undefined) return relay('Route', stray.uri.toString());
  const role = roleOf(topology, host);
  if (role === undefined || !firstInside[arrival].has(role) || next.kind !== 'sip')
    return relay('Route', host);
  return { kind: 'inside', server: host, first: { member: writerOf(next), port: next.port } };
}

/**
 * Whether an entry leads to a server that authenticates nobody. A mediation server does not ask either: it goes where its own entry says that
 * the dialog goes, so that it may stand first, or behind a front end, and a gateway behind it; a gateway anywhere else may not.
 */
function isStray(routes: PreprocessedRequest['routes'], at: number, topology: Topology): boolean {
  const uri = routes[at]?.uri;
  if (uri?.kind !== 'sip' || mayReceiveUnauthenticated(topology, uri.host)) return false;
  const before = routes[at - 1]?.uri;
  const sender = before?.kind === 'sip' ? roleOf(topology, before.host) : undefined;
  switch (roleOf(topology, uri.host)) {
    case 'mediation':
      return at > 0 && sender !== 'front-end';
    case 'gateway':
      return sender !== 'mediation';
    default:
      return true;
  }
}

function roleOf(topology: Topology, host: string): Role | undefined {
  return topology.servers.get(host)?.role ?? topology.pools.get(host)?.role;
}

/**
 * Which servers hear first from whom. What a client sends comes to one that finds out who the user is. Partners are known here, and a call to the
 * number of one comes from a mediation server, which carries on nothing from an edge but what its own entry says where it goes.
 */
const firstInside: Readonly<Record<'client' | 'partner', ReadonlySet<Role>>> = {
  client: new Set<Role>(['front-end', 'director']),
  partner: new Set<Role>(['front-end', 'director', 'mediation']),
};

/**
 * Characters of the longest address that a user may have. Our entries for a dialog and for a registration name the user: of a longer
 * address none could be written.
 */
const longestAddress = 512;

function home(address: string | undefined, { directorsFor, topology }: EdgeKnowledge): EdgeDecision {
  const isAddress = address !== undefined && address.length <= longestAddress;
  const server = isAddress ? topology.homeServer(address) : undefined;
  const directors = server === undefined ? undefined : directorsFor?.(address as string);
  const [director] = directors ?? [];
  // Fail closed: where directors stand, nothing of an outsider reaches a front end past them, even if none answers.
  if (director !== undefined && directors !== undefined)
    return { kind: 'inside', server: routeName(topology, director), among: directors };
  // Another front end of the pool knows the user as well, and hands on to the home what is for that alone.
  if (server !== undefined)
    return { kind: 'inside', server: routeName(topology, server.fqdn), first: { member: server.fqdn } };
  const domain = isAddress ? address.slice(address.lastIndexOf('@') + 1) : '';
  if (isAddress && topology.isOurDomain(domain)) return refuse(userWithoutHome(address, false));
  return refuse(
    refusal(
      'unknown-user',
      404,
      `expected a user of our domains, found ${address ?? 'none'}`,
      'Check the address, or add the user to the topology.',
    ),
  );
}

function relay(header: string, host: string): EdgeDecision {
  return refuse(
    refusal(
      'relay-not-allowed',
      403,
      `${header}: expected one of our users or a route that we have sealed for the sender, found ${host}`,
      'Send the request to the domain that it is for, and leave out servers of ours; a client registers on its connection first.',
    ),
  );
}

function notInDialog(): EdgeDecision {
  return refuse(
    refusal(
      'not-in-dialog',
      403,
      'Route: expected our own entry for this dialog, found none',
      'Send requests in a dialog along its route set, and begin a new dialog where it is lost.',
    ),
  );
}

function notAuthorised(message: string): EdgeDecision {
  return refuse(
    refusal('domain-not-authorised', 403, message, 'Send From with an address of one of our domains.'),
  );
}
