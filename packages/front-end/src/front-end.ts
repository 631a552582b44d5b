import { randomBytes } from 'node:crypto';
import {
  addressOfRecord,
  createResponse,
  edit,
  type NameAddr,
  type SipRequest,
  type SipResponse,
} from '@entente/sip';
import {
  decideRoute,
  type PreprocessedRequest,
  preprocessRoutes,
  type Registration,
  type RequestRefusal,
  type RouteDecision,
  type RouteKnowledge,
  refusal,
  registerChange,
  registeredAddress,
  selectTargets,
} from '@entente/sip-proxy';
import { MemoryLocations } from '@entente/sip-proxy/locations';
import {
  Admission,
  type AdmissionOptions,
  askPolicies,
  type NamedPolicy,
  namesOurDomain,
  type ProxyDecision,
  type ProxyPolicy,
  type RequestOrigin,
  type Sender,
} from '@entente/sip-relay';
import { mayReceiveUnauthenticated, type Topology } from '@entente/topology';
import { ForwardedRequest, type ForwardingOptions, type ForwardTarget, targetOf } from './forwarding.ts';

/** What a front end decides with. */
export interface FrontEndOptions extends AdmissionOptions, Pick<ForwardingOptions, 'hopTo' | 'port'> {
  /** Asked in this order about each request that nothing else refused. */
  readonly policies?: readonly NamedPolicy[];
  /** Unpredictable text without spaces, for tags. */
  readonly newToken: () => string;
}

/** Methods of requests for this server itself. */
const allowed = 'REGISTER, OPTIONS';
const gruuKeyBytes = 32;
const routeKeyBytes = 32;
const drop: ProxyDecision = {
  kind: 'refuse',
  refusal: refusal(
    'relay-not-allowed',
    403,
    'ACK: expected a route with our own entry, found none',
    'Send the ACK along the route set of its dialog.',
  ),
};

/** The policy of a front end: authenticates its users, registers those whose home it is, and hands on what is for others. */
export class FrontEnd implements ProxyPolicy<Sender> {
  readonly #options: FrontEndOptions;
  readonly #admission: Admission;
  readonly #forwarding: ForwardingOptions;
  readonly #locations = new MemoryLocations();
  readonly #gruuKey = randomBytes(gruuKeyBytes);
  #knowledge: { readonly topology: Topology; readonly routes: RouteKnowledge } | undefined;

  /** @param options - who this server is, its users' credentials, the topology in force */
  constructor(options: FrontEndOptions) {
    this.#options = options;
    this.#admission = new Admission(options);
    this.#forwarding = {
      ...options,
      key: randomBytes(routeKeyBytes),
      onFlowFailed: (request, target) => this.#dropBinding(request, target),
    };
  }

  admit(request: SipRequest, origin: RequestOrigin): Sender | RequestRefusal {
    return this.#admission.admit(request, origin);
  }

  decide(request: SipRequest, sender: Sender): ProxyDecision {
    const topology = this.#options.topology();
    const routes = this.#preprocess(request, topology);
    // The sender of an ACK for a 2xx has that answer through here, with our entry in its Record-Route.
    if (request.method === 'ACK' && routes.tokens.length === 0) return drop;
    const stray = sender.arrival.kind === 'partner' ? strayRouteOf(routes, topology) : undefined;
    if (stray !== undefined) return refuse(strayRoute(stray));
    const route = decideRoute(request, routes, sender.arrival, this.#knowledgeOf(topology));
    if (route.kind === 'refuse') return route;
    if (request.method === 'ACK') return this.#forwardAck(request, sender, routes, route);
    if (route.kind === 'self') return this.#serve(request, sender);
    // No server here keeps what users publish; their telephones are not to get it either (RFC 3903 §6).
    if (request.method === 'PUBLISH' && route.kind === 'lookup') return refuse(eventNotSupported(request));
    const selected =
      route.kind === 'lookup'
        ? selectTargets(
            this.#locations.lookup(route.aor, this.#options.clock()),
            route.uri,
            this.#options.fqdn,
          )
        : { ok: true as const, groups: [[targetOf(route)]] };
    if (!selected.ok) return refuse(selected.refusal);
    const refused = this.#askPolicies(request);
    if (refused !== undefined) return refuse(refused);
    return {
      kind: 'relay',
      targets: selected.groups,
      rules: new ForwardedRequest(request, sender, routes, this.#forwarding),
    };
  }

  onClosed(origin: RequestOrigin): void {
    this.#locations.removeFlow(this.#options.flows.of(origin));
  }

  #forwardAck(
    ack: SipRequest,
    sender: Sender,
    routes: PreprocessedRequest,
    route: RouteDecision,
  ): ProxyDecision {
    if (route.kind !== 'flow' && route.kind !== 'server') return drop;
    return {
      kind: 'relay',
      targets: [[targetOf(route)]],
      rules: new ForwardedRequest(ack, sender, routes, this.#forwarding),
    };
  }

  /** Last, when nothing else refuses the request and nothing has been done about it yet. */
  #askPolicies(request: SipRequest): RequestRefusal | undefined {
    return askPolicies(request, this.#options.policies ?? []);
  }

  #preprocess(request: SipRequest, topology: Topology): PreprocessedRequest {
    const { fqdn } = this.#options;
    return preprocessRoutes(request, {
      isOurHost: (host) => host === fqdn || namesOurDomain(topology, host),
      key: this.#forwarding.key,
    });
  }

  /** What the topology says of routes; the same object for every request while it is in force. */
  #knowledgeOf(topology: Topology): RouteKnowledge {
    if (this.#knowledge?.topology === topology) return this.#knowledge.routes;
    const routes: RouteKnowledge = {
      self: this.#options.fqdn,
      isOurDomain: (domain) => topology.isOurDomain(domain),
      isOurServer: (host) => topology.servers.has(host),
      homeOf: (address) => topology.homeServer(address)?.fqdn,
      wayTo: (domain) => edgeTo(topology, domain),
    };
    this.#knowledge = { topology, routes };
    return routes;
  }

  /** What this server understands of requests for itself (RFC 3261 §11.2). */
  #capabilities(request: SipRequest): SipResponse {
    return createResponse(request, 200, undefined, {
      toTag: this.#options.newToken(),
      headers: [
        ['Allow', allowed],
        ['Accept', 'application/sdp'],
        ['Supported', 'path, outbound, gruu'],
      ],
    });
  }

  /** Forgets the binding that a target stands for. */
  #dropBinding(request: SipRequest, target: ForwardTarget): void {
    const aor = addressOfRecord(request.uri);
    if (aor === undefined) return;
    const path = target.routes.join();
    this.#locations.update<void>(aor, this.#options.clock(), (current) => ({
      bindings: current.filter(
        (binding) => binding.path.join() !== path || binding.instance !== target.instance,
      ),
      result: undefined,
    }));
  }

  /** A request for this server itself: OPTIONS, or REGISTER of a user whose home it is. */
  #serve(request: SipRequest, { arrival, flow, identity: { asserted } }: Sender): ProxyDecision {
    if (request.method === 'OPTIONS') return { kind: 'serve', response: this.#capabilities(request) };
    if (request.method !== 'REGISTER') return refuse(registerOnly(request.method));
    const registered = registeredAddress(request, asserted === undefined ? [] : [asserted]);
    if (!registered.ok) return refuse(registered.refusal);
    const { clock, newToken } = this.#options;
    const now = clock();
    const isClient = arrival.kind === 'client';
    const change = registerChange(isClient ? withoutOwnPath(request) : request, registered.aor, {
      now,
      gruuKey: this.#gruuKey,
      toTag: newToken(),
      ...(isClient ? { flow } : undefined),
    });
    const result = this.#locations.update<Registration>(registered.aor, now, (current) => {
      const changed = change(current);
      const refused = changed.result.ok ? this.#askPolicies(request) : undefined;
      return refused === undefined ? changed : { result: { ok: false, refusal: refused } };
    });
    return result.ok ? { kind: 'serve', response: result.response } : refuse(result.refusal);
  }
}

/**
 * A REGISTER of a client as the registrar reads it. Path is what proxies write (RFC 3327 §5.2): a client that wrote one itself would
 * lead what others send it to any server that we may dial.
 */
function withoutOwnPath(request: SipRequest): SipRequest {
  return request.has('Path') ? edit(request).remove('Path').toMessage() : request;
}

/** The callee wrote part of an outsider's Route. It leads to servers that authenticate a sender, or to edges. */
function strayRouteOf({ routes }: PreprocessedRequest, topology: Topology): NameAddr | undefined {
  return routes.find(({ uri }) => uri.kind === 'sip' && !mayReceiveUnauthenticated(topology, uri.host));
}

/** The edge that carries requests to a partner's domain. */
function edgeTo(topology: Topology, domain: string): string | undefined {
  const entry = topology.partnerOf(domain);
  if (entry === undefined || ('kind' in entry && entry.kind === 'blocked')) return undefined;
  for (const server of topology.servers.values()) if (server.role === 'edge') return server.fqdn;
  return undefined;
}

function refuse(refused: RequestRefusal): ProxyDecision {
  return { kind: 'refuse', refusal: refused };
}

function strayRoute(found: NameAddr): RequestRefusal {
  return refusal(
    'relay-not-allowed',
    403,
    `Route: expected front ends and edges for a sender whom nobody vouches for, found ${found.uriText}`,
    'Send the request to the user whom it is for.',
  );
}

function registerOnly(method: string): RequestRefusal {
  return refusal(
    'method-not-allowed',
    405,
    `expected ${allowed} for this server itself, found ${method}`,
    'Address the request to a user.',
    [['Allow', allowed]],
  );
}

function eventNotSupported(request: SipRequest): RequestRefusal {
  return refusal(
    'event-not-supported',
    489,
    `Event: expected none, for no server here keeps what is published, found ${request.get('Event') ?? 'none'}`,
    'Turn publishing of presence off in the client.',
  );
}
