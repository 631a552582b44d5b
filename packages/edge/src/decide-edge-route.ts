import { checkPartnerRequest, isInsideName, type PartnerAuthority, speaksFor } from '@entente/federation';
import { addressOfRecord, type SipRequest } from '@entente/sip';
import { type PreprocessedRequest, type RequestRefusal, refusal } from '@entente/sip-proxy';
import { mayReceiveUnauthenticated, type Topology } from '@entente/topology';

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
  | { readonly kind: 'inside'; readonly server: string }
  | { readonly kind: 'flow'; readonly flow: string }
  | { readonly kind: 'partner'; readonly domain: string };

/** Where a request goes. */
export type EdgeDecision = EdgeRoute | { readonly kind: 'refuse'; readonly refusal: RequestRefusal };

/**
 * Decides what an edge does with a request. Nothing passes from one outsider to another, and nobody outside chooses which
 * server inside it reaches: only a route that we have sealed for it leads further than to the home of a user.
 * @param request - validated
 * @param routes - what is left of its Route, and what our own entries in it said
 * @param arrival - where it came from
 * @param topology - the one in force
 */
export function decideEdgeRoute(
  request: SipRequest,
  routes: PreprocessedRequest,
  arrival: Arrival,
  topology: Topology,
): EdgeDecision {
  switch (arrival.kind) {
    case 'server':
      return fromInside(routes, topology);
    case 'client':
      return fromClient(request, routes, arrival.flow, topology);
    case 'partner':
      return fromPartner(request, routes, arrival.authority, topology);
  }
}

function fromInside(routes: PreprocessedRequest, topology: Topology): EdgeDecision {
  // What is left of the Route goes out as it stands.
  for (const { uri: hop } of routes.routes) {
    if (hop.kind === 'sip' && isInsideName(topology, hop.host)) return relay('Route', hop.host);
  }
  for (const { flow, outside } of routes.tokens) {
    if (flow !== '') return { kind: 'flow', flow };
    if (outside !== '') return { kind: 'partner', domain: outside };
  }
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
  topology: Topology,
): EdgeDecision {
  const { uri } = request.from;
  const domain = uri.kind === 'sip' ? uri.host : uri.scheme;
  if (!topology.isOurDomain(domain)) {
    return notAuthorised(`From: expected one of our domains from a client, found ${domain}`);
  }
  if (routes.tokens.some(({ outside }) => outside !== ''))
    return relay('Route', 'a way sealed for a partner');
  const onwards = alongTokens(routes, topology, flow);
  if (onwards !== undefined) return onwards;
  return home(
    request.method === 'REGISTER' ? addressOfRecord(request.to.uri) : addressOfRecord(uri),
    topology,
  );
}

function fromPartner(
  request: SipRequest,
  routes: PreprocessedRequest,
  authority: PartnerAuthority,
  topology: Topology,
): EdgeDecision {
  const rejection = checkPartnerRequest(request, authority, (host) => topology.isOurDomain(host));
  if (rejection !== undefined) {
    const { message, reason, remedy } = rejection;
    return { kind: 'refuse', refusal: refusal(reason, 403, message, remedy) };
  }
  const { uri } = routes;
  // A front end would carry it on to that partner: no token in the Route makes us a bridge between two of them.
  if (uri.kind === 'sip' && !topology.isOurDomain(uri.host) && topology.partnerOf(uri.host) !== undefined) {
    return relay('Request-URI', uri.host);
  }
  // The other end of a dialog may have shown it to somebody: it leads in only whom it was made for.
  if (!routes.tokens.every(({ outside }) => speaksFor(authority, outside)))
    return relay('Route', 'a way sealed for somebody else');
  const onwards = alongTokens(routes, topology, '');
  if (onwards !== undefined) return onwards;
  if (uri.kind !== 'sip' || !topology.isOurDomain(uri.host)) {
    return relay('Request-URI', uri.kind === 'sip' ? uri.host : uri.scheme);
  }
  return home(addressOfRecord(uri), topology);
}

/** The way that we have sealed; a Route without it leads nowhere. */
function alongTokens(
  { isUriRevealed, routes, tokens, uri }: PreprocessedRequest,
  topology: Topology,
  ownFlow: string,
): EdgeDecision | undefined {
  // Only a Contact that we had sealed names a server inside: a front end would carry it on to whichever one is guessed here.
  if (isUriRevealed !== true && uri.kind === 'sip' && isInsideName(topology, uri.host))
    return relay('Request-URI', uri.host);
  const next = routes[0]?.uri;
  if (next !== undefined) {
    const host = next.kind === 'sip' ? next.host : next.scheme;
    const role = topology.servers.get(host)?.role;
    const stray = routes.find(
      ({ uri }) => uri.kind === 'sip' && !mayReceiveUnauthenticated(topology, uri.host),
    );
    if (stray !== undefined) return relay('Route', stray.uri.toString());
    if (tokens.length > 0 && role !== undefined && rolesThatCheck.has(role))
      return { kind: 'inside', server: host };
    return relay('Route', host);
  }
  // Taken at its word, what names another connection would lead past the servers inside, which authenticate users.
  const other = tokens.find(({ flow }) => flow !== '' && flow !== ownFlow);
  return other === undefined ? undefined : relay('Route', 'the connection of another client');
}

/** Servers that find out who a user is before they carry anything on; no other hears from outsiders first. */
const rolesThatCheck: ReadonlySet<string> = new Set(['front-end', 'director']);

function home(address: string | undefined, topology: Topology): EdgeDecision {
  const server = address === undefined ? undefined : topology.homeServer(address);
  if (server !== undefined) return { kind: 'inside', server: server.fqdn };
  return {
    kind: 'refuse',
    refusal: refusal(
      'unknown-user',
      404,
      `expected a user of our domains, found ${address ?? 'none'}`,
      'Check the address, or add the user to the topology.',
    ),
  };
}

function relay(header: string, host: string): EdgeDecision {
  return {
    kind: 'refuse',
    refusal: refusal(
      'relay-not-allowed',
      403,
      `${header}: expected one of our users or a way that we have sealed for the sender, found ${host}`,
      'Send the request to the domain that it is for, and leave out servers of ours.',
    ),
  };
}

function notAuthorised(message: string): EdgeDecision {
  return {
    kind: 'refuse',
    refusal: refusal(
      'domain-not-authorised',
      403,
      message,
      'Send From with an address of one of our domains.',
    ),
  };
}
