import {
  addressOfRecord,
  type MessageEditor,
  type NameAddr,
  parseNameAddr,
  type SipRequest,
  type SipResponse,
  type Via,
} from '@entente/sip';
import type { NextHop } from '@entente/sip-endpoint';
import {
  beginsDialog,
  type DialogEnd,
  type EntryOptions,
  forwardRequest,
  isNotifyInDialog,
  mediaRefusal,
  notifyEntries,
  type OwnAddress,
  type PreprocessedRequest,
  pathEntry,
  type RequestRefusal,
  recordRouteEntry,
  registeredDevices,
  type Sealing,
  schemeOfEntries,
  stripIdentity,
  type TargetGroups,
  writerOf,
} from '@entente/sip-proxy';
import {
  askedByField,
  believedAnswer,
  type DeviceFlows,
  type LaterAnswers,
  livingFirst,
  type NotSent,
  notDialled,
  notSentOut,
  type RelayRules,
  type Sender,
  type Unreachable,
  vouchFor,
} from '@entente/sip-relay';
import {
  links,
  type RequestRule,
  routeAddress,
  routeName,
  serversBehind,
  type Topology,
} from '@entente/topology';
import type { ForwardTarget } from './forward-target.ts';
import { registerHopsOf } from './pool/register-hops.ts';
import type { RelayRoute, TargetFinder, Waited } from './target-finder.ts';

/** A request that goes on. */
export interface RequestOnward {
  readonly request: SipRequest;
  readonly sender: Sender;
  /** What is left of its Route. */
  readonly routes: PreprocessedRequest;
  /** Where it was decided to go. */
  readonly route: RelayRoute;
}

/** What forwarding needs. */
export interface ForwardingOptions {
  readonly fqdn: string;
  /** On which we listen for clients and servers. */
  readonly port: number;
  readonly topology: () => Topology;
  /** Where another server of the topology is reached, if we may dial it. */
  readonly hopTo: (server: string) => NextHop | undefined;
  /** Whether the topology lets us send requests to clients. */
  readonly mayReachClients: RequestRule;
  /**
   * The edge or server in front of a device had no connection to it: its binding led nowhere (RFC 5626 §5.3). `sentAt` is when it was asked,
   * milliseconds since 1970.
   */
  readonly onFlowFailed: (target: ForwardTarget, sentAt: number) => void;
  /** Seals our own entries in Route. */
  readonly sealing: Sealing;
  /** Where the devices that connect here are. */
  readonly devices: DeviceFlows;
  /** Where requests go. */
  readonly targets: TargetFinder;
  /** Whether a user of ours has a global number. */
  readonly isNumberOfUser: (number: string) => boolean;
  /** Whether a server answers, as far as is known; default: each does. */
  readonly isLiving?: ((server: string) => boolean) | undefined;
  /** Milliseconds since 1970, never set back or forward. */
  readonly clock: () => number;
}

const unreachable: Unreachable = { status: 504 };
/**
 * How one request goes on, whichever of its targets it goes to: with which Route, Record-Route, Path and identity. An object instead
 * of closures, because every request has one.
 */
export class ForwardedRequest implements RelayRules<ForwardTarget> {
  readonly #request: SipRequest;
  readonly #sender: Sender;
  readonly #routes: PreprocessedRequest;
  readonly #route: RelayRoute;
  readonly #options: ForwardingOptions;
  /** Since it had reached no device for the first time. */
  #waited: Waited | undefined = undefined;
  /** When it went to a target that a binding with a Path led to, for the first time. */
  #sentAt: number | undefined = undefined;

  constructor({ request, route, routes, sender }: RequestOnward, options: ForwardingOptions) {
    this.#route = route;
    this.#request = request;
    this.#sender = sender;
    this.#routes = routes;
    this.#options = options;
  }

  nextHop(target: ForwardTarget): NextHop | Unreachable | NotSent {
    const server = target.server ?? serverOf(target.routes[0], this.#options);
    if (server === undefined) return unreachable;
    const { fqdn, hopTo, topology } = this.#options;
    return hopTo(server) ?? notDialled(topology(), fqdn, server);
  }

  refusesFlow(): NotSent | undefined {
    const { mayReachClients, topology } = this.#options;
    return notSentOut(mayReachClients(topology(), links.clientToFrontEnd.row));
  }

  build(target: ForwardTarget, via: Via): SipRequest {
    const request = this.#request;
    const { arrival, origin } = this.#sender;
    if (target.routes.length > 0) this.#sentAt ??= this.#options.clock();
    return forwardRequest(request, {
      via,
      uri: target.uri,
      preprocessed: this.#routes,
      routes: target.routes,
      breadth: target.breadth,
      source: origin.source,
      recordRoute: this.#ownEntries(target),
      // Only the first hop of a client keeps its flow, and says so with `ob` (RFC 5626 §5.1).
      path: request.method === 'REGISTER' && arrival.kind === 'client' ? this.#path(target) : undefined,
      also: (editor) => {
        vouchFor(editor, request, this.#sender, this.#options);
        if (request.method === 'REGISTER') this.#nameAskers(editor);
        if (target.flow !== undefined) stripIdentity(editor, request, 'user');
      },
    });
  }

  refuses(response: SipResponse): RequestRefusal | undefined {
    return refusedInside(response, this.#options);
  }

  arrived(response: SipResponse, target: ForwardTarget): SipResponse {
    if (this.#request.method === 'REGISTER' && response.status === 200) this.#registered();
    if (target.flow === undefined && response.status === 430 && target.routes.length > 0)
      this.#options.onFlowFailed(target, this.#sentAt ?? this.#options.clock());
    return believed(response, target, this.#options);
  }

  laterAnswers(target: ForwardTarget): LaterAnswers {
    return new AnswersOfDevices(this.#options, target);
  }

  awaitTargets(status: number): Promise<TargetGroups> | undefined {
    const { targets } = this.#options;
    this.#waited ??= targets.waiting();
    const sent = { request: this.#request, sender: this.#sender };
    return targets.awaited(this.#route, sent, { status, waited: this.#waited });
  }

  nameOf(target: ForwardTarget): string {
    return target.server ?? target.uri;
  }

  /** The registrar of another pool learns over whom a REGISTER came: it hears from this server alone. */
  #nameAskers(editor: MessageEditor<SipRequest>): void {
    const askers = registerHopsOf(this.#request, this.#sender);
    if (this.#request.has(askedByField)) editor.remove(askedByField);
    // One whose list cannot be read goes nowhere: `decide` has refused it.
    if ('reason' in askers) return;
    for (const voucher of askers) editor.append(askedByField, voucher);
  }

  #ownEntries(target: ForwardTarget): NameAddr | readonly NameAddr[] | undefined {
    if (beginsDialog(this.#request)) return this.#recordRoute(target);
    if (!isNotifyInDialog(this.#request)) return undefined;
    // The member that it is handed on to writes them.
    return target.routes.length > 0 ? undefined : notifyEntries(this.#routes, this.#address);
  }

  /** Our entry in the route set of the dialog: it names both ends, and what leads to those that do not connect here. */
  #recordRoute(target: ForwardTarget): NameAddr {
    const ends = { caller: this.#sendingEnd(), called: this.#endOf(target) };
    return recordRouteEntry(this.#address, ends, this.#request, this.#entryOptions(target));
  }

  /** Our entry for the registrar: it names the device that registers. */
  #path(target: ForwardTarget): NameAddr {
    const user = addressOfRecord(this.#request.to.uri) ?? '';
    const device = registeredDevices(this.#request)?.[0]?.device ?? '';
    const isFirstHop = this.#request.vias.length === 1;
    return pathEntry(this.#address, { user, device }, { ...this.#entryOptions(target), isFirstHop });
  }

  /** Where our entries lead: to this server, or to another of its pool. */
  get #address(): OwnAddress {
    const { fqdn, port, topology } = this.#options;
    return routeAddress(topology(), fqdn, port);
  }

  #entryOptions({ routes: [next] }: ForwardTarget): EntryOptions {
    const scheme = next?.includes('<sips:') ? 'sips' : schemeOfEntries(this.#routes);
    return { sealing: this.#options.sealing, scheme };
  }

  #sendingEnd(): DialogEnd {
    const { arrival, flow, identity, isInsider } = this.#sender;
    const user = identity.asserted ?? '';
    if (arrival.kind === 'client')
      return { user, device: this.#options.devices.deviceOn(user, flow), via: '' };
    // A server of ours vouches for its user with each request; behind an edge the user has authenticated here.
    const via = routeName(this.#options.topology(), arrival.name);
    return { user: isInsider ? '' : user, device: '', via };
  }

  /** The end of a dialog that a target stands for. */
  #endOf({ device = '', flow, routes: [first], server, user = '' }: ForwardTarget): DialogEnd {
    if (flow !== undefined) return { user, device, via: '' };
    const next = server ?? serverOf(first, this.#options);
    const via = next === undefined ? '' : routeName(this.#options.topology(), next);
    return { user: server === undefined ? user : '', device: '', via };
  }

  /** The registrar of a client of ours has accepted its registration. */
  #registered(): void {
    const { flow, origin } = this.#sender;
    const user = addressOfRecord(this.#request.to.uri);
    // The answer may come when the connection is gone: nothing would ever end the entry.
    if (flow === '' || user === undefined || origin.isClosed) return;
    this.#options.devices.registered(user, registeredDevices(this.#request), flow);
  }
}

/**
 * The server that a Path entry of a binding leads to: the one that wrote it, for that one has the connection. A director has none: one that
 * answers takes the place of another.
 */
function serverOf(
  route: string | undefined,
  { isLiving, topology }: Pick<ForwardingOptions, 'isLiving' | 'topology'>,
): string | undefined {
  const parsed = route === undefined ? undefined : parseNameAddr(route);
  if (parsed?.ok !== true || parsed.value.uri.kind !== 'sip') return undefined;
  const { uri } = parsed.value;
  const current = topology();
  const servers = serversBehind(current, uri.host, { member: writerOf(uri), port: uri.port });
  const isOfDirectors = current.pools.get(uri.host)?.role === 'director';
  return (isOfDirectors ? livingFirst(servers, isLiving) : servers)[0];
}

/** The server that brings the answers of a target; undefined where its device connects here. One that is no longer known is believed by nobody. */
function bringerOf(
  { flow, routes: [first], server }: Pick<ForwardTarget, 'flow' | 'routes' | 'server'>,
  options: ForwardingOptions,
): string | undefined {
  return flow === undefined ? (server ?? serverOf(first, options) ?? '') : undefined;
}

function believed(
  response: SipResponse,
  target: Pick<ForwardTarget, 'flow' | 'routes' | 'server'>,
  options: ForwardingOptions,
): SipResponse {
  const { isNumberOfUser, topology } = options;
  return believedAnswer(response, () => bringerOf(target, options), topology(), isNumberOfUser);
}

/** What further devices that have accepted a call answer. */
class AnswersOfDevices implements LaterAnswers {
  readonly keptBytes = 0;
  readonly #options: ForwardingOptions;
  readonly #target: Pick<ForwardTarget, 'flow' | 'routes' | 'server'>;

  constructor(options: ForwardingOptions, { flow, routes, server }: ForwardTarget) {
    this.#options = options;
    this.#target = { flow, routes, server };
  }

  refuses(response: SipResponse): RequestRefusal | undefined {
    return refusedInside(response, this.#options);
  }

  arrived(response: SipResponse): SipResponse {
    return believed(response, this.#target, this.#options);
  }
}

function refusedInside(
  response: SipResponse,
  { fqdn, topology }: ForwardingOptions,
): RequestRefusal | undefined {
  return topology().policies.media.internalSrtp === 'required'
    ? mediaRefusal(response, 'internalSrtp', fqdn)
    : undefined;
}
