import { randomBytes } from 'node:crypto';
import { insiderFieldsOf, partnerOfPeer } from '@entente/federation';
import { edit, type SipRequest, type SipResponse } from '@entente/sip';
import {
  type EndpointUser,
  FlowNames,
  type Hop,
  Relay,
  type RelayRules,
  type ServerTransaction,
  type SipConnection,
  type SipEndpoint,
} from '@entente/sip-endpoint';
import {
  beginsDialog,
  createRouteEntry,
  forwardRequest,
  type PreprocessedRequest,
  preprocessRoutes,
  type Refusal,
  type RouteToken,
  refusal,
  responseForRefusal,
  type Target,
  validateRequest,
} from '@entente/sip-proxy';
import { mayRequest, type Topology } from '@entente/topology';
import { type Arrival, decidePassage, type PassageDecision } from './decide-passage.ts';

/** The two sides of an edge. */
export type Side = 'inside' | 'outside';

/** What an edge stands on. */
export interface EdgeOptions {
  /** Own name on each side; the two differ. */
  readonly names: Readonly<Record<Side, string>>;
  readonly topology: () => Topology;
  /** Where a server inside is reached, if we may dial it. */
  readonly hopInside: (server: string) => Hop | undefined;
  /** Told of a request that is not carried on. */
  readonly onRefused: (request: SipRequest, refused: Refusal, connection: SipConnection) => void;
  /** Told when a server or partner cannot be reached, or was refused. */
  readonly onUnreachable: (name: string, error: unknown) => void;
  /** Told when a registrar has accepted an external client's registration. */
  readonly onRegistered: (address: string, connection: SipConnection) => void;
  /** Told of a fault of this program while a message was handled. */
  readonly onFault?: (error: unknown, connection: SipConnection) => void;
}

const clientRow = 1;
const federationRow = 12;
const routeKeyBytes = 32;

interface Way extends Target {
  readonly decision: Exclude<PassageDecision, { kind: 'refuse' }>;
}

/**
 * The edge of an organisation: hands on what external clients and partners may send, and what insiders send to them. It
 * authenticates no users; it holds partners to their domains, on every request.
 */
export class Edge {
  readonly #options: EdgeOptions;
  readonly #key = randomBytes(routeKeyBytes);
  readonly #flows = new FlowNames(() => this.#endpoint('outside'));
  readonly #endpoints: Partial<Record<Side, SipEndpoint>> = {};
  readonly #relays: Partial<Record<Side, Relay>> = {};

  constructor(options: EdgeOptions) {
    this.#options = options;
  }

  /** The user of the endpoint of one side. */
  userOf(side: Side): EndpointUser {
    return {
      onRequest: (transaction, connection) => this.#onRequest(transaction, connection, side),
      onAck: (ack, connection) => this.#onAck(ack, connection, side),
      onFault: (error, connection) => this.#options.onFault?.(error, connection),
    };
  }

  /** The endpoint of one side. Call for both before anything is accepted. */
  attach(side: Side, endpoint: SipEndpoint): void {
    this.#endpoints[side] = endpoint;
    this.#relays[side] = new Relay(endpoint);
  }

  #onRequest(transaction: ServerTransaction, connection: SipConnection, side: Side): void {
    const { request } = transaction;
    const decided = this.#decide(request, connection, side);
    if ('reason' in decided) {
      this.#options.onRefused(request, decided, connection);
      transaction.respond(responseForRefusal(request, decided, this.#endpoint(side).newToken()));
      return;
    }
    const { decision, routes } = decided;
    const target: Way = {
      uri: routes.uri.toString(),
      flow: undefined,
      routes: [],
      instance: undefined,
      decision,
    };
    this.#relays[sideOf(decision)]?.relay(
      transaction,
      [[target]],
      this.#rules(request, routes, connection, side),
    );
  }

  #onAck(ack: SipRequest, connection: SipConnection, side: Side): void {
    const decided = this.#decide(ack, connection, side);
    if ('reason' in decided) return;
    const { decision, routes } = decided;
    const target: Way = {
      uri: routes.uri.toString(),
      flow: undefined,
      routes: [],
      instance: undefined,
      decision,
    };
    const rules = this.#rules(ack, routes, connection, side);
    const way = rules.way(target);
    const endpoint = this.#endpoint(sideOf(decision));
    const open = 'address' in way ? endpoint.connected(way) : 'id' in way ? way : undefined;
    open?.send(rules.build(target, open, endpoint.via(open)));
  }

  #decide(
    request: SipRequest,
    connection: SipConnection,
    side: Side,
  ): { decision: Exclude<PassageDecision, { kind: 'refuse' }>; routes: PreprocessedRequest } | Refusal {
    const { names, topology } = this.#options;
    const current = topology();
    const isOurs = (host: string) => host === names.inside || host === names.outside;
    // A request may pass here twice, in from a client and out to a partner. It is in a loop only if it has gone this way before.
    const passed = names[side === 'inside' ? 'outside' : 'inside'];
    const invalid = validateRequest(request, { isOurVia: (host) => host === passed });
    if (invalid !== undefined) return invalid;
    const arrival = this.#arrivalOf(connection, side, current);
    if ('reason' in arrival) return arrival;
    const served = (host: string) => current.isOurDomain(host.startsWith('sip.') ? host.slice(4) : host);
    const routes = preprocessRoutes(request, {
      isOurHost: (host) => isOurs(host) || (side === 'outside' && served(host)),
      key: this.#key,
    });
    const decision = decidePassage(request, routes, arrival, current);
    return decision.kind === 'refuse' ? decision.refusal : { decision, routes };
  }

  #arrivalOf(connection: SipConnection, side: Side, topology: Topology): Arrival | Refusal {
    const { row } = connection.link;
    const { peer } = connection.protection;
    if (side === 'outside' && row === clientRow && peer === undefined)
      return { kind: 'client', flow: this.#flows.of(connection) };
    if (side === 'outside' && row === federationRow && peer !== undefined) {
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

  #rules(request: SipRequest, routes: PreprocessedRequest, from: SipConnection, side: Side): RelayRules<Way> {
    const { hopInside, names, onRegistered, onUnreachable } = this.#options;
    const key = this.#key;
    const arriving = this.#tokenFor(request, from, side);
    return {
      way: ({ decision }) => {
        if (decision.kind === 'flow') return this.#flows.find(decision.flow) ?? { status: 430 };
        if (decision.kind === 'inside') return hopInside(decision.server) ?? { status: 504 };
        return { name: decision.domain, address: '', port: 0, row: federationRow };
      },
      build: ({ decision, uri }, _to, via) => {
        const leaving = sideOf(decision);
        const token = { ...arriving, ...tokenTowards(decision), server: names.inside };
        const entry = (on: Side) => createRouteEntry(names[on], token, { key });
        const dialog = beginsDialog(request);
        return forwardRequest(request, {
          via,
          uri,
          preprocessed: routes,
          // RFC 5658 §5.1: one entry for each side; the one that the next hop can use stands on top.
          ...(dialog ? { recordRoute: entry(side) } : {}),
          ...(request.method === 'REGISTER'
            ? { path: createRouteEntry(names.inside, arriving, { key, outbound: true }) }
            : {}),
          also: (editor) => {
            if (dialog && leaving !== side) editor.prepend('Record-Route', entry(leaving));
            const direction = leaving === 'outside' ? 'out' : 'in';
            for (const name of insiderFieldsOf(request, direction)) editor.remove(name);
            if (side === 'outside' && from.link.row === clientRow) editor.remove('P-Asserted-Identity');
          },
        });
      },
      answer: (response) => {
        if (request.method === 'REGISTER' && response.status === 200 && side === 'outside') {
          onRegistered(`${response.to.uri.toString().replace(/^sips?:/, '')}`, from);
        }
        // Nor does an outsider's answer bring in an identity or diagnostics: nobody has checked them.
        return withoutInsiderFields(response);
      },
      onUnreachable: ({ decision }, error) => onUnreachable(nameOf(decision), error),
    };
  }

  /** What our Route entries say of the side that a request came from. */
  #tokenFor(request: SipRequest, from: SipConnection, side: Side): Partial<RouteToken> {
    if (side === 'inside') return {};
    if (from.link.row === clientRow) return { flow: this.#flows.of(from) };
    const { uri } = request.from;
    return { outside: uri.kind === 'sip' ? uri.host : '' };
  }

  #endpoint(side: Side): SipEndpoint {
    return this.#endpoints[side] as SipEndpoint;
  }
}

function sideOf(decision: Exclude<PassageDecision, { kind: 'refuse' }>): Side {
  return decision.kind === 'inside' ? 'inside' : 'outside';
}

function tokenTowards(decision: Exclude<PassageDecision, { kind: 'refuse' }>): Partial<RouteToken> {
  if (decision.kind === 'flow') return { flow: decision.flow };
  return decision.kind === 'partner' ? { outside: decision.domain } : {};
}

function nameOf(decision: Exclude<PassageDecision, { kind: 'refuse' }>): string {
  if (decision.kind === 'inside') return decision.server;
  return decision.kind === 'partner' ? decision.domain : 'external client';
}

function withoutInsiderFields(response: SipResponse): SipResponse {
  const fields = insiderFieldsOf(response, 'out');
  if (fields.length === 0) return response;
  const editor = edit(response);
  for (const name of fields) editor.remove(name);
  return editor.toMessage();
}
