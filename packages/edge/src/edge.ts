import { partnerOfPeer } from '@entente/federation';
import { addressOfRecord, type SipRequest } from '@entente/sip';
import { monotonicNow } from '@entente/sip-endpoint';
import {
  mediaRefusal,
  type PreprocessedRequest,
  preprocessRoutes,
  type RequestRefusal,
  refusal,
  refuse,
  revealRoutes,
} from '@entente/sip-proxy';
import {
  AckAllowance,
  DeviceFlows,
  FlowNames,
  namesOurDomain,
  type ProxyDecision,
  type ProxyPolicy,
  type RequestOrigin,
} from '@entente/sip-relay';
import {
  directorsFor,
  links,
  mayRequest,
  type RequestRule,
  requestRule,
  routeName,
  type Topology,
} from '@entente/topology';
import { type Arrival, decideEdgeRoute } from './decide-edge-route.ts';
import type { EdgeSender, Side } from './edge-sender.ts';
import { targetsOf } from './edge-targets.ts';
import { type ForwardingOptions, rulesFor } from './forwarding.ts';

/** What an edge decides with. */
export interface EdgeOptions extends Omit<ForwardingOptions, 'connections' | 'devices' | 'mayReach'> {
  /** Milliseconds since 1970, never set back or forward; default `monotonicNow`. */
  readonly clock?: () => number;
}

/**
 * The policies of the two sides of an edge, which hands on what external clients and partners may send, and what insiders send to
 * them. It authenticates no users; it holds partners to their domains, on every request.
 * @param options - names, topology, names of connections
 */
export function createEdgePolicies(options: EdgeOptions): Readonly<Record<Side, EdgePolicy>> {
  const outer = { fqdn: options.addresses.inside.host, interface: 'external' } as const;
  const forwarding: ForwardingOptions = {
    ...options,
    connections: new FlowNames(),
    devices: new DeviceFlows(),
    mayReach: {
      clients: requestRule(outer, { party: 'external-client' }),
      partners: requestRule(outer, { party: 'partner' }),
    },
  };
  return {
    inside: new EdgePolicy('inside', options, forwarding),
    outside: new EdgePolicy('outside', options, forwarding),
  };
}

/** What one side of an edge decides. */
export class EdgePolicy implements ProxyPolicy<EdgeSender> {
  readonly #side: Side;
  readonly #flows: FlowNames;
  readonly #forwarding: ForwardingOptions;
  readonly #clientRule: RequestRule;
  readonly #partnerRule: RequestRule;
  readonly #clock: () => number;
  readonly #acks = new AckAllowance();

  constructor(side: Side, { clock = monotonicNow, flows }: EdgeOptions, forwarding: ForwardingOptions) {
    this.#side = side;
    this.#flows = flows;
    this.#clock = clock;
    this.#forwarding = forwarding;
    const outer = { fqdn: forwarding.addresses.inside.host, interface: 'external' } as const;
    this.#clientRule = requestRule({ party: 'external-client' }, outer);
    this.#partnerRule = requestRule({ party: 'partner' }, outer);
  }

  admit(_request: SipRequest, origin: RequestOrigin): EdgeSender | RequestRefusal {
    const arrival = this.#arrivalOf(origin, this.#forwarding.topology());
    return 'reason' in arrival ? arrival : { arrival, origin };
  }

  decide(request: SipRequest, sender: EdgeSender): ProxyDecision {
    const topology = this.#forwarding.topology();
    const routes = this.#routesOf(request, topology);
    if ('reason' in routes) return refuse(routes);
    const { devices } = this.#forwarding;
    const isOn = (user: string, device: string, flow: string) => devices.isOn(user, device, flow);
    const isUsed = (flow: string) => devices.isUsed(flow);
    const { host: self } = this.#forwarding.addresses.inside;
    const route = decideEdgeRoute(request, routes, sender.arrival, {
      topology,
      isOn,
      isUsed,
      directorsFor: (address) => directorsFor(topology, self, address),
    });
    if (route.kind === 'refuse') return route;
    const crosses = sender.arrival.kind === 'partner' || route.kind === 'partner';
    if (crosses && topology.policies.media.federationSrtp === 'required') {
      const { inside, partners } = this.#forwarding.addresses;
      const agent = this.#side === 'inside' ? inside.host : partners.host;
      const refused = mediaRefusal(request, 'federationSrtp', agent);
      if (refused !== undefined) return refuse(refused);
    }
    if (request.method === 'ACK' && !this.#mayAcknowledge(request, sender)) return refuse(tooManyAcks);
    const targets = targetsOf(route, routes.uri, sender, this.#forwarding);
    const [first] = targets[0] ?? [];
    if (first === undefined) return refuse(flowFailed);
    const isHandedOn = route.kind === 'device' && first.server !== undefined;
    return {
      kind: 'relay',
      targets,
      rules: rulesFor({ request, sender, routes, route, crosses, isHandedOn }, this.#forwarding),
      side: route.kind === 'inside' || isHandedOn ? 'inside' : 'outside',
    };
  }

  /** Servers inside have found out who the sender is. */
  onBehalfOf({ from: { uri } }: SipRequest, { arrival }: EdgeSender): string | undefined {
    return arrival.kind === 'server' ? addressOfRecord(uri) : undefined;
  }

  isInDialog(request: SipRequest): boolean {
    const routes = this.#routesOf(request, this.#forwarding.topology());
    return 'tokens' in routes && routes.tokens[0]?.kind === 'dialog';
  }

  onClosed(origin: RequestOrigin): void {
    if (this.#side === 'outside') this.#forwarding.devices.closed(this.#flows.of(origin));
  }

  /** Nobody challenges an ACK: over a connection on which no device has registered, a few go on. */
  #mayAcknowledge(request: SipRequest, { arrival, origin }: EdgeSender): boolean {
    if (arrival.kind !== 'client' || this.#forwarding.devices.isUsed(arrival.flow)) return true;
    return this.#acks.take(origin, request.wire.length, this.#clock());
  }

  #routesOf(request: SipRequest, topology: Topology): PreprocessedRequest | RequestRefusal {
    return this.#side === 'inside' ? this.#routesInside(request) : this.#routesOutside(request, topology);
  }

  #routesInside(request: SipRequest): PreprocessedRequest {
    const { addresses, sealing, topology } = this.#forwarding;
    const { host: self } = addresses.inside;
    const current = topology();
    const pool = routeName(current, self);
    const isOurHost = (host: string) =>
      host === self || routeName(current, host) === pool || this.#isOurAccessName(host, current);
    return preprocessRoutes(request, { isOurHost, sealing });
  }

  #routesOutside(request: SipRequest, topology: Topology): PreprocessedRequest | RequestRefusal {
    const { sealing } = this.#forwarding;
    const isOurHost = (host: string) =>
      this.#isOurAccessName(host, topology) || namesOurDomain(topology, host);
    const revealed = revealRoutes(request, { isOurHost, sealing });
    return revealed.ok ? revealed.routes : revealed.refusal;
  }

  /** A name by which outsiders know this edge, or another of its pool: what one has sealed, each of them opens. */
  #isOurAccessName(host: string, { externalNames, servers }: Topology): boolean {
    const { clients, inside } = this.#forwarding.addresses;
    if (host === clients.host) return true;
    const pool = servers.get(inside.host)?.pool;
    return pool !== undefined && externalNames.get(host)?.some((edge) => edge.pool === pool) === true;
  }

  #arrivalOf(origin: RequestOrigin, topology: Topology): Arrival | RequestRefusal {
    const {
      link: { row },
      protection: { peer },
      server,
    } = origin;
    const side = this.#side;
    if (side === 'outside' && row === links.clientToEdge.row && peer === undefined) {
      const allowed = this.#clientRule(topology, row);
      return allowed.ok ? { kind: 'client', flow: this.#flows.of(origin) } : notAllowed(allowed.rejection);
    }
    if (side === 'outside' && row === links.federation.row && peer !== undefined) {
      const allowed = this.#partnerRule(topology, row);
      if (!allowed.ok) return notAllowed(allowed.rejection);
      const found = partnerOfPeer(topology, peer);
      return found.ok ? { kind: 'partner', authority: found.authority } : notAllowed(found.rejection);
    }
    if (side === 'inside' && server !== undefined) {
      const { addresses } = this.#forwarding;
      const allowed = mayRequest(topology, { fqdn: server }, { fqdn: addresses.inside.host }, row);
      return allowed.ok ? { kind: 'server' } : notAllowed(allowed.rejection);
    }
    return notAllowed({
      message: `nobody sends requests on link ${row} here`,
      remedy: 'Use the interface that is meant for you.',
    });
  }
}

/** The device that our token names has no connection now (RFC 5626 §5.3.1, §11.5). */
const flowFailed = refusal(
  'flow-failed',
  430,
  'Route: expected a device that is connected to this edge, found one that is not',
  'Wait until the device has registered again.',
);

const tooManyAcks = refusal(
  'relay-not-allowed',
  403,
  'ACK: expected a connection on which a device has registered, or one that has sent few of them, found another',
  'Register on the connection first.',
);

function notAllowed({ message, remedy }: { message: string; remedy: string }): RequestRefusal {
  return refusal('relay-not-allowed', 403, message, remedy);
}
