import {
  addressOfRecord,
  edit,
  type MessageEditor,
  type NameAddr,
  parseAuthorization,
  parseNameAddr,
  type SipRequest,
  type SipResponse,
  type Via,
} from '@entente/sip';
import type { NextHop } from '@entente/sip-endpoint';
import {
  applyIdentity,
  beginsDialog,
  type DialogEnd,
  type EntryOptions,
  forwardRequest,
  mediaRefusal,
  type PreprocessedRequest,
  pathEntry,
  type RequestRefusal,
  type RouteDecision,
  recordRouteEntry,
  registeredDevices,
  type Sealing,
  schemeOfEntries,
  stripIdentity,
  type Target,
} from '@entente/sip-proxy';
import type { DeviceFlows, RelayRules, Sender, Unreachable } from '@entente/sip-relay';
import type { Topology } from '@entente/topology';

/** Where a request goes: what the registrar knows, or a server by name. */
export interface ForwardTarget extends Target {
  readonly server?: string;
}

/** What forwarding needs. */
export interface ForwardingOptions {
  readonly fqdn: string;
  /** On which we listen for clients and servers. */
  readonly port: number;
  readonly topology: () => Topology;
  /** Where another server of the topology is reached, if we may dial it. */
  readonly hopTo: (server: string) => NextHop | undefined;
  /** The edge or server in front of a device has no connection to it any more: its binding leads nowhere (RFC 5626 §5.3). */
  readonly onFlowFailed: (request: SipRequest, target: ForwardTarget) => void;
  /** Seals our own entries in Route. */
  readonly sealing: Sealing;
  /** Where the devices that connect here are. */
  readonly devices: DeviceFlows;
}

const unreachable: Unreachable = { status: 504 };
/** What only servers of ours may say of a message. */
const insiderFields = [
  'P-Asserted-Identity',
  'P-Associated-URI',
  'Remote-Party-ID',
  'Entente-Diagnostics',
] as const;
/** Who a call was for before: a server that diverts it writes these, not a user. */
const historyFields = ['Diversion', 'History-Info'] as const;
const credentialFields = ['Authorization', 'Proxy-Authorization'] as const;

/**
 * How one request goes on, whichever of its targets it goes to: with which Route, Record-Route, Path and identity. An object instead
 * of closures, because every request has one.
 */
export class ForwardedRequest implements RelayRules<ForwardTarget> {
  readonly #request: SipRequest;
  readonly #sender: Sender;
  readonly #routes: PreprocessedRequest;
  readonly #options: ForwardingOptions;

  constructor(request: SipRequest, sender: Sender, routes: PreprocessedRequest, options: ForwardingOptions) {
    this.#request = request;
    this.#sender = sender;
    this.#routes = routes;
    this.#options = options;
  }

  nextHop(target: ForwardTarget): NextHop | Unreachable {
    const server = target.server ?? serverOfRoute(target.routes[0]);
    return (server === undefined ? undefined : this.#options.hopTo(server)) ?? unreachable;
  }

  build(target: ForwardTarget, via: Via): SipRequest {
    const request = this.#request;
    const { arrival, identity, isInsider, origin } = this.#sender;
    return forwardRequest(request, {
      via,
      uri: target.uri,
      preprocessed: this.#routes,
      routes: target.routes,
      breadth: target.breadth,
      source: origin.source,
      recordRoute: beginsDialog(request) ? this.#recordRoute(target) : undefined,
      path: request.method === 'REGISTER' ? this.#path(target) : undefined,
      also: (editor) => {
        applyIdentity(editor, request, identity);
        if (target.flow !== undefined) stripIdentity(editor, request, 'user');
        if (isInsider) return;
        // The asserted identity has been replaced above.
        for (const name of insiderFields) {
          if (name !== 'P-Asserted-Identity' && request.has(name)) editor.remove(name);
        }
        // A partner's servers write them truly; what its users may say is for the partner to check.
        if (arrival.kind !== 'partner') {
          for (const name of historyFields) if (request.has(name)) editor.remove(name);
        }
        for (const name of credentialFields) this.#keepCredentials(editor, name);
      },
    });
  }

  refuses(response: SipResponse): RequestRefusal | undefined {
    const { fqdn, topology } = this.#options;
    return topology().policies.media.internalSrtp === 'required'
      ? mediaRefusal(response, 'internalSrtp', fqdn)
      : undefined;
  }

  arrived(response: SipResponse, target: ForwardTarget): SipResponse {
    if (this.#request.method === 'REGISTER' && response.status === 200) this.#registered();
    if (target.flow === undefined) {
      if (response.status === 430 && target.routes.length > 0)
        this.#options.onFlowFailed(this.#request, target);
      return response;
    }
    // A client's answer asserts no identity and brings no diagnostics: nobody has checked them (RFC 3325 §5).
    let editor: MessageEditor<SipResponse> | undefined;
    for (const name of insiderFields) {
      if (!response.has(name)) continue;
      editor ??= edit(response);
      editor.remove(name);
    }
    return editor?.toMessage() ?? response;
  }

  nameOf(target: ForwardTarget): string {
    return target.server ?? target.uri;
  }

  /**
   * Credentials for us go no further; those for a realm that is not ours do, because a proxy or server of that realm has asked for
   * them (RFC 3261 §22.3). What cannot be read as meant for another realm was meant for us.
   */
  #keepCredentials(editor: MessageEditor<SipRequest>, name: (typeof credentialFields)[number]): void {
    if (!this.#request.has(name)) return;
    const values = this.#request.all(name);
    // It is the one that has been read for us.
    if (values.length === 1 && this.#sender.provenBy === name) {
      editor.remove(name);
      return;
    }
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

  /** Our entry in the route set of the dialog: it names both ends, and what leads to those that do not connect here. */
  #recordRoute(target: ForwardTarget): NameAddr {
    const { fqdn, port } = this.#options;
    const ends = { caller: this.#sendingEnd(), called: endOf(target) };
    return recordRouteEntry({ host: fqdn, port }, ends, this.#request, this.#entryOptions(target));
  }

  /** Our entry for the registrar: it names the device that registers. */
  #path(target: ForwardTarget): NameAddr {
    const { fqdn, port } = this.#options;
    const user = addressOfRecord(this.#request.to.uri) ?? '';
    const device = registeredDevices(this.#request)?.[0]?.device ?? '';
    return pathEntry({ host: fqdn, port }, { user, device }, this.#entryOptions(target));
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
    return { user: isInsider ? '' : user, device: '', via: arrival.name };
  }

  /** The registrar of a client of ours has accepted its registration. */
  #registered(): void {
    const { flow } = this.#sender;
    const user = addressOfRecord(this.#request.to.uri);
    if (flow === '' || user === undefined) return;
    this.#options.devices.registered(user, registeredDevices(this.#request), flow);
  }
}

/** The end of a dialog that a target stands for. */
function endOf({ device = '', flow, routes: [first], server, user = '' }: ForwardTarget): DialogEnd {
  if (flow !== undefined) return { user, device, via: '' };
  return server === undefined
    ? { user, device: '', via: serverOfRoute(first) ?? '' }
    : { user: '', device: '', via: server };
}

/** The target that a decision for a server names. */
export function targetAt({ server, uri }: Extract<RouteDecision, { kind: 'server' }>): ForwardTarget {
  return { uri: uri.toString(), routes: [], instance: undefined, flow: undefined, server };
}

/** The server that a Path entry of a binding leads to. */
function serverOfRoute(route: string | undefined): string | undefined {
  const parsed = route === undefined ? undefined : parseNameAddr(route);
  return parsed?.ok === true && parsed.value.uri.kind === 'sip' ? parsed.value.uri.host : undefined;
}
