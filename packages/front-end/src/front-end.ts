import { type ChangedAccount, endsSessions } from '@entente/accounts/feed';
import { createResponse, type SipRequest } from '@entente/sip';
import {
  decideRoute,
  mediaRefusal,
  type PreprocessedRequest,
  preprocessRoutes,
  type RequestRefusal,
  type RouteKnowledge,
  refuse,
  refuseRequired,
  registrarExtensions,
  type SelectedTargets,
} from '@entente/sip-proxy';
import { type Awaitable, MemoryLocations } from '@entente/sip-proxy/locations';
import {
  Admission,
  askPolicies,
  behalfOf,
  changesPassword,
  DeviceFlows,
  EmergencyAllowance,
  namesOurDomain,
  type ProxyDecision,
  type ProxyPolicy,
  type RequestOrigin,
  refuseEvery,
  refuseUnprovenChange,
  type Sender,
} from '@entente/sip-relay';
import { requestRule, routeName, type Topology } from '@entente/topology';
import { maySignIn, movesAway, signedOut, signOutCause } from './account-changes.ts';
import { refuseDialOutside } from './dial-outside.ts';
import { asDialled } from './dialled-as-user.ts';
import { EndedVersions } from './ended-account-versions.ts';
import { ForwardedRequest, type ForwardingOptions } from './forwarding.ts';
import { isFromDirector } from './from-director.ts';
import type { FrontEndOptions } from './front-end-options.ts';
import { eventNotSupported, registerOnly } from './not-served.ts';
import { PasswordChanges } from './password-changes.ts';
import { isCopies, isOfPool } from './pool/pool-request.ts';
import { registerHopsOf } from './pool/register-hops.ts';
import { Registrar } from './registrar.ts';
import { Registrations } from './registrations/registrations.ts';
import { routeKnowledge } from './route-knowledge.ts';
import { SignedInUsers } from './signed-in-users.ts';
import { type RelayRoute, TargetFinder } from './target-finder.ts';
import { emergencyCaller, isEmergency, towardsOwner } from './telephone-numbers.ts';
import { UserDevices } from './web/user-devices.ts';

/** Methods of requests for this server itself. */
const allowed = 'REGISTER, OPTIONS';
/** A request, with who sends it and what is left of its Route. */
export interface FrontEndSender {
  readonly sender: Sender;
  readonly routes: PreprocessedRequest;
}

/** The policy of a front end: authenticates its users, registers those whose home it is, and hands on what is for others. */
export class FrontEnd implements ProxyPolicy<FrontEndSender> {
  readonly #options: FrontEndOptions;
  readonly #admission: Admission;
  readonly #forwarding: ForwardingOptions;
  readonly #registrations: Registrations;
  readonly #registrar: Registrar;
  readonly #devices = new DeviceFlows();
  readonly #signedIn = new SignedInUsers();
  readonly #ended = new EndedVersions();
  readonly #targets: TargetFinder;
  readonly #passwords: PasswordChanges;
  readonly #stopHearing: (() => void) | undefined;
  /** The devices of users, for the users themselves. */
  readonly userDevices: UserDevices;
  readonly #emergencies = new EmergencyAllowance();
  #knowledge: { readonly topology: Topology; readonly routes: RouteKnowledge } | undefined;

  /** @param options - who this server is, its users' credentials, the topology in force */
  constructor(options: FrontEndOptions) {
    this.#options = options;
    const isNumberOfUser = (number: string): boolean =>
      (options.accounts?.known.withNumber(number).length ?? 0) > 0;
    this.#admission = new Admission({
      ...options,
      needsProof: changesPassword,
      isNumberOfUser,
      onUser: (address, origin) => {
        this.#signedIn.signedIn(address, origin, options.flows.of(origin));
        options.onUser(address, origin);
      },
    });
    this.#registrations = new Registrations({
      ...options,
      locations: options.locations ?? new MemoryLocations(),
      portOf: (server) => options.hopTo(server)?.port,
      isLiving: options.isLiving ?? (() => true),
      isSignedOut: (user, flow) => this.#signedIn.isSignedOut(user, flow),
      isBelieved: options.vouchers?.isBelieved ?? (() => true),
      isAsker: options.vouchers?.isAsker ?? (() => true),
      onNotKept: options.onNotKept ?? (() => {}),
    });
    this.userDevices = new UserDevices({
      registrations: this.#registrations,
      flows: this.#devices,
      signedIn: this.#signedIn,
    });
    this.#targets = new TargetFinder({
      ...options,
      devices: this.#devices,
      isSignedOut: (user, flow) => this.#signedIn.isSignedOut(user, flow),
      whereabouts: {
        homeOf: (user) => this.#knowledgeOf(options.topology()).homeOf(user),
        // A binding may be left of one who was signed out while the store was away, or this server.
        bindingsOf: (user) => (maySignIn(options.accounts, user) ? this.#registrations.reachable(user) : []),
      },
      maySignIn: (user) => maySignIn(options.accounts, user),
    });
    this.#registrar = new Registrar(options, {
      registrations: this.#registrations,
      devices: this.#devices,
      ended: this.#ended,
      onRegistered: (aor) => this.#targets.registered(aor),
    });
    this.#passwords = new PasswordChanges({
      accounts: options.accounts,
      onChanged: (address) => options.onPassword?.(address),
    });
    this.#stopHearing = options.locations?.onChangeElsewhere?.((aor) => this.#targets.registered(aor));
    this.#forwarding = {
      ...options,
      isNumberOfUser,
      mayReachClients: requestRule({ fqdn: options.fqdn }, { party: 'internal-client' }),
      devices: this.#devices,
      targets: this.#targets,
      onFlowFailed: (target, sentAt) => this.#registrations.drop(target, sentAt),
    };
  }

  /** Requests that wait for the return of a device. */
  get waiting(): number {
    return this.#targets.waitingRequests;
  }

  admit(request: SipRequest, origin: RequestOrigin): FrontEndSender | RequestRefusal {
    const every = refuseEvery(this.#options);
    if (every !== undefined) return every;
    const routes = this.#preprocess(request, this.#options.topology());
    const [token] = routes.tokens;
    const sender = this.#admission.admit(request, origin, token?.kind === 'dialog' ? token : undefined);
    if ('reason' in sender) return sender;
    // The server that vouches for the user may not have heard of it yet.
    const { asserted = '' } = sender.identity;
    if (sender.isInsider && this.#options.accounts?.known.of(asserted)?.state === 'disabled')
      return signedOut(asserted, 'P-Asserted-Identity');
    return { sender, routes };
  }

  decide(request: SipRequest, sent: FrontEndSender): Awaitable<ProxyDecision> {
    const topology = this.#options.topology();
    const { sender } = sent;
    const { accounts } = this.#options;
    const dialled = asDialled(request, sent, accounts, topology);
    const routes = towardsOwner(request, dialled, accounts, topology);
    if ('reason' in routes) return refuse(routes);
    const outside = refuseDialOutside(request, { routes, sender }, accounts, topology);
    if (outside !== undefined) return refuse(outside);
    if (request.method === 'REGISTER') {
      const askers = registerHopsOf(request, sender);
      if ('reason' in askers) return refuse(askers);
    }
    const route = decideRoute(request, routes, sender.arrival, this.#knowledgeOf(topology));
    if (route.kind === 'refuse') return route;
    // At any front end, whose home it ever is: all of them verify all passwords.
    if (changesPassword(request)) return this.#changePassword(request, sender);
    if (route.kind === 'self') return this.#serve(request, sender);
    // No server here keeps what users publish; their telephones are not to get it either (RFC 3903 §6).
    if (request.method === 'PUBLISH' && route.kind === 'lookup') return refuse(eventNotSupported(request));
    const selected = this.#targets.of(request, route, sender);
    return selected instanceof Promise
      ? selected.then((late) => this.#relay(request, { routes, sender }, route, late))
      : this.#relay(request, { routes, sender }, route, selected);
  }

  onBehalfOf(request: SipRequest, { sender }: FrontEndSender): string | undefined {
    const name = behalfOf(request, sender);
    if (!this.#isEmergencyCall(request, sender.origin)) return name;
    const user = sender.identity.asserted ?? name;
    // Too many of one user are as any other calls of that user.
    return user === undefined || this.#emergencies.take(user, this.#options.clock()) ? undefined : name;
  }

  onClosed(origin: RequestOrigin): void {
    const flow = this.#options.flows.of(origin);
    this.#signedIn.closed(origin, flow);
    // Outsiders come and go by the thousand, and a store may have room for few questions.
    if (this.#devices.isUsed(flow)) this.#registrations.closed(flow);
    this.#devices.closed(flow);
  }

  /** This server stops: what its clients have registered is kept for their return. */
  stop(): void {
    this.#registrations.stop();
    this.#stopHearing?.();
  }

  /**
   * Accounts are not what they were. Who was disabled or removed, or has another password, is signed out: no registration is left, nothing is
   * proven on a connection, and no device is reached there. Who was moved to another pool is registered here no more, and is to register there.
   * @param changes - from `member.followAccounts()`
   */
  accountsChanged(changes: readonly ChangedAccount[]): void {
    for (const change of changes) {
      const { address } = change;
      if (change.before?.home !== change.after?.home) this.#knowledge = undefined;
      if (endsSessions(change)) {
        this.#ended.ended(address, change.version);
        const connections = this.#signedIn.signOut(address);
        if (connections > 0) this.#options.onSignedOut?.(address, signOutCause(change), connections);
      } else if (movesAway(this.#options.topology(), change))
        this.#options.onMoved?.(address, this.#signedIn.ownOf(address));
      else continue;
      this.#registrations.removeUser(address, change.version);
    }
  }

  isInDialog(request: SipRequest): boolean {
    const [token] = this.#preprocess(request, this.#options.topology()).tokens;
    return token?.kind === 'dialog';
  }

  isOfPool(request: SipRequest, { server }: RequestOrigin): boolean {
    const { fqdn, topology } = this.#options;
    return isOfPool(request, server, { fqdn, topology: topology() });
  }

  /** Nobody gets the rank of an emergency call by its number alone: its sender has proven who it is, or is a server. */
  isEmergency(request: SipRequest, origin: RequestOrigin): boolean {
    if (!this.#isEmergencyCall(request, origin)) return false;
    const { isVouchedFor, name } = emergencyCaller(request, origin);
    const now = this.#options.clock();
    if (name === undefined) return true;
    return isVouchedFor ? this.#emergencies.has(name, now) : this.#emergencies.take(name, now);
  }

  #isEmergencyCall(request: SipRequest, { server, users }: RequestOrigin): boolean {
    if (request.method !== 'INVITE' || (server === undefined && users.size === 0)) return false;
    return isEmergency(request.uri, this.#options.topology());
  }

  /** The last of what refuses a request, and how it goes on. */
  #relay(
    request: SipRequest,
    { routes, sender }: FrontEndSender,
    route: RelayRoute,
    selected: SelectedTargets,
  ): Awaitable<ProxyDecision> {
    if (!selected.ok) return refuse(selected.refusal);
    if (this.#options.topology().policies.media.internalSrtp === 'required') {
      const inClear = mediaRefusal(request, 'internalSrtp', this.#options.fqdn);
      if (inClear !== undefined) return refuse(inClear);
    }
    const relayed = (refused: RequestRefusal | undefined): ProxyDecision => {
      if (refused !== undefined) return refuse(refused);
      const rules = new ForwardedRequest({ request, sender, routes, route }, this.#forwarding);
      return { kind: 'relay', targets: selected.groups, rules };
    };
    // An ACK belongs to a request that policies have seen.
    const refused = request.method === 'ACK' ? undefined : this.#askPolicies(request);
    return refused instanceof Promise ? refused.then(relayed) : relayed(refused);
  }

  /** Last, when nothing else refuses the request and nothing has been done about it yet. */
  #askPolicies(request: SipRequest): Awaitable<RequestRefusal | undefined> {
    return askPolicies(request, this.#options.policies ?? []);
  }

  #preprocess(request: SipRequest, topology: Topology): PreprocessedRequest {
    const { fqdn, sealing } = this.#options;
    const pool = routeName(topology, fqdn);
    return preprocessRoutes(request, {
      // Another member of our pool wrote its own name before it wrote that of the pool.
      isOurHost: (host) =>
        host === pool ||
        host === fqdn ||
        routeName(topology, host) === pool ||
        namesOurDomain(topology, host),
      sealing,
    });
  }

  /** What the topology says of routes; the same object for every request while it is in force. */
  #knowledgeOf(topology: Topology): RouteKnowledge {
    if (this.#knowledge?.topology === topology) return this.#knowledge.routes;
    const routes = routeKnowledge(topology, this.#options);
    this.#knowledge = { topology, routes };
    return routes;
  }

  #ok(request: SipRequest, headers: Readonly<Record<string, string>> = {}): ProxyDecision {
    const response = createResponse(request, 200, undefined, { toTag: this.#options.newToken(), headers });
    return { kind: 'serve', response };
  }

  async #changePassword(request: SipRequest, sender: Sender): Promise<ProxyDecision> {
    const { asserted = '' } = sender.identity;
    const isAsked = isFromDirector(sender, this.#options.topology());
    const refused =
      (isAsked ? undefined : refuseUnprovenChange(request, sender)) ??
      (await this.#passwords.change(request, asserted, () => this.#askPolicies(request)));
    // Nothing is kept that could be refreshed (RFC 3903 §6).
    return refused === undefined
      ? this.#ok(request, { 'SIP-ETag': this.#options.newToken(), Expires: '0' })
      : refuse(refused);
  }

  /** What this server understands of requests for itself (RFC 3261 §8.2.2.3, §11.2). */
  #capabilities(request: SipRequest): ProxyDecision {
    const unsupported = refuseRequired(request, registrarExtensions);
    if (unsupported !== undefined) return refuse(unsupported);
    const response = createResponse(request, 200, undefined, {
      toTag: this.#options.newToken(),
      headers: [
        ['Allow', allowed],
        ['Accept', 'application/sdp'],
        ['Supported', [...registrarExtensions].join(', ')],
      ],
    });
    return { kind: 'serve', response };
  }

  /** A request for this server itself: OPTIONS, or REGISTER of a user whose home it is. */
  #serve(request: SipRequest, sender: Sender): Awaitable<ProxyDecision> {
    if (request.method === 'OPTIONS') return this.#capabilities(request);
    const { onCopies } = this.#options;
    if (isCopies(request) && onCopies !== undefined && sender.isInsider)
      return onCopies(request, sender.origin.server ?? '', sender.origin.protection.peer?.serialHex).then(
        (refused) => (refused === undefined ? this.#ok(request) : refuse(refused)),
      );
    if (request.method !== 'REGISTER') return refuse(registerOnly(request.method, allowed));
    return this.#registrar.register(request, sender);
  }
}
