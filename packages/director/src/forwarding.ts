import { addressOfRecord, type NameAddr, type SipRequest, type SipResponse, type Via } from '@entente/sip';
import type { NextHop } from '@entente/sip-endpoint';
import {
  beginsDialog,
  type DialogEnd,
  type EntryOptions,
  forwardRequest,
  isNotifyInDialog,
  notifyEntries,
  type OwnAddress,
  type PreprocessedRequest,
  pathEntry,
  recordRouteEntry,
  type Sealing,
  schemeOfEntries,
  type Target,
} from '@entente/sip-proxy';
import {
  believedAnswer,
  type NotSent,
  notDialled,
  type RelayRules,
  type Sender,
  vouchFor,
} from '@entente/sip-relay';
import { routeAddress, routeName, type Topology } from '@entente/topology';

/** A request that goes on. */
export interface RequestOnward {
  readonly request: SipRequest;
  readonly sender: Sender;
  /** What is left of its Route. */
  readonly routes: PreprocessedRequest;
  /** The user behind the server that it goes to, as far as this server has found out; otherwise empty. */
  readonly user: string;
}

/** Where a request goes: to a server by name. */
export interface DirectorTarget extends Target {
  readonly server: string;
}

/** What forwarding needs. */
export interface ForwardingOptions {
  readonly fqdn: string;
  /** On which we listen for servers. */
  readonly port: number;
  readonly topology: () => Topology;
  /** Whether a user of ours has a global number; default nobody has one. */
  readonly isNumberOfUser?: ((number: string) => boolean) | undefined;
  /** Where another server of the topology is reached, if we may dial it. */
  readonly hopTo: (server: string) => NextHop | undefined;
  /** Seals our own entries in Route. */
  readonly sealing: Sealing;
}

/** How one request goes on: with our entry in its route set or its Path, and with the identity that this server vouches for. */
export class ForwardedRequest implements RelayRules<DirectorTarget> {
  readonly #onward: RequestOnward;
  readonly #options: ForwardingOptions;

  constructor(onward: RequestOnward, options: ForwardingOptions) {
    this.#onward = onward;
    this.#options = options;
  }

  nextHop({ server }: DirectorTarget): NextHop | NotSent {
    const { fqdn, hopTo, topology } = this.#options;
    return hopTo(server) ?? notDialled(topology(), fqdn, server);
  }

  build(target: DirectorTarget, via: Via): SipRequest {
    const { request, routes, sender } = this.#onward;
    return forwardRequest(request, {
      via,
      uri: target.uri,
      preprocessed: routes,
      breadth: target.breadth,
      source: sender.origin.source,
      recordRoute: this.#ownEntries(target),
      path: request.method === 'REGISTER' && !sender.isInsider ? this.#path() : undefined,
      also: (editor) => vouchFor(editor, request, sender, this.#options),
    });
  }

  /** Front ends believe what comes from here. */
  arrived(response: SipResponse, { server }: DirectorTarget): SipResponse {
    const { isNumberOfUser, topology } = this.#options;
    return believedAnswer(response, () => server, topology(), isNumberOfUser);
  }

  nameOf({ server }: DirectorTarget): string {
    return server;
  }

  #ownEntries(target: DirectorTarget): NameAddr | readonly NameAddr[] | undefined {
    const { request, routes } = this.#onward;
    if (beginsDialog(request)) return this.#recordRoute(target);
    return isNotifyInDialog(request) ? notifyEntries(routes, this.#address) : undefined;
  }

  /** It names the neighbours at both sides, and the user of the one behind an edge: that user authenticates here in the dialog too. */
  #recordRoute({ server }: DirectorTarget): NameAddr {
    const { request, user } = this.#onward;
    const called = { user, device: '', via: routeName(this.#options.topology(), server) };
    return recordRouteEntry(
      this.#address,
      { caller: this.#sendingEnd(), called },
      request,
      this.#entryOptions,
    );
  }

  /** What is for the user comes back over us, so that we are on the route of dialogs in either direction. */
  #path(): NameAddr {
    const user = addressOfRecord(this.#onward.request.to.uri) ?? '';
    // Only the edge in front of the client keeps its flow (RFC 5626 §5.1).
    return pathEntry(this.#address, { user, device: '' }, { ...this.#entryOptions, isFirstHop: false });
  }

  #sendingEnd(): DialogEnd {
    const { arrival, identity, isInsider } = this.#onward.sender;
    const from = arrival.kind === 'client' ? '' : arrival.name;
    return {
      user: isInsider ? '' : (identity.asserted ?? ''),
      device: '',
      via: routeName(this.#options.topology(), from),
    };
  }

  /** Where our entries lead: to this server, or to another of its pool. */
  get #address(): OwnAddress {
    const { fqdn, port, topology } = this.#options;
    return routeAddress(topology(), fqdn, port);
  }

  get #entryOptions(): EntryOptions {
    return { sealing: this.#options.sealing, scheme: schemeOfEntries(this.#onward.routes) };
  }
}
