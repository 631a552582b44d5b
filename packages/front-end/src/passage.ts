import { randomBytes } from 'node:crypto';
import {
  edit,
  type MessageEditor,
  type NameAddr,
  parseAuthorization,
  parseNameAddr,
  type SipRequest,
  type SipResponse,
  type Via,
} from '@entente/sip';
import type { NextHop, SipConnection } from '@entente/sip-endpoint';
import {
  applyIdentity,
  beginsDialog,
  createRouteEntry,
  forwardRequest,
  type PreprocessedRequest,
  preprocessRoutes,
  type RouteDecision,
  schemeOfEntries,
  stripIdentity,
  type Target,
} from '@entente/sip-proxy';
import type { AcceptedIdentity, FlowNames, NoWay, RelayRules } from '@entente/sip-relay';
import type { Topology } from '@entente/topology';

/** Where a request goes: what the registrar knows, or a server by name. */
export interface Way extends Target {
  readonly server?: string;
}

/** A request that passes through here. */
export interface Passage {
  readonly request: SipRequest;
  readonly from: SipConnection;
  readonly identity: AcceptedIdentity;
  readonly routes: PreprocessedRequest;
}

/** What the passage of requests stands on. */
export interface PassageOptions {
  readonly fqdn: string;
  readonly topology: () => Topology;
  readonly flows: FlowNames;
  /** Where another server of the topology is reached, if we may dial it. */
  readonly hopTo: (server: string) => NextHop | undefined;
  /** Told when a server that a request is for cannot be reached, or was refused. */
  readonly onUnreachable: (server: string, error: unknown) => void;
}

const routeKeyBytes = 32;
const insiderFields = ['P-Asserted-Identity', 'Entente-Diagnostics'] as const;
const credentialFields = ['Authorization', 'Proxy-Authorization'] as const;

/** How requests go on: to which connection, with which Route, Record-Route, Path and identity. */
export class PassageRules {
  readonly #options: PassageOptions;
  /** Signs our own Route entries; nobody else can make one. */
  readonly #key = randomBytes(routeKeyBytes);

  constructor(options: PassageOptions) {
    this.#options = options;
  }

  /**
   * Takes our own entries off the Route.
   * @param isOurHost whether a host names this server
   */
  preprocess(request: SipRequest, isOurHost: (host: string) => boolean): PreprocessedRequest {
    return preprocessRoutes(request, { isOurHost, key: this.#key });
  }

  /** How this request goes on, whichever of its targets it goes to. */
  of(passage: Passage): RelayRules<Way> {
    return new PassingRequest(passage, this.#options, this.#key);
  }
}

/** One request on its way: an object instead of closures, because every request has one. */
class PassingRequest implements RelayRules<Way> {
  readonly #passage: Passage;
  readonly #options: PassageOptions;
  readonly #key: Uint8Array;
  /** Name of the client's connection that it came over; empty where it came from a server. */
  readonly #here: string;
  /** Whether a server of our trust domain sent it: not an edge, behind which there is an outsider. */
  readonly #fromInsider: boolean;

  constructor(passage: Passage, options: PassageOptions, key: Uint8Array) {
    this.#passage = passage;
    this.#options = options;
    this.#key = key;
    this.#here = passage.from.server === undefined ? options.flows.of(passage.from) : '';
    const { protection, server } = passage.from;
    this.#fromInsider = server !== undefined && protection.peer?.role !== 'edge';
  }

  way(target: Way): SipConnection | NextHop | NoWay {
    const { flows, hopTo } = this.#options;
    if (target.flow !== undefined) return flows.find(target.flow) ?? { status: 430 };
    const server = target.server ?? serverOfRoute(target.routes[0]);
    return (server === undefined ? undefined : hopTo(server)) ?? { status: 504 };
  }

  build(target: Way, _to: SipConnection, via: Via): SipRequest {
    const { identity, request, routes } = this.#passage;
    const toUser = target.flow !== undefined;
    return forwardRequest(request, {
      via,
      uri: target.uri,
      preprocessed: routes,
      routes: target.routes,
      breadth: target.breadth,
      recordRoute: beginsDialog(request) ? this.#entry(target) : undefined,
      path: request.method === 'REGISTER' ? this.#entry(target) : undefined,
      also: (editor) => {
        applyIdentity(editor, request, identity);
        if (toUser) stripIdentity(editor, request, 'user');
        if (!this.#fromInsider) {
          if (request.has('Entente-Diagnostics')) editor.remove('Entente-Diagnostics');
          for (const name of credentialFields) this.#keepCredentials(editor, name);
        }
      },
    });
  }

  arrived(response: SipResponse, from: SipConnection): SipResponse {
    if (from.server !== undefined) return response;
    // A client's answer asserts no identity and brings no diagnostics: nobody has checked them (RFC 3325 §5).
    const found = insiderFields.filter((name) => response.has(name));
    if (found.length === 0) return response;
    const editor = edit(response);
    for (const name of found) editor.remove(name);
    return editor.toMessage();
  }

  onUnreachable(target: Way, error: unknown): void {
    this.#options.onUnreachable(target.server ?? target.uri, error);
  }

  /**
   * Credentials for us go no further, those for a realm that is not ours do: a proxy or server of that realm has asked for them
   * (RFC 3261 §22.3). What cannot be told to be for somebody else was for us.
   */
  #keepCredentials(editor: MessageEditor<SipRequest>, name: (typeof credentialFields)[number]): void {
    const { request } = this.#passage;
    if (!request.has(name)) return;
    const values = request.all(name);
    const others = values.filter((value) => this.#isForOthers(parseAuthorization(value)));
    if (others.length === values.length) return;
    editor.remove(name);
    for (const value of others) editor.append(name, value);
  }

  #isForOthers(credentials: ReturnType<typeof parseAuthorization>): boolean {
    const { fqdn, topology } = this.#options;
    if (typeof credentials !== 'object') return false;
    const { realm } = credentials;
    return realm.toLowerCase() !== fqdn && !topology().isOurDomain(realm);
  }

  /** Our own Route entry, which leads back to the client that this server holds. */
  #entry({ flow, routes: [next] }: Way): NameAddr {
    const token = {
      server: this.#options.fqdn,
      flow: flow ?? this.#here,
      otherFlow: flow === undefined ? '' : this.#here,
    };
    return createRouteEntry(this.#options.fqdn, token, {
      key: this.#key,
      scheme: next?.includes('<sips:') ? 'sips' : schemeOfEntries(this.#passage.routes),
    });
  }
}

/** The way that a routing decision names. */
export function wayOf(decision: Extract<RouteDecision, { kind: 'flow' | 'server' }>): Way {
  const parts = { uri: decision.uri.toString(), routes: [], instance: undefined };
  return decision.kind === 'flow'
    ? { ...parts, flow: decision.flow }
    : { ...parts, flow: undefined, server: decision.server };
}

/** The server that a Path entry of a binding leads to. */
function serverOfRoute(route: string | undefined): string | undefined {
  const parsed = route === undefined ? undefined : parseNameAddr(route);
  return parsed?.ok === true && parsed.value.uri.kind === 'sip' ? parsed.value.uri.host : undefined;
}
