import {
  edit,
  type MessageEditor,
  type NameAddr,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  type Via,
} from '@entente/sip';
import {
  hideContacts,
  hidePath,
  hideRecordRoute,
  type OwnAddress,
  openRouteToken,
  type PreprocessedRequest,
  preprocessRoutes,
  type RequestRefusal,
  recordRouteOf,
  restorePath,
  revealContact,
  revealRoutes,
  routeTooLong,
  type Sealing,
  sealedEntry,
} from '@entente/sip-proxy';
import { keepPassingFields } from './gateway-fields.ts';

/** What the border to gateways is kept with. */
export interface GatewayBorderOptions {
  /** Where gateways reach us. */
  readonly address: OwnAddress;
  readonly sealing: Sealing;
  readonly isOurDomain: (domain: string) => boolean;
  /** What stays of the routes that a gateway has recorded. */
  readonly routesOf: (values: readonly string[]) => readonly string[];
}

/** Our entry in the route set of a dialog: what a gateway carries, and what stands in its place inside. */
interface OwnEntry {
  readonly sealed: NameAddr;
  readonly inside: NameAddr;
}

/**
 * The border between servers of ours and gateways. Neither the way that a request has come, nor the route inside, nor the address of a user's device
 * is seen in the telephone network: the Via values wait here, routes and Contacts travel sealed, as at an edge.
 */
export class GatewayBorder {
  readonly #options: GatewayBorderOptions;
  /** Of each gateway that a request has gone to. */
  readonly #entries = new Map<string, OwnEntry>();

  /** @param options - of this server, for one request */
  constructor(options: GatewayBorderOptions) {
    this.#options = options;
  }

  /**
   * Seals the route inside of a request that goes to a gateway and begins a dialog; before {@link GatewayBorder.request}.
   * @param request - as received
   * @param to - `gateway`: FQDN; `inside`: our entry; `scheme`: of our entries
   * @returns why it cannot go there
   */
  begin(
    request: SipRequest,
    to: { readonly gateway: string; readonly inside: NameAddr; readonly scheme: 'sip' | 'sips' },
  ): RequestRefusal | undefined {
    const { gateway, inside } = to;
    const sealed = this.#seal(request, 'called', { ...to, hops: recordRouteOf(request) });
    if (sealed === undefined) return routeTooLong;
    this.#entries.set(gateway, { sealed, inside });
    return undefined;
  }

  /**
   * Hides the inside in a request that goes to a gateway.
   * @param editor - of the request
   * @param request - as received
   * @param to - `gateway`: FQDN; `via`: ours
   */
  request(
    editor: MessageEditor<SipRequest>,
    request: SipRequest,
    { gateway, via }: { readonly gateway: string; readonly via: Via },
  ): void {
    this.#hide(editor, request);
    hidePath(editor, via, this.#entries.get(gateway)?.sealed);
  }

  /**
   * Gives an answer of a gateway the way back that its request had. What the gateway has recorded above our entry stays where it leads outside.
   * @param response - as received
   * @param request - as we received it
   * @param gateway - FQDN
   */
  restored(response: SipResponse, request: SipRequest, gateway: string): SipResponse {
    const restored = restorePath(response, request, this.#entries.get(gateway));
    const values = recordRouteOf(restored);
    // Ours, and what the request had before it.
    const others = values.slice(0, Math.max(0, values.length - 1 - recordRouteOf(request).length));
    const kept = this.#options.routesOf(others);
    if (kept.length === others.length) return restored;
    const editor = edit(restored).remove('Record-Route');
    for (const value of [...kept, ...values.slice(others.length)]) editor.append('Record-Route', value);
    return editor.toMessage();
  }

  /**
   * Takes off a request of a gateway the routes that lead nowhere but back.
   * @param editor - of the request that goes inside
   * @param request - as received
   * @param inside - our entry where it begins a dialog
   */
  routes(editor: MessageEditor<SipRequest>, request: SipRequest, inside: NameAddr | undefined): void {
    const values = recordRouteOf(request);
    const kept = this.#options.routesOf(values);
    if (kept.length === values.length) return;
    editor.remove('Record-Route');
    for (const value of [...(inside === undefined ? [] : [inside]), ...kept])
      editor.append('Record-Route', value);
  }

  /**
   * Hides the inside in an answer that goes to a gateway.
   * @param editor - of the answer
   * @param response - the answer
   * @param of - the request of the gateway, and our entry in it where it has begun a dialog
   */
  answer(
    editor: MessageEditor<SipResponse>,
    response: SipResponse,
    of: {
      readonly request: SipRequest;
      readonly gateway: string;
      readonly inside: NameAddr | undefined;
      readonly scheme: 'sip' | 'sips';
    },
  ): void {
    const { inside, request } = of;
    hideRecordRoute(editor, response, inside, (hops) =>
      inside === undefined ? undefined : this.#seal(request, 'caller', { ...of, inside, hops }),
    );
    this.#hide(editor, response);
  }

  #hide(editor: MessageEditor<SipMessage>, message: SipMessage): void {
    const { address, isOurDomain, sealing } = this.#options;
    // Addresses at a domain of ours, of GRUUs, say no more than From and To.
    hideContacts(editor, message, { address, sealing, isInside: (host) => !isOurDomain(host) });
    keepPassingFields(editor, message);
  }

  #seal(
    request: SipRequest,
    side: 'caller' | 'called',
    {
      gateway,
      hops,
      inside,
      scheme,
    }: {
      readonly gateway: string;
      readonly inside: NameAddr;
      readonly hops: readonly string[];
      readonly scheme: 'sip' | 'sips';
    },
  ): NameAddr | undefined {
    const { address, sealing } = this.#options;
    const end = { user: '', device: '', via: gateway };
    const routes = [inside.toString(), ...hops];
    return sealedEntry({ end, routes }, address, { request, side }, { sealing, scheme });
  }
}

/**
 * The routing part of a request without our own entries. One that a gateway carries is opened: the route inside that stands sealed in it begins with
 * our entry for servers inside, so that both say the same of the dialog.
 * @param request - of a gateway or of a server inside
 * @param options - `isOurHost`: whether a URI with this host names us or our pool; what seals
 */
export function routesAtBorder(
  request: SipRequest,
  options: { readonly isOurHost: (host: string) => boolean; readonly sealing: Sealing },
): PreprocessedRequest {
  const plain = preprocessRoutes(request, options);
  if (plain.unreadable === undefined && (plain.tokens.length > 0 || !request.has('Route'))) return plain;
  const revealed = revealRoutes(request, options);
  if (!revealed.ok || revealed.routes.revealed === undefined) return plain;
  const [own, ...routes] = revealed.routes.routes;
  const uri = own?.uri;
  const token = uri?.kind === 'sip' ? openRouteToken(uri, request, options.sealing) : undefined;
  if (token === undefined) return plain;
  return { ...revealed.routes, routes, revealed: routes.length, tokens: [token] };
}

/**
 * What the Request-URI of a request in a dialog means, where it is a Contact that a gateway has been given.
 * @param routes - of the request
 * @param options - as for {@link routesAtBorder}
 */
export function contactAtBorder(
  routes: PreprocessedRequest,
  options: { readonly isOurHost: (host: string) => boolean; readonly sealing: Sealing },
): PreprocessedRequest {
  const uri = revealContact(routes.uri, options);
  return uri === undefined ? routes : { ...routes, uri, isUriRevealed: true };
}
