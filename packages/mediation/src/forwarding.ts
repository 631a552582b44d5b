import {
  edit,
  type MessageEditor,
  type NameAddr,
  type SipRequest,
  type SipResponse,
  type Via,
} from '@entente/sip';
import type { NextHop } from '@entente/sip-endpoint';
import {
  beginsDialog,
  type DialogEnd,
  forwardRequest,
  type RequestRefusal,
  recordRouteEntry,
  schemeOfEntries,
  type Target,
  type TargetGroups,
} from '@entente/sip-proxy';
import {
  answerWithoutClaims,
  believedAnswer,
  type NotSent,
  notDialled,
  type OutsideCallerKnowledge,
  type RelayRules,
  withoutClaims,
  withoutFields,
} from '@entente/sip-relay';
import { routeAddress, routeName, type Topology } from '@entente/topology';
import { GatewayBorder } from './gateways/gateway-border.ts';
import { routesOfGateway } from './gateways/leads-inside.ts';
import type { MediationOptions } from './mediation-options.ts';
import type { MediationSender } from './mediation-sender.ts';
import { fieldsOfNoGatewaysAnswer, withoutInsiderFields } from './numbers/caller.ts';
import { gatewayClaims } from './numbers/claims-of-gateways.ts';

/** Where a request goes. */
export interface MediationTarget extends Target {
  /** FQDN of the server. */
  readonly server: string;
}

/** A request that goes on. */
export interface ForwardedRequest {
  readonly request: SipRequest;
  readonly sender: MediationSender;
  /** The user at the end of the sender, and at the other end, as far as we know them. */
  readonly users: { readonly sender: string; readonly receiver: string };
  /** Whether a gateway is at either end: its entry leads to the port for gateways, by which servers of ours find us too. */
  readonly hasGateway: boolean;
  /** Gateways to go to where those before do not take the call. */
  readonly others?: readonly MediationTarget[];
  /** Writes who calls. */
  readonly write?: (editor: MessageEditor<SipRequest>, target: MediationTarget) => void;
}

/** How a request goes on, whichever server it goes to. */
export class MediationRules implements RelayRules<MediationTarget> {
  readonly #forwarded: ForwardedRequest;
  readonly #options: MediationOptions;
  readonly #others: MediationTarget[];
  readonly #border: GatewayBorder;
  /** Our entry for servers inside, in a request of a gateway that begins a dialog. */
  #inside: NameAddr | undefined;
  #hasRung = false;

  constructor(forwarded: ForwardedRequest, options: MediationOptions) {
    this.#forwarded = forwarded;
    this.#options = options;
    this.#others = [...(forwarded.others ?? [])];
    const { fqdn, ports, sealing, topology } = options;
    const current = topology();
    this.#border = new GatewayBorder({
      address: routeAddress(current, fqdn, ports.gateways),
      sealing,
      isOurDomain: (domain) => current.isOurDomain(domain),
      routesOf: (values) => routesOfGateway(values, current),
    });
  }

  nextHop({ server }: MediationTarget): NextHop | NotSent {
    const { fqdn, hopTo, topology } = this.#options;
    return hopTo(server) ?? notDialled(topology(), fqdn, server);
  }

  build(target: MediationTarget, via: Via): SipRequest | RequestRefusal {
    const { request, sender, write } = this.#forwarded;
    const inside = beginsDialog(request) ? this.#recordRoute(target) : undefined;
    const gateway = this.#isGateway(target.server) ? target.server : undefined;
    if (sender.role === 'gateway') this.#inside = inside;
    const scheme = this.#scheme;
    const refused =
      gateway === undefined || inside === undefined
        ? undefined
        : this.#border.begin(request, { gateway, inside, scheme });
    if (refused !== undefined) return refused;
    return forwardRequest(request, {
      via,
      uri: target.uri,
      preprocessed: sender.routes,
      source: sender.origin.source,
      recordRoute: gateway === undefined ? inside : undefined,
      also: (editor) => {
        if (sender.role === 'gateway') {
          withoutClaims(editor, request, gatewayClaims(this.#known));
          withoutInsiderFields(editor, request);
          this.#border.routes(editor, request, inside);
        }
        if (gateway !== undefined) this.#border.request(editor, request, { gateway, via });
        write?.(editor, target);
      },
    });
  }

  arrived(response: SipResponse, { server }: MediationTarget): SipResponse {
    const { status } = response;
    if (status > 100 && status < 200) this.#hasRung = true;
    const { isNumberOfUser, topology } = this.#known;
    if (!this.#isGateway(server)) return believedAnswer(response, () => server, topology, isNumberOfUser);
    const restored = this.#border.restored(response, this.#forwarded.request, server);
    return withoutFields(answerWithoutClaims(restored, gatewayClaims(this.#known)), fieldsOfNoGatewaysAnswer);
  }

  /** Q.850 causes of Reason and whatever else belongs to a call pass; how things are inside does not. */
  answer(response: SipResponse): SipResponse {
    const { request, sender } = this.#forwarded;
    if (sender.role !== 'gateway') return response;
    const editor = edit(response);
    const gateway = sender.server;
    this.#border.answer(editor, response, { request, gateway, inside: this.#inside, scheme: this.#scheme });
    return editor.toMessage();
  }

  /** The next gateway, where none has answered: a call that has rung has been answered by somebody (RFC 3261 §16.7 step 5). */
  awaitTargets(): Promise<TargetGroups> | undefined {
    const next = this.#hasRung ? undefined : this.#others.shift();
    return next === undefined ? undefined : Promise.resolve([[next]]);
  }

  nameOf({ server }: MediationTarget): string {
    return server;
  }

  #recordRoute({ server }: MediationTarget) {
    const { hasGateway, request, sender, users } = this.#forwarded;
    const { fqdn, ports, sealing, topology } = this.#options;
    const current = topology();
    const end = (user: string, via: string): DialogEnd => ({ user, device: '', via: endName(current, via) });
    const ends = { caller: end(users.sender, sender.server), called: end(users.receiver, server) };
    const address = routeAddress(current, fqdn, hasGateway ? ports.gateways : ports.inside);
    return recordRouteEntry(address, ends, request, { sealing, scheme: this.#scheme });
  }

  get #known(): OutsideCallerKnowledge {
    const { accounts, fqdn, topology } = this.#options;
    const isNumberOfUser = (number: string) => accounts.known.withNumber(number).length > 0;
    return { fqdn, topology: topology(), isNumberOfUser };
  }

  get #scheme(): 'sip' | 'sips' {
    return schemeOfEntries(this.#forwarded.sender.routes);
  }

  #isGateway(server: string): boolean {
    return this.#options.topology().servers.get(server)?.role === 'gateway';
  }
}

/**
 * The name by which our entries know a server: that of its pool, whose members take each other's place, but for gateways, which know nothing of each
 * other's calls.
 * @param topology - in force
 * @param server - FQDN
 */
export function endName(topology: Topology, server: string): string {
  return topology.servers.get(server)?.role === 'gateway' ? server : routeName(topology, server);
}
