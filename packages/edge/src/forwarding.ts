import { insiderFieldsOf, isInsideName } from '@entente/federation';
import {
  addressOfRecord,
  edit,
  type MessageEditor,
  type NameAddr,
  reasonPhrase,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  type Via,
} from '@entente/sip';
import type { NextHop } from '@entente/sip-endpoint';
import {
  beginsDialog,
  type DialogEnd,
  type DialogToken,
  forwardRequest,
  hideContacts,
  hideInsideNames,
  hidePath,
  hideRecordRoute,
  mediaRefusal,
  type OwnAddress,
  otherSide,
  type PreprocessedRequest,
  pathEntry,
  type RequestRefusal,
  recordRouteEntry,
  recordRouteOf,
  registeredDevices,
  restorePath,
  routeTooLong,
  type Sealing,
  schemeOfEntries,
  sealedEntry,
  type Target,
  unknownEnd,
} from '@entente/sip-proxy';
import {
  answerWithoutClaims,
  believedAnswer,
  type DeviceFlows,
  type FlowNames,
  type NotSent,
  notDialled,
  notSentOut,
  overConnection,
  partnerClaims,
  type RelayRules,
  type RequestOrigin,
} from '@entente/sip-relay';
import { links, type RequestRule, routeAddress, type Topology } from '@entente/topology';
import type { EdgeRoute } from './decide-edge-route.ts';
import { receivingEnd, sendingEnd, tokenOfNotify } from './dialog-ends.ts';
import type { EdgeSender } from './edge-sender.ts';
import { editInwards } from './edit-inward-request.ts';

/** A request that the edge forwards. */
export interface ForwardedRequest {
  readonly request: SipRequest;
  readonly sender: EdgeSender;
  readonly routes: PreprocessedRequest;
  readonly route: EdgeRoute;
  /** Whether it goes to another edge of our pool, which has the device that it is for. */
  readonly isHandedOn: boolean;
  /** Whether a partner is at the other side, so that what the topology requires of the federation counts. */
  readonly crosses: boolean;
}

/** Where a request goes: to a server inside by name, or outside. */
export interface EdgeTarget extends Target {
  readonly server?: string | undefined;
}

/** Where peers reach an edge: each by the listener that is for them. The name inside differs from the one outside. */
export interface EdgeAddresses {
  /** Servers of ours. */
  readonly inside: OwnAddress;
  /** External clients. */
  readonly clients: OwnAddress;
  /** Federation partners, by the same name as clients. */
  readonly partners: OwnAddress;
}

/** What forwarding needs. */
export interface ForwardingOptions {
  readonly addresses: EdgeAddresses;
  readonly topology: () => Topology;
  /** Seals our entries inside, and what goes out. */
  readonly sealing: Sealing;
  /** Where the devices of external clients are. */
  readonly devices: DeviceFlows;
  /** Names of the connections of external clients. */
  readonly flows: FlowNames;
  /** Other names of the same: servers inside see these. */
  readonly connections: FlowNames;
  /** Where a server inside is reached, if we may dial it. */
  readonly hopInside: (server: string) => NextHop | undefined;
  /** Whether the topology lets us send requests to those outside. */
  readonly mayReach: { readonly clients: RequestRule; readonly partners: RequestRule };
  /** Whether a server inside answers, as far as is known; default: each does. */
  readonly isLiving?: (server: string) => boolean;
  /** A registrar has accepted an external client's registration. */
  readonly onRegistered: (address: string, origin: RequestOrigin) => void;
}

function serverInside(
  server: string,
  { addresses, hopInside, topology }: ForwardingOptions,
): NextHop | NotSent {
  return hopInside(server) ?? notDialled(topology(), addresses.inside.host, server);
}

/** How a request is forwarded: inwards or outwards, as the decision says. */
export function rulesFor(forwarded: ForwardedRequest, options: ForwardingOptions): RelayRules {
  if (forwarded.isHandedOn) return new MemberRules(forwarded, options);
  return forwarded.route.kind === 'inside'
    ? new InwardRules(forwarded, options)
    : new OutwardRules(forwarded, options);
}

/** What both directions have in common. */
abstract class EdgeRules {
  readonly #forwarded: ForwardedRequest;
  readonly #options: ForwardingOptions;
  /** Our name, as the sender of the request knows it. */
  readonly #agent: string;

  constructor(forwarded: ForwardedRequest, options: ForwardingOptions) {
    this.#forwarded = forwarded;
    this.#options = options;
    const { inside, partners } = options.addresses;
    this.#agent = forwarded.sender.arrival.kind === 'server' ? inside.host : partners.host;
  }

  /** An offer or answer in a response crosses the border as one in a request does. */
  refuses(response: SipResponse): RequestRefusal | undefined {
    const isRequired = this.#options.topology().policies.media.federationSrtp === 'required';
    return this.#forwarded.crosses && isRequired
      ? mediaRefusal(response, 'federationSrtp', this.#agent)
      : undefined;
  }
}

/** A request from outside, and the answers that go back out. */
class InwardRules extends EdgeRules implements RelayRules<EdgeTarget> {
  readonly #forwarded: ForwardedRequest;
  readonly #options: ForwardingOptions;
  /** The outsider that our entries lead back to. */
  readonly #sender: DialogEnd;
  #recordRoute: NameAddr | undefined;

  constructor(forwarded: ForwardedRequest, options: ForwardingOptions) {
    super(forwarded, options);
    this.#forwarded = forwarded;
    this.#options = options;
    this.#sender = sendingEnd(forwarded.request, forwarded.sender.arrival, options.devices);
    if (beginsDialog(forwarded.request))
      this.#recordRoute = insideEntry(options, forwarded, { caller: this.#sender });
  }

  nextHop({ server = '' }: EdgeTarget): NextHop | NotSent {
    return serverInside(server, this.#options);
  }

  build({ uri }: Target, via: Via): SipRequest {
    const { request, routes, sender } = this.#forwarded;
    const isOfClient = sender.arrival.kind === 'client' && request.method !== 'ACK';
    return forwardRequest(request, {
      via: isOfClient ? overConnection(via, this.#options.connections.of(sender.origin)) : via,
      uri,
      preprocessed: routes,
      source: sender.origin.source,
      recordRoute: this.#recordRoute ?? this.#entryOfNotify(),
      path: request.method === 'REGISTER' ? this.#path() : undefined,
      also: (editor) => editInwards(editor, request, sender.arrival, this.#options.topology()),
    });
  }

  answer(response: SipResponse): SipResponse {
    const { request, routes, sender } = this.#forwarded;
    const { addresses, sealing } = this.#options;
    if (request.method === 'REGISTER' && response.status === 200) this.#registered();
    const address = sender.arrival.kind === 'client' ? addresses.clients : addresses.partners;
    const editor = edit(response);
    const scheme = schemeOfEntries(routes);
    hideRecordRoute(editor, response, this.#recordRoute, (hops) =>
      sealedEntry(
        { end: this.#sender, routes: hops },
        address,
        { request, side: 'caller' },
        { sealing, scheme },
      ),
    );
    hideInside(editor, response, address, this.#options);
    return editor.toMessage();
  }

  nameOf({ server }: EdgeTarget): string {
    return server ?? nameOf(this.#forwarded.route);
  }

  /** A subscriber inside takes the route of its dialog from the NOTIFY (RFC 6665 §4.3, §4.4.1). */
  #entryOfNotify(): NameAddr | undefined {
    const token = tokenOfNotify(this.#forwarded.request, this.#forwarded.routes);
    return token === undefined ? undefined : insideEntry(this.#options, this.#forwarded, token);
  }

  /** Our entry for the registrar: it leads to the device that registers, over whichever connection it has then. */
  #path(): NameAddr {
    const { request, routes } = this.#forwarded;
    const { sealing } = this.#options;
    const user = addressOfRecord(request.to.uri) ?? '';
    const device = registeredDevices(request)?.[0]?.device ?? '';
    const options = { sealing, scheme: schemeOfEntries(routes), isFirstHop: request.vias.length === 1 };
    return pathEntry(addressInside(this.#options), { user, device }, options);
  }

  /** The registrar has accepted a client's registration: from now on the device is where it came from. */
  #registered(): void {
    const { request, sender } = this.#forwarded;
    const { devices, onRegistered } = this.#options;
    const user = addressOfRecord(request.to.uri);
    // The answer may come when the connection is gone: nothing would ever end the entry.
    if (user === undefined || sender.arrival.kind !== 'client' || sender.origin.isClosed) return;
    devices.registered(user, registeredDevices(request), sender.arrival.flow);
    onRegistered(user, sender.origin);
  }
}

/** A request from inside that another edge of our pool gets as it came, but for the entry by which it is handed on. */
class MemberRules extends EdgeRules implements RelayRules<EdgeTarget> {
  readonly #forwarded: ForwardedRequest;
  readonly #options: ForwardingOptions;

  constructor(forwarded: ForwardedRequest, options: ForwardingOptions) {
    super(forwarded, options);
    this.#forwarded = forwarded;
    this.#options = options;
  }

  nextHop({ server = '' }: EdgeTarget): NextHop | NotSent {
    return serverInside(server, this.#options);
  }

  build({ routes: handedOn, uri }: EdgeTarget, via: Via): SipRequest {
    const { request, routes, sender } = this.#forwarded;
    const { source } = sender.origin;
    return forwardRequest(request, { via, uri, preprocessed: routes, routes: handedOn, source });
  }

  /** Where no other edge is reached, nothing is known but that the device is not here (RFC 5626 §5.3.1). */
  answer(response: SipResponse): SipResponse {
    if (response.status !== 504) return response;
    return edit(response)
      .setStartLine(`SIP/2.0 430 ${reasonPhrase(430)}`)
      .toMessage();
  }

  nameOf({ server = '' }: EdgeTarget): string {
    return server;
  }
}

/** A request to somebody outside, and the answers to it. */
class OutwardRules extends EdgeRules implements RelayRules {
  readonly #forwarded: ForwardedRequest;
  readonly #options: ForwardingOptions;
  readonly #receiver: DialogEnd;
  /** Where the receiver reaches us. */
  readonly #address: OwnAddress;
  /** Our entries in the route set of the dialog: the one that goes out, and the one that takes its place inside. */
  #own: { readonly sealed: NameAddr; readonly inside: NameAddr } | undefined;

  constructor(forwarded: ForwardedRequest, options: ForwardingOptions) {
    super(forwarded, options);
    const { route } = forwarded;
    this.#forwarded = forwarded;
    this.#options = options;
    this.#receiver = receivingEnd(route);
    this.#address = route.kind === 'device' ? options.addresses.clients : options.addresses.partners;
  }

  nextHop(): NextHop | NotSent {
    const { mayReach, topology } = this.#options;
    const { federation } = links;
    const refused = notSentOut(mayReach.partners(topology(), federation.row));
    return refused ?? { name: this.#receiver.via, address: '', port: 0, link: federation };
  }

  refusesFlow(): NotSent | undefined {
    const { mayReach, topology } = this.#options;
    return notSentOut(mayReach.clients(topology(), links.clientToEdge.row));
  }

  build({ uri }: Target, via: Via): SipRequest | RequestRefusal {
    const { request, routes } = this.#forwarded;
    const { sealing } = this.#options;
    if (beginsDialog(request)) {
      const route = { end: this.#receiver, routes: recordRouteOf(request) };
      const options = { sealing, scheme: schemeOfEntries(routes) };
      const sealed = sealedEntry(route, this.#address, { request, side: 'called' }, options);
      if (sealed === undefined) return routeTooLong;
      const inside = insideEntry(this.#options, this.#forwarded, { called: this.#receiver });
      this.#own = { sealed, inside };
    }
    return forwardRequest(request, {
      via,
      uri,
      preprocessed: routes,
      source: this.#forwarded.sender.origin.source,
      also: (editor) => {
        hidePath(editor, via, this.#own?.sealed ?? this.#entryOfNotify());
        hideInside(editor, request, this.#address, this.#options);
      },
    });
  }

  arrived(response: SipResponse): SipResponse {
    const { request } = this.#forwarded;
    const restored = restorePath(response, request, this.#own);
    // An outsider's answer brings in neither an identity nor diagnostics: nobody has checked them. Users say less than partners do.
    return this.#forwarded.route.kind === 'device'
      ? believedAnswer(restored, () => undefined, this.#options.topology())
      : answerWithoutClaims(restored, partnerClaims(this.#options.topology()));
  }

  nameOf(): string {
    return nameOf(this.#forwarded.route);
  }

  /** A subscriber outside takes the route of its dialog from the NOTIFY; where it is too long to be sealed, it keeps the one that it has. */
  #entryOfNotify(): NameAddr | undefined {
    const { request, routes } = this.#forwarded;
    const sender = tokenOfNotify(this.#forwarded.request, this.#forwarded.routes)?.sender;
    if (sender === undefined) return undefined;
    const route = { end: this.#receiver, routes: recordRouteOf(request) };
    const options = { sealing: this.#options.sealing, scheme: schemeOfEntries(routes) };
    return sealedEntry(route, this.#address, { request, sender, side: otherSide(sender) }, options);
  }
}

/** What stays inside, of any message that goes out. */
function hideInside(
  editor: MessageEditor<SipMessage>,
  message: SipMessage,
  address: OwnAddress,
  { sealing, topology }: ForwardingOptions,
): void {
  const current = topology();
  for (const name of insiderFieldsOf(message, 'out')) editor.remove(name);
  const isInside = (name: string) => isInsideName(current, name);
  hideContacts(editor, message, { address, sealing, isInside });
  const isOurDomain = (domain: string) => current.isOurDomain(domain);
  hideInsideNames(editor, message, { isInside, isOurDomain, agent: address.host });
}

/** Our entry for servers inside: it leads to the end outside, in this dialog alone. */
function insideEntry(
  options: ForwardingOptions,
  { request, routes }: ForwardedRequest,
  known: Partial<Omit<DialogToken, 'kind'>>,
): NameAddr {
  const ends = { caller: unknownEnd, called: unknownEnd, ...known };
  const { sealing } = options;
  return recordRouteEntry(addressInside(options), ends, request, {
    sealing,
    scheme: schemeOfEntries(routes),
  });
}

/** What our entries for servers inside name: the pool, and this edge as the one to begin with. */
function addressInside({ addresses: { inside }, topology }: ForwardingOptions): OwnAddress {
  return routeAddress(topology(), inside.host, inside.port);
}

function nameOf(route: EdgeRoute): string {
  if (route.kind === 'inside') return route.server;
  return route.kind === 'partner' ? route.domain : 'external client';
}
