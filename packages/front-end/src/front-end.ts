import { randomBytes } from 'node:crypto';
import { edit, type NameAddr, type SipRequest } from '@entente/sip';
import type {
  EndpointUser,
  NextHop,
  ServerTransaction,
  SipConnection,
  SipEndpoint,
} from '@entente/sip-endpoint';
import {
  decideRoute,
  type PreprocessedRequest,
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
  type AcceptedIdentity,
  Admission,
  type AdmissionOptions,
  askPolicies,
  FlowNames,
  type NamedPolicy,
  Relay,
} from '@entente/sip-relay';
import { mayCarryStrangers, type Topology } from '@entente/topology';
import { PassageRules, type Way, wayOf } from './passage.ts';
import type { RequestRefusals } from './request-refusals.ts';

/** What a front end stands on. */
export interface FrontEndOptions extends AdmissionOptions {
  readonly refusals: RequestRefusals;
  /** Asked in this order about each request that nothing else refused. */
  readonly policies?: readonly NamedPolicy[];
  /** Where another server of the topology is reached, if we may dial it. */
  readonly hopTo: (server: string) => NextHop | undefined;
  /** Told when a server that a request is for cannot be reached, or was refused. */
  readonly onUnreachable: (server: string, error: unknown) => void;
  /** Told of a fault of this program while a message was handled. */
  readonly onFault?: (error: unknown, connection: SipConnection) => void;
}

/** Where a request goes on, or why nowhere. */
type Selected =
  | { readonly ok: true; readonly groups: readonly (readonly Way[])[] }
  | { readonly ok: false; readonly refusal: RequestRefusal };

const gruuKeyBytes = 32;
const nobody: AcceptedIdentity = { ok: true, asserted: undefined, values: [] };

/** A front end: authenticates its users, registers those whose home it is, and hands on what is for others. */
export class FrontEnd implements EndpointUser {
  readonly #options: FrontEndOptions;
  readonly #admission: Admission;
  readonly #locations = new MemoryLocations();
  readonly #flows = new FlowNames(() => this.#endpoint as SipEndpoint);
  readonly #passage: PassageRules;
  readonly #gruuKey = randomBytes(gruuKeyBytes);
  #endpoint: SipEndpoint | undefined;
  #knowledge: { readonly topology: Topology; readonly routes: RouteKnowledge } | undefined;
  #relay: Relay | undefined;

  constructor(options: FrontEndOptions) {
    this.#options = options;
    this.#admission = new Admission(options);
    this.#passage = new PassageRules({ ...options, flows: this.#flows });
  }

  /** The endpoint whose user this is. Call once, before anything is accepted. */
  attach(endpoint: SipEndpoint): void {
    this.#endpoint = endpoint;
    this.#relay = new Relay(endpoint, this.#options.clock);
  }

  onRequest(transaction: ServerTransaction, connection: SipConnection): void {
    const { request } = transaction;
    const identity = this.#admission.admit(request, connection);
    if ('reason' in identity) {
      this.#refuse(transaction, connection, identity);
      return;
    }
    const routes = this.#preprocess(request);
    const decision = this.#decide(request, routes, connection, identity.asserted === undefined);
    const rules = () => this.#passage.of({ request, from: connection, identity, routes });
    if (decision.kind === 'refuse') {
      this.#refuse(transaction, connection, decision.refusal);
      return;
    }
    if (decision.kind === 'self') {
      this.#serve(transaction, connection, identity);
      return;
    }
    const selected = this.#targetsOf(decision);
    const refused = selected.ok ? this.#askPolicies(request) : selected.refusal;
    if (refused === undefined && selected.ok) this.#relay?.relay(transaction, selected.groups, rules());
    else if (refused !== undefined) this.#refuse(transaction, connection, refused);
  }

  #targetsOf(decision: Exclude<RouteDecision, { kind: 'refuse' | 'self' }>): Selected {
    if (decision.kind !== 'lookup') return { ok: true, groups: [[wayOf(decision)]] };
    const bindings = this.#locations.lookup(decision.aor, this.#options.clock());
    return selectTargets(bindings, decision.uri);
  }

  /** Last, when nothing else refuses the request and nothing has been done about it yet. */
  #askPolicies(request: SipRequest): RequestRefusal | undefined {
    return askPolicies(request, this.#options.policies ?? []);
  }

  onAck(ack: SipRequest, connection: SipConnection): void {
    if (!this.#admission.acknowledges(ack, connection)) return;
    const routes = this.#preprocess(ack);
    // Whoever acknowledges an answer has it through here, with our entry in its Record-Route.
    if (routes.tokens.length === 0) return;
    const { from } = ack;
    const ours = from.uri.kind === 'sip' && this.#options.topology().isOurDomain(from.uri.host);
    const decision = this.#decide(ack, routes, connection, !ours);
    if (decision.kind !== 'flow' && decision.kind !== 'server') return;
    const rules = this.#passage.of({ request: ack, from: connection, identity: nobody, routes });
    const target = wayOf(decision);
    const way = rules.way(target);
    const open = 'address' in way ? this.#endpoint?.connected(way) : 'id' in way ? way : undefined;
    if (open !== undefined && this.#endpoint !== undefined)
      open.send(rules.build(target, open, this.#endpoint.via(open)));
  }

  onFault(error: unknown, connection: SipConnection): void {
    this.#options.onFault?.(error, connection);
  }

  onDisposing(): void {
    this.#relay?.close();
  }

  onClosed(connection: SipConnection): void {
    this.#locations.removeFlow(this.#flows.of(connection));
  }

  #preprocess(request: SipRequest): PreprocessedRequest {
    const topology = this.#options.topology();
    return this.#passage.preprocess(
      request,
      (host) =>
        host === this.#options.fqdn || topology.isOurDomain(host.startsWith('sip.') ? host.slice(4) : host),
    );
  }

  /** @param stranger nobody vouches for the sender: what an edge hands on for him goes to users of ours, never out again */
  #decide(
    request: SipRequest,
    routes: PreprocessedRequest,
    connection: SipConnection,
    stranger: boolean,
  ): RouteDecision {
    const topology = this.#options.topology();
    const { protection, server } = connection;
    const arrival =
      server === undefined
        ? ({ kind: 'client', flow: this.#flows.of(connection) } as const)
        : stranger && protection.peer?.role === 'edge'
          ? ({ kind: 'partner', name: server } as const)
          : ({ kind: 'server', name: server } as const);
    if (arrival.kind === 'partner') {
      // The callee wrote part of a stranger's Route. It leads to servers that ask who somebody is, or know the way out.
      const stray = routes.routes.find(
        ({ uri }) => uri.kind === 'sip' && !mayCarryStrangers(topology, uri.host),
      );
      if (stray !== undefined) return { kind: 'refuse', refusal: strayRoute(stray) };
    }
    return decideRoute(request, routes, arrival, this.#knowledgeOf(topology));
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

  /** A request for this server itself: REGISTER of a user whose home it is. */
  #serve(transaction: ServerTransaction, connection: SipConnection, { asserted }: AcceptedIdentity): void {
    const { request } = transaction;
    if (request.method !== 'REGISTER') {
      this.#refuse(transaction, connection, registerOnly(request.method));
      return;
    }
    const registered = registeredAddress(request, asserted === undefined ? [] : [asserted]);
    if (!registered.ok) {
      this.#refuse(transaction, connection, registered.refusal);
      return;
    }
    const now = this.#options.clock();
    const context = {
      now,
      gruuKey: this.#gruuKey,
      toTag: this.#token(),
      ...(connection.server === undefined ? { flow: this.#flows.of(connection) } : undefined),
    };
    const change = registerChange(withoutOwnPath(request, connection), registered.aor, context);
    const result = this.#locations.update<Registration>(registered.aor, now, (current) => {
      const changed = change(current);
      const refused = changed.result.ok ? this.#askPolicies(request) : undefined;
      return refused === undefined ? changed : { result: { ok: false, refusal: refused } };
    });
    if (!result.ok) {
      this.#refuse(transaction, connection, result.refusal);
      return;
    }
    transaction.respond(result.response);
  }

  #refuse(transaction: ServerTransaction, connection: SipConnection, refused: RequestRefusal): void {
    const { request } = transaction;
    transaction.respond(this.#options.refusals.refuse(request, refused, connection, this.#token()));
  }

  #token(): string {
    return (this.#endpoint as SipEndpoint).newToken();
  }
}

/**
 * A REGISTER as the registrar takes it. Path is what proxies write (RFC 3327 §5.2): a client that wrote one itself would have what
 * others send it go to any server that we may dial.
 */
function withoutOwnPath(request: SipRequest, connection: SipConnection): SipRequest {
  if (connection.server !== undefined || !request.has('Path')) return request;
  return edit(request).remove('Path').toMessage();
}

/** The edge that carries requests to a partner's domain. */
function edgeTo(topology: Topology, domain: string): string | undefined {
  const entry = topology.partnerOf(domain);
  if (entry === undefined || ('kind' in entry && entry.kind === 'blocked')) return undefined;
  for (const server of topology.servers.values()) if (server.role === 'edge') return server.fqdn;
  return undefined;
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
    `expected REGISTER for this server itself, found ${method}`,
    'Address the request to a user.',
    [['Allow', 'REGISTER']],
  );
}
