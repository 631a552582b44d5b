import {
  addressOfRecord,
  createResponse,
  edit,
  type SipRequest,
  type SipResponse,
  type Uri,
} from '@entente/sip';
import {
  decideRoute,
  deviceOf,
  instanceOf,
  mediaRefusal,
  openTemporaryGruu,
  type PreprocessedRequest,
  preprocessRoutes,
  type Registration,
  type RequestRefusal,
  type RouteDecision,
  type RouteKnowledge,
  refusal,
  registerChange,
  registeredAddress,
  registeredDevices,
  type Sealing,
  type SelectedTargets,
  selectTargets,
} from '@entente/sip-proxy';
import { MemoryLocations } from '@entente/sip-proxy/locations';
import {
  Admission,
  type AdmissionOptions,
  askPolicies,
  DeviceFlows,
  type NamedPolicy,
  namesOurDomain,
  type ProxyDecision,
  type ProxyPolicy,
  type RequestOrigin,
  type Sender,
} from '@entente/sip-relay';
import type { Topology } from '@entente/topology';
import { ForwardedRequest, type ForwardingOptions, type ForwardTarget, targetAt } from './forwarding.ts';
import { KnownHomes } from './known-homes.ts';

/** What a front end decides with. */
export interface FrontEndOptions
  extends AdmissionOptions,
    Pick<ForwardingOptions, 'hopTo' | 'port' | 'sealing'> {
  /** Seals temporary GRUUs. */
  readonly gruus: Sealing;
  /** Asked in this order about each request that nothing else refused. */
  readonly policies?: readonly NamedPolicy[];
  /** Unpredictable text without spaces, for tags. */
  readonly newToken: () => string;
}

/** Methods of requests for this server itself. */
const allowed = 'REGISTER, OPTIONS';
/** A request, with who sends it and what is left of its Route. */
export interface FrontEndSender {
  readonly sender: Sender;
  readonly routes: PreprocessedRequest;
}

/** The policy of a front end: authenticates its users, registers those whose home it is, and hands on what is for others. */
export class FrontEnd implements ProxyPolicy<FrontEndSender> {
  readonly #options: FrontEndOptions;
  readonly #admission: Admission;
  readonly #forwarding: ForwardingOptions;
  readonly #locations = new MemoryLocations();
  readonly #devices = new DeviceFlows();
  #knowledge: { readonly topology: Topology; readonly routes: RouteKnowledge } | undefined;

  /** @param options - who this server is, its users' credentials, the topology in force */
  constructor(options: FrontEndOptions) {
    this.#options = options;
    this.#admission = new Admission(options);
    this.#forwarding = {
      ...options,
      devices: this.#devices,
      onFlowFailed: (request, target) => this.#dropBinding(request, target),
    };
  }

  admit(request: SipRequest, origin: RequestOrigin): FrontEndSender | RequestRefusal {
    const routes = this.#preprocess(request, this.#options.topology());
    const token = routes.tokens[0] ?? routes.onwards;
    const sender = this.#admission.admit(request, origin, token?.kind === 'dialog' ? token : undefined);
    return 'reason' in sender ? sender : { sender, routes };
  }

  decide(request: SipRequest, { routes, sender }: FrontEndSender): ProxyDecision {
    const topology = this.#options.topology();
    const route = decideRoute(request, routes, sender.arrival, this.#knowledgeOf(topology));
    if (route.kind === 'refuse') return route;
    if (route.kind === 'self') return this.#serve(request, sender);
    // No server here keeps what users publish; their telephones are not to get it either (RFC 3903 §6).
    if (request.method === 'PUBLISH' && route.kind === 'lookup') return refuse(eventNotSupported(request));
    const selected = this.#targetsOf(route);
    if (!selected.ok) return refuse(selected.refusal);
    if (topology.policies.media.internalSrtp === 'required') {
      const inClear = mediaRefusal(request, 'internalSrtp', this.#options.fqdn);
      if (inClear !== undefined) return refuse(inClear);
    }
    // An ACK belongs to a request that policies have seen.
    const refused = request.method === 'ACK' ? undefined : this.#askPolicies(request);
    if (refused !== undefined) return refuse(refused);
    return {
      kind: 'relay',
      targets: selected.groups,
      rules: new ForwardedRequest(request, sender, routes, this.#forwarding),
    };
  }

  onBehalfOf({ from: { uri } }: SipRequest, { sender }: FrontEndSender): string | undefined {
    const { arrival, identity } = sender;
    if (arrival.kind === 'client') return undefined;
    if (identity.asserted !== undefined) return identity.asserted;
    // A partner may write any user, but no domain that is not its own.
    if (arrival.kind !== 'partner') return undefined;
    return uri.kind === 'sip' ? uri.host : uri.scheme;
  }

  onClosed(origin: RequestOrigin): void {
    const flow = this.#options.flows.of(origin);
    this.#locations.removeFlow(flow);
    this.#devices.closed(flow);
  }

  #targetsOf(route: Extract<RouteDecision, { kind: 'device' | 'lookup' | 'server' }>): SelectedTargets {
    if (route.kind === 'server') return { ok: true, groups: [[targetAt(route)]] };
    if (route.kind === 'lookup') {
      const { clock, fqdn, gruus } = this.#options;
      const gruu = openTemporaryGruu(route.uri, gruus);
      return selectTargets(this.#locations.lookup(route.aor, clock()), route.uri, fqdn, gruu);
    }
    const target = this.#deviceTarget(route);
    return target === undefined
      ? { ok: false, refusal: flowFailed(route) }
      : { ok: true, groups: [[target]] };
  }

  /** The connection that a device has now: here, or where its binding says that it has moved. */
  #deviceTarget(route: Extract<RouteDecision, { kind: 'device' }>): ForwardTarget | undefined {
    const { device, isExact, user } = route;
    const here = isExact ? this.#devices.flowOf(user, device) : this.#devices.anyFlowOf(user, device);
    if (here !== undefined) {
      const uri = this.#contactFor(route.uri, here.uri);
      return { uri, flow: here.flow, routes: [], instance: undefined, user, device };
    }
    if (isExact) return undefined;
    const moved = this.#locations
      .lookup(user, this.#options.clock())
      .find((binding) => instanceOf(deviceOf(binding)) === instanceOf(device));
    if (moved === undefined) return undefined;
    const { flow, instance, path: routes } = moved;
    return { uri: this.#contactFor(route.uri, moved.uri), flow, routes, instance, user, device };
  }

  /** The Request-URI for a device whose remote target in the dialog is a GRUU: the Contact that it stands for (RFC 5627 §6.1). */
  #contactFor(uri: Uri, contact: string): string {
    const isOurs = uri.kind === 'sip' && uri.isGruu && this.#options.topology().isOurDomain(uri.host);
    if (!isOurs || contact === '') return uri.toString();
    return uri.scheme === 'sips' ? contact : contact.replace(/^sips:/, 'sip:');
  }

  /** Last, when nothing else refuses the request and nothing has been done about it yet. */
  #askPolicies(request: SipRequest): RequestRefusal | undefined {
    return askPolicies(request, this.#options.policies ?? []);
  }

  #preprocess(request: SipRequest, topology: Topology): PreprocessedRequest {
    const { fqdn, sealing } = this.#options;
    const pool = topology.servers.get(fqdn)?.pool?.fqdn;
    return preprocessRoutes(request, {
      isOurHost: (host) => host === fqdn || host === pool || namesOurDomain(topology, host),
      sealing,
    });
  }

  /** What the topology says of routes; the same object for every request while it is in force. */
  #knowledgeOf(topology: Topology): RouteKnowledge {
    if (this.#knowledge?.topology === topology) return this.#knowledge.routes;
    const homes = new KnownHomes(topology);
    const routes: RouteKnowledge = {
      self: this.#options.fqdn,
      isOurDomain: (domain) => topology.isOurDomain(domain),
      isOurServer: (host) => topology.servers.has(host),
      userOfGruu: (uri) => openTemporaryGruu(uri, this.#options.gruus)?.aor,
      homeOf: (address) => homes.of(address),
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
      gruus: this.#options.gruus,
      toTag: newToken(),
      ...(isClient ? { flow } : undefined),
    });
    const result = this.#locations.update<Registration>(registered.aor, now, (current) => {
      const changed = change(current);
      const refused = changed.result.ok ? this.#askPolicies(request) : undefined;
      return refused === undefined ? changed : { result: { ok: false, refusal: refused } };
    });
    if (!result.ok) return refuse(result.refusal);
    if (isClient) this.#devices.registered(registered.aor, registeredDevices(request), flow);
    return { kind: 'serve', response: result.response };
  }
}

/**
 * A REGISTER of a client as the registrar reads it. Path is what proxies write (RFC 3327 §5.2): a client that wrote one itself would
 * lead what others send it to any server that we may dial.
 */
function withoutOwnPath(request: SipRequest): SipRequest {
  return request.has('Path') ? edit(request).remove('Path').toMessage() : request;
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

/** The device that a token names has no connection now (RFC 5626 §5.3.1, §11.5). */
function flowFailed({ user }: { readonly user: string }): RequestRefusal {
  return refusal(
    'flow-failed',
    430,
    `Route: expected a device of ${user} that is connected, found none`,
    'Wait until the device has registered again.',
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
