import { assertableIdentities, hideInsideNames, insiderFieldsOf, isInsideName } from '@entente/federation';
import {
  edit,
  type MessageEditor,
  type NameAddr,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  type Via,
} from '@entente/sip';
import type { NextHop, SipConnection } from '@entente/sip-endpoint';
import {
  beginsDialog,
  createRouteEntry,
  forwardRequest,
  hideContacts,
  hidePath,
  hideRecordRoute,
  type PreprocessedRequest,
  type RouteToken,
  recordRouteOf,
  restorePath,
  type Sealing,
  schemeOfEntries,
  sealedEntry,
  type Target,
} from '@entente/sip-proxy';
import type { NoWay, RelayRules } from '@entente/sip-relay';
import type { Topology } from '@entente/topology';
import type { Arrival, Passage } from './decide-passage.ts';

/** A request that may pass. */
export interface PassingRequest {
  readonly request: SipRequest;
  readonly from: SipConnection;
  readonly arrival: Arrival;
  readonly routes: PreprocessedRequest;
  readonly passage: Passage;
}

/** What requests need to pass. */
export interface PassageOptions {
  /** Our name inside. */
  readonly name: string;
  readonly topology: () => Topology;
  readonly nameOutside: string;
  /** Signs our entries inside. */
  readonly key: Uint8Array;
  /** Seals what goes out. */
  readonly sealing: Sealing;
  /** Where a server inside is reached, if we may dial it. */
  readonly hopInside: (server: string) => NextHop | undefined;
  /** Where a partner's domain is reached. */
  readonly hopToPartner: (domain: string) => NextHop;
  /** The connection of a client, if it is still open. */
  readonly connectionOf: (flow: string) => SipConnection | undefined;
  /** Told when a server or partner cannot be reached, or was refused. */
  readonly onUnreachable: (name: string, error: unknown) => void;
  /** Told when a registrar has accepted an external client's registration. */
  readonly onRegistered: (address: string, connection: SipConnection) => void;
}

/** How a request passes: the way in or the way out, as the decision says. */
export function rulesFor(passing: PassingRequest, options: PassageOptions): RelayRules<Target> {
  return passing.passage.kind === 'inside' ? new WayIn(passing, options) : new WayOut(passing, options);
}

/** A request from outside, and the answers that go back out. */
class WayIn implements RelayRules<Target> {
  readonly #passing: PassingRequest;
  readonly #options: PassageOptions;
  /** Whom our entries lead back to. */
  readonly #sender: Pick<RouteToken, 'flow' | 'outside'>;

  constructor(passing: PassingRequest, options: PassageOptions) {
    this.#passing = passing;
    this.#options = options;
    this.#sender = senderOf(passing);
  }

  way(): NextHop | NoWay {
    return this.#options.hopInside(nameOf(this.#passing.passage)) ?? { status: 504 };
  }

  build({ uri }: Target, _to: SipConnection, via: Via): SipRequest {
    const { arrival, request, routes } = this.#passing;
    return forwardRequest(request, {
      via,
      uri,
      preprocessed: routes,
      recordRoute: this.#entry(),
      path: request.method === 'REGISTER' ? this.#makeEntry(true) : undefined,
      also: (editor) => {
        for (const name of insiderFieldsOf(request, 'in')) editor.remove(name);
        if (arrival.kind === 'client') editor.remove('P-Asserted-Identity');
        else setIdentities(editor, assertableIdentities(request));
      },
    });
  }

  answer(response: SipResponse): SipResponse {
    const { from, request } = this.#passing;
    const { nameOutside, onRegistered, sealing } = this.#options;
    if (request.method === 'REGISTER' && response.status === 200)
      onRegistered(`${response.to.uri.toString().replace(/^sips?:/, '')}`, from);
    const editor = edit(response);
    hideRecordRoute(editor, response, this.#entry(), (routes) =>
      sealedEntry({ ...this.#sender, routes }, nameOutside, sealing, schemeOfEntries(this.#passing.routes)),
    );
    hideInside(editor, response, this.#options);
    return editor.toMessage();
  }

  onUnreachable(_target: Target, error: unknown): void {
    this.#options.onUnreachable(nameOf(this.#passing.passage), error);
  }

  /** Our entry in Record-Route inside, where a dialog may begin. */
  #entry(): NameAddr | undefined {
    return beginsDialog(this.#passing.request) ? this.#makeEntry(false) : undefined;
  }

  #makeEntry(outbound: boolean): NameAddr {
    return insideEntry(this.#options, this.#passing, this.#sender, outbound);
  }
}

/** A request to somebody outside, and his answers. */
class WayOut implements RelayRules<Target> {
  readonly #passing: PassingRequest;
  readonly #options: PassageOptions;
  readonly #receiver: Pick<RouteToken, 'flow' | 'outside'>;
  #sealed: NameAddr | undefined;

  constructor(passing: PassingRequest, options: PassageOptions) {
    const { passage } = passing;
    this.#passing = passing;
    this.#options = options;
    this.#receiver = {
      flow: passage.kind === 'flow' ? passage.flow : '',
      outside: passage.kind === 'partner' ? passage.domain : '',
    };
  }

  way(): SipConnection | NextHop | NoWay {
    const { connectionOf, hopToPartner } = this.#options;
    const { flow, outside } = this.#receiver;
    return flow === '' ? hopToPartner(outside) : (connectionOf(flow) ?? { status: 430 });
  }

  build({ uri }: Target, _to: SipConnection, via: Via): SipRequest {
    const { request, routes } = this.#passing;
    const { nameOutside, sealing } = this.#options;
    if (beginsDialog(request)) {
      const way = { ...this.#receiver, routes: recordRouteOf(request) };
      this.#sealed = sealedEntry(way, nameOutside, sealing, schemeOfEntries(routes));
      if (this.#sealed === undefined)
        throw new RangeError('Record-Route: the way inside is too long to be sealed');
    }
    return forwardRequest(request, {
      via,
      uri,
      preprocessed: routes,
      also: (editor) => {
        hidePath(editor, via, this.#sealed);
        hideInside(editor, request, this.#options);
      },
    });
  }

  arrived(response: SipResponse): SipResponse {
    const { request } = this.#passing;
    const sealed = this.#sealed;
    const inside = sealed && insideEntry(this.#options, this.#passing, this.#receiver);
    const own = sealed && inside && { sealed, inside };
    const restored = restorePath(response, request, own);
    // An outsider's answer brings in neither an identity nor diagnostics: nobody has checked them.
    const fields = insiderFieldsOf(restored, 'out');
    if (fields.length === 0) return restored;
    const editor = edit(restored);
    for (const name of fields) editor.remove(name);
    return editor.toMessage();
  }

  onUnreachable(_target: Target, error: unknown): void {
    this.#options.onUnreachable(nameOf(this.#passing.passage), error);
  }
}

/** What stays inside, of any message that goes out. */
function hideInside(
  editor: MessageEditor<SipMessage>,
  message: SipMessage,
  { nameOutside: host, sealing, topology }: PassageOptions,
): void {
  const current = topology();
  for (const name of insiderFieldsOf(message, 'out')) editor.remove(name);
  hideContacts(editor, message, { host, sealing, isInside: (name) => isInsideName(current, name) });
  hideInsideNames(editor, message, current);
}

/** Our entry for servers inside: it leads to somebody outside, and only we can have made it. */
function insideEntry(
  { key, name }: PassageOptions,
  { routes }: PassingRequest,
  end: Pick<RouteToken, 'flow' | 'outside'>,
  outbound = false,
): NameAddr {
  return createRouteEntry(name, { ...end, server: name }, { key, outbound, scheme: schemeOfEntries(routes) });
}

/** Whom our entries lead back to: a client's connection, or the domain that a partner speaks for. */
function senderOf({ arrival, request }: PassingRequest): Pick<RouteToken, 'flow' | 'outside'> {
  if (arrival.kind === 'client') return { flow: arrival.flow, outside: '' };
  const { uri } = request.from;
  return { flow: '', outside: uri.kind === 'sip' ? uri.host : '' };
}

function setIdentities(editor: MessageEditor<SipRequest>, values: readonly NameAddr[] | undefined): void {
  if (values === undefined) return;
  editor.remove('P-Asserted-Identity');
  for (const value of values) editor.append('P-Asserted-Identity', value);
}

function nameOf(passage: Passage): string {
  if (passage.kind === 'inside') return passage.server;
  return passage.kind === 'partner' ? passage.domain : 'external client';
}
