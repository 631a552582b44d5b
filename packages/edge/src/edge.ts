import { randomBytes } from 'node:crypto';
import { partnerOfPeer } from '@entente/federation';
import type { SipRequest } from '@entente/sip';
import type {
  EndpointUser,
  NextHop,
  ServerTransaction,
  SipConnection,
  SipEndpoint,
} from '@entente/sip-endpoint';
import {
  type PreprocessedRequest,
  preprocessRoutes,
  type RequestRefusal,
  refusal,
  responseForRefusal,
  revealRoutes,
  type Target,
  validateRequest,
} from '@entente/sip-proxy';
import { FlowNames, Relay } from '@entente/sip-relay';
import { links, mayRequest, type Topology } from '@entente/topology';
import { type Arrival, decidePassage, type Passage } from './decide-passage.ts';
import { type PassageOptions, type PassingRequest, rulesFor } from './passing-request.ts';
import { createSealing } from './sealing.ts';

/** The two sides of an edge. */
export type Side = 'inside' | 'outside';

/** What an edge stands on. */
export interface EdgeOptions {
  /** Own name on each side; the two differ. */
  readonly names: Readonly<Record<Side, string>>;
  readonly topology: () => Topology;
  /** Where a server inside is reached, if we may dial it. */
  readonly hopInside: (server: string) => NextHop | undefined;
  /** Told of a request that is not carried on. */
  readonly onRefused: (request: SipRequest, refused: RequestRefusal, connection: SipConnection) => void;
  /** Told when a server or partner cannot be reached, or was refused. */
  readonly onUnreachable: (name: string, error: unknown) => void;
  /** Told when a registrar has accepted an external client's registration. */
  readonly onRegistered: (address: string, connection: SipConnection) => void;
  /** Told of a fault of this program while a message was handled. */
  readonly onFault?: (error: unknown, connection: SipConnection) => void;
}

const routeKeyBytes = 32;

/**
 * The edge of an organisation: hands on what external clients and partners may send, and what insiders send to them. It
 * authenticates no users; it holds partners to their domains, on every request.
 */
export class Edge {
  readonly #options: EdgeOptions;
  /** Signs our entries inside; nobody else can make one. */
  readonly #key = randomBytes(routeKeyBytes);
  /** Seals what we give to outsiders; nobody else can read it. */
  readonly #sealing = createSealing();
  readonly #flows = new FlowNames(() => this.#endpoint('outside'));
  readonly #endpoints: Partial<Record<Side, SipEndpoint>> = {};
  readonly #relays: Partial<Record<Side, Relay>> = {};
  readonly #passage: PassageOptions;

  constructor(options: EdgeOptions) {
    const { names } = options;
    this.#options = options;
    this.#passage = {
      ...options,
      name: names.inside,
      nameOutside: names.outside,
      key: this.#key,
      sealing: this.#sealing,
      hopToPartner: (domain) => ({ name: domain, address: '', port: 0, link: links.federation }),
      connectionOf: (flow) => this.#flows.find(flow),
    };
  }

  /** The user of the endpoint of one side. */
  userOf(side: Side): EndpointUser {
    return {
      onRequest: (transaction, connection) => this.#onRequest(transaction, connection, side),
      onAck: (ack, connection) => this.#onAck(ack, connection, side),
      onFault: (error, connection) => this.#options.onFault?.(error, connection),
      onDisposing: () => this.#relays[side]?.close(),
    };
  }

  /** The endpoint of one side. Call for both before anything is accepted. */
  attach(side: Side, endpoint: SipEndpoint): void {
    this.#endpoints[side] = endpoint;
    this.#relays[side] = new Relay(endpoint);
  }

  #onRequest(transaction: ServerTransaction, connection: SipConnection, side: Side): void {
    const { request } = transaction;
    const passing = this.#decide(request, connection, side);
    if ('reason' in passing) {
      this.#options.onRefused(request, passing, connection);
      transaction.respond(responseForRefusal(request, passing, this.#endpoint(side).newToken()));
      return;
    }
    this.#relays[sideOf(passing.passage)]?.relay(
      transaction,
      [[targetOf(passing)]],
      rulesFor(passing, this.#passage),
    );
  }

  #onAck(ack: SipRequest, connection: SipConnection, side: Side): void {
    const passing = this.#decide(ack, connection, side);
    if ('reason' in passing) return;
    const target = targetOf(passing);
    const rules = rulesFor(passing, this.#passage);
    const way = rules.way(target);
    const endpoint = this.#endpoint(sideOf(passing.passage));
    const open = 'address' in way ? endpoint.connected(way) : 'id' in way ? way : undefined;
    open?.send(rules.build(target, open, endpoint.via(open)));
  }

  #decide(request: SipRequest, connection: SipConnection, side: Side): PassingRequest | RequestRefusal {
    const { names, topology } = this.#options;
    const current = topology();
    // A request may pass here twice, in from a client and out to a partner. It is in a loop only if it has gone this way before.
    const passed = names[side === 'inside' ? 'outside' : 'inside'];
    const invalid = validateRequest(request, { isOurVia: (host) => host === passed });
    if (invalid !== undefined) return invalid;
    const arrival = this.#arrivalOf(connection, side, current);
    if ('reason' in arrival) return arrival;
    const routes = side === 'inside' ? this.#routesInside(request) : this.#routesOutside(request, current);
    if ('reason' in routes) return routes;
    const decision = decidePassage(request, routes, arrival, current);
    if (decision.kind === 'refuse') return decision.refusal;
    return { request, from: connection, arrival, routes, passage: decision };
  }

  #routesInside(request: SipRequest): PreprocessedRequest {
    const { inside, outside } = this.#options.names;
    const isOurHost = (host: string) => host === inside || host === outside;
    return preprocessRoutes(request, { isOurHost, key: this.#key });
  }

  #routesOutside(request: SipRequest, topology: Topology): PreprocessedRequest | RequestRefusal {
    const { outside } = this.#options.names;
    const served = (host: string) => topology.isOurDomain(host.startsWith('sip.') ? host.slice(4) : host);
    const revealed = revealRoutes(request, {
      isOurHost: (host) => host === outside || served(host),
      sealing: this.#sealing,
    });
    return revealed.ok ? revealed.routes : revealed.refusal;
  }

  #arrivalOf(connection: SipConnection, side: Side, topology: Topology): Arrival | RequestRefusal {
    const { row } = connection.link;
    const { peer } = connection.protection;
    if (side === 'outside' && row === links.clientToEdge.row && peer === undefined)
      return { kind: 'client', flow: this.#flows.of(connection) };
    if (side === 'outside' && row === links.federation.row && peer !== undefined) {
      const found = partnerOfPeer(topology, peer);
      if (found.ok) return { kind: 'partner', authority: found.authority };
      return refusal('relay-not-allowed', 403, found.rejection.message, found.rejection.remedy);
    }
    const { server } = connection;
    if (side === 'inside' && server !== undefined) {
      const allowed = mayRequest(topology, { fqdn: server }, { fqdn: this.#options.names.inside }, row);
      if (allowed.ok) return { kind: 'server' };
      return refusal('relay-not-allowed', 403, allowed.rejection.message, allowed.rejection.remedy);
    }
    return refusal(
      'relay-not-allowed',
      403,
      `nobody sends requests on link ${row} here`,
      'Use the interface that is meant for you.',
    );
  }

  #endpoint(side: Side): SipEndpoint {
    return this.#endpoints[side] as SipEndpoint;
  }
}

function sideOf(passage: Passage): Side {
  return passage.kind === 'inside' ? 'inside' : 'outside';
}

function targetOf({ routes }: PassingRequest): Target {
  return { uri: routes.uri.toString(), flow: undefined, routes: [], instance: undefined };
}
