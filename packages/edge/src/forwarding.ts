import { assertableIdentities, insiderFieldsOf, isInsideName } from '@entente/federation';
import {
  edit,
  type MessageEditor,
  type NameAddr,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  type Via,
} from '@entente/sip';
import type { NextHop } from '@entente/sip-endpoint';
import {
  beginsDialog,
  createRouteEntry,
  forwardRequest,
  hideContacts,
  hideInsideNames,
  hidePath,
  hideRecordRoute,
  type OwnAddress,
  type PreprocessedRequest,
  type RouteToken,
  recordRouteOf,
  restorePath,
  type Sealing,
  schemeOfEntries,
  sealedEntry,
  type Target,
} from '@entente/sip-proxy';
import type { RelayRules, RequestOrigin, Unreachable } from '@entente/sip-relay';
import { links, type Topology } from '@entente/topology';
import type { EdgeRoute } from './decide-edge-route.ts';
import type { EdgeSender } from './edge-sender.ts';

/** A request that the edge forwards. */
export interface ForwardedRequest {
  readonly request: SipRequest;
  readonly sender: EdgeSender;
  readonly routes: PreprocessedRequest;
  readonly route: EdgeRoute;
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
  /** Signs our entries inside. */
  readonly key: Uint8Array;
  /** Seals what goes out. */
  readonly sealing: Sealing;
  /** Where a server inside is reached, if we may dial it. */
  readonly hopInside: (server: string) => NextHop | undefined;
  /** A registrar has accepted an external client's registration. */
  readonly onRegistered: (address: string, origin: RequestOrigin) => void;
}

const unreachable: Unreachable = { status: 504 };

/** How a request is forwarded: inwards or outwards, as the decision says. */
export function rulesFor(forwarded: ForwardedRequest, options: ForwardingOptions): RelayRules {
  return forwarded.route.kind === 'inside'
    ? new InwardRules(forwarded, options)
    : new OutwardRules(forwarded, options);
}

/** A request from outside, and the answers that go back out. */
class InwardRules implements RelayRules {
  readonly #forwarded: ForwardedRequest;
  readonly #options: ForwardingOptions;
  /** The outsider that our entries lead back to. */
  readonly #sender: Pick<RouteToken, 'flow' | 'outside'>;

  constructor(forwarded: ForwardedRequest, options: ForwardingOptions) {
    this.#forwarded = forwarded;
    this.#options = options;
    this.#sender = senderOf(forwarded);
  }

  nextHop(): NextHop | Unreachable {
    return this.#options.hopInside(nameOf(this.#forwarded.route)) ?? unreachable;
  }

  build({ uri }: Target, via: Via): SipRequest {
    const { request, routes, sender } = this.#forwarded;
    return forwardRequest(request, {
      via,
      uri,
      preprocessed: routes,
      source: sender.origin.source,
      recordRoute: this.#entry(),
      path: request.method === 'REGISTER' ? this.#makeEntry(true) : undefined,
      also: (editor) => {
        for (const name of insiderFieldsOf(request, 'in')) editor.remove(name);
        if (sender.arrival.kind === 'client') editor.remove('P-Asserted-Identity');
        else setIdentities(editor, assertableIdentities(request));
      },
    });
  }

  answer(response: SipResponse): SipResponse {
    const { request, routes, sender } = this.#forwarded;
    const { addresses, onRegistered, sealing } = this.#options;
    if (request.method === 'REGISTER' && response.status === 200)
      onRegistered(`${response.to.uri.toString().replace(/^sips?:/, '')}`, sender.origin);
    const address = sender.arrival.kind === 'client' ? addresses.clients : addresses.partners;
    const editor = edit(response);
    hideRecordRoute(editor, response, this.#entry(), (hops) =>
      sealedEntry({ ...this.#sender, routes: hops }, address, sealing, schemeOfEntries(routes)),
    );
    hideInside(editor, response, address, this.#options);
    return editor.toMessage();
  }

  nameOf(): string {
    return nameOf(this.#forwarded.route);
  }

  /** Our entry in Record-Route inside, where a dialog may begin. */
  #entry(): NameAddr | undefined {
    return beginsDialog(this.#forwarded.request) ? this.#makeEntry(false) : undefined;
  }

  #makeEntry(outbound: boolean): NameAddr {
    return insideEntry(this.#options, this.#forwarded, this.#sender, outbound);
  }
}

/** A request to somebody outside, and the answers to it. */
class OutwardRules implements RelayRules {
  readonly #forwarded: ForwardedRequest;
  readonly #options: ForwardingOptions;
  readonly #receiver: Pick<RouteToken, 'flow' | 'outside'>;
  /** Where the receiver reaches us. */
  readonly #address: OwnAddress;
  #sealed: NameAddr | undefined;

  constructor(forwarded: ForwardedRequest, options: ForwardingOptions) {
    const { route } = forwarded;
    this.#forwarded = forwarded;
    this.#options = options;
    this.#receiver = {
      flow: route.kind === 'flow' ? route.flow : '',
      outside: route.kind === 'partner' ? route.domain : '',
    };
    this.#address = route.kind === 'flow' ? options.addresses.clients : options.addresses.partners;
  }

  nextHop(): NextHop {
    return { name: this.#receiver.outside, address: '', port: 0, link: links.federation };
  }

  build({ uri }: Target, via: Via): SipRequest {
    const { request, routes } = this.#forwarded;
    const { sealing } = this.#options;
    if (beginsDialog(request)) {
      const inside = { ...this.#receiver, routes: recordRouteOf(request) };
      this.#sealed = sealedEntry(inside, this.#address, sealing, schemeOfEntries(routes));
      if (this.#sealed === undefined)
        throw new RangeError(
          'Record-Route: expected a route inside that can be sealed, found one that is too long',
        );
    }
    return forwardRequest(request, {
      via,
      uri,
      preprocessed: routes,
      source: this.#forwarded.sender.origin.source,
      also: (editor) => {
        hidePath(editor, via, this.#sealed);
        hideInside(editor, request, this.#address, this.#options);
      },
    });
  }

  arrived(response: SipResponse): SipResponse {
    const { request } = this.#forwarded;
    const sealed = this.#sealed;
    const inside = sealed && insideEntry(this.#options, this.#forwarded, this.#receiver);
    const own = sealed && inside && { sealed, inside };
    const restored = restorePath(response, request, own);
    // An outsider's answer brings in neither an identity nor diagnostics: nobody has checked them.
    const fields = insiderFieldsOf(restored, 'out');
    if (fields.length === 0) return restored;
    const editor = edit(restored);
    for (const name of fields) editor.remove(name);
    return editor.toMessage();
  }

  nameOf(): string {
    return nameOf(this.#forwarded.route);
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
  hideInsideNames(editor, message, { isInside, isOurDomain: (domain) => current.isOurDomain(domain) });
}

/** Our entry for servers inside: it leads to somebody outside, and only we can have made it. */
function insideEntry(
  { addresses: { inside }, key }: ForwardingOptions,
  { routes }: ForwardedRequest,
  end: Pick<RouteToken, 'flow' | 'outside'>,
  outbound = false,
): NameAddr {
  const token = { ...end, server: inside.host };
  return createRouteEntry(inside, token, { key, outbound, scheme: schemeOfEntries(routes) });
}

/** The outsider that our entries lead back to: a client's connection, or the domain that a partner speaks for. */
function senderOf({ request, sender: { arrival } }: ForwardedRequest): Pick<RouteToken, 'flow' | 'outside'> {
  if (arrival.kind === 'client') return { flow: arrival.flow, outside: '' };
  const { uri } = request.from;
  return { flow: '', outside: uri.kind === 'sip' ? uri.host : '' };
}

function setIdentities(editor: MessageEditor<SipRequest>, values: readonly NameAddr[] | undefined): void {
  if (values === undefined) return;
  editor.remove('P-Asserted-Identity');
  for (const value of values) editor.append('P-Asserted-Identity', value);
}

function nameOf(route: EdgeRoute): string {
  if (route.kind === 'inside') return route.server;
  return route.kind === 'partner' ? route.domain : 'external client';
}
