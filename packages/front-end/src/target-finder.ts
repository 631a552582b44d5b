import type { KnownAccounts } from '@entente/accounts/feed';
import { parseNameAddr, type SipRequest } from '@entente/sip';
import {
  openTemporaryGruu,
  type RouteDecision,
  refusal,
  type Sealing,
  type SelectedTargets,
  selectTargets,
  type TargetGroups,
  writerOf,
} from '@entente/sip-proxy';
import type { Awaitable, Binding } from '@entente/sip-proxy/locations';
import { livingFirst, type Sender } from '@entente/sip-relay';
import { serversBehind } from '@entente/topology';
import { AwaitedDevices, defaultAwaitRules, endAwaitRules } from './awaited-devices.ts';
import { type DeviceRoute, DeviceSearch, type DeviceSearchOptions } from './device-search.ts';
import type { ForwardTarget } from './forward-target.ts';
import { isHandedOn } from './handed-on-by-pool-member.ts';
import { noAccount } from './no-account.ts';
import { refuseUnavailable } from './registrations/refuse-unavailable.ts';

/** A decision for a request that goes on. */
export type RelayRoute = Extract<RouteDecision, { kind: 'device' | 'lookup' | 'server' }>;
type ServerRoute = Extract<RouteDecision, { kind: 'server' }>;
type LookupRoute = Extract<RouteDecision, { kind: 'lookup' }>;

/** A request, and who sends it. */
export interface SentRequest {
  readonly request: SipRequest;
  readonly sender: Sender;
}

/** What one request has waited for, filled in here. */
export interface Waited {
  /** When it waited first, milliseconds since 1970. */
  readonly since: number;
  /** When its user had registered last as targets were last looked for. */
  seen: number | undefined;
  /** How often they were looked for since. */
  looks: number;
}

/** What targets are found with. */
export interface TargetFinderOptions extends DeviceSearchOptions {
  /** Opens temporary GRUUs. */
  readonly gruus: Sealing;
  /** Milliseconds since 1970, never set back or forward. */
  readonly clock: () => number;
  /** The accounts of the domain, where this server knows them. */
  readonly accounts?: { readonly known: Pick<KnownAccounts, 'of'> } | undefined;
  /** Whether the account of a user is enabled. */
  readonly maySignIn: (user: string) => boolean;
}

/**
 * Finds where a request goes: through bindings, to a device, or to a server. A device that cannot be reached may come back; a request for it
 * waits here, because every member of the pool hears of a return.
 */
export class TargetFinder {
  readonly #options: TargetFinderOptions;
  readonly #search: DeviceSearch;
  readonly #awaited: AwaitedDevices;
  /** By what ends a call. */
  readonly #awaitedByEnds: AwaitedDevices;

  /** @param options - this server, and what it knows of users */
  constructor(options: TargetFinderOptions) {
    this.#options = options;
    this.#search = new DeviceSearch(options);
    this.#awaited = new AwaitedDevices(options.clock);
    this.#awaitedByEnds = new AwaitedDevices(options.clock, endAwaitRules);
  }

  /**
   * The targets of a request, in the order to try.
   * @param request - admitted
   * @param route - where it goes
   * @param sender - of the request
   * @returns a promise only where bindings are far away, or a device is awaited
   */
  of(request: SipRequest, route: RelayRoute, sender: Sender): Awaitable<SelectedTargets> {
    try {
      const found = this.#find(request, route, sender);
      return found instanceof Promise ? found.catch((error) => notKnown(route, error)) : found;
    } catch (error) {
      return notKnown(route, error);
    }
  }

  #find(request: SipRequest, route: RelayRoute, sender: Sender): Awaitable<SelectedTargets> {
    const { arrival } = sender;
    if (route.kind === 'server') {
      const { user = '' } = route;
      // The edge in front of the device does not know who was signed out.
      if (user !== '' && !this.#options.maySignIn(user)) return flowFailed({ user });
      return { ok: true, groups: targetsAt(route, this.#options) };
    }
    if (route.kind === 'lookup') return this.#bindingsFor(route);
    const found = this.#search.find(route, arrival);
    return found instanceof Promise
      ? found.then((groups) => this.#orLater(groups, route, request, sender))
      : this.#orLater(found, route, request, sender);
  }

  /** Requests that wait for the return of a device. */
  get waitingRequests(): number {
    return this.#awaited.size + this.#awaitedByEnds.size;
  }

  /** For the first time that a request waits. */
  waiting(): Waited {
    return { since: this.#options.clock(), seen: undefined, looks: 0 };
  }

  /**
   * Further targets of a request that reached no device, once its user has registered again. It may be asked again for a request; what that
   * waits for in all is limited.
   * @param route - where it went
   * @param sent - the request, and its sender
   * @param failed - `status` of the best failure; `waited` the same object each time for a request
   * @returns undefined where that is not heard of here, or too many wait; no groups where nobody came
   */
  awaited(
    route: RelayRoute,
    sent: SentRequest,
    { status, waited }: { readonly status: number; readonly waited: Waited },
  ): Promise<TargetGroups> | undefined {
    // Nothing came back in time: the sender's own timer has fired (RFC 4320 §1.2), or the device has rung.
    if (status === 408) return undefined;
    if (route.kind === 'device') return this.#awaitDevice(route, sent, waited);
    if (route.kind === 'lookup')
      return this.#await(route.aor, sent, waited, async () => {
        const found = await this.#bindingsFor(route);
        return found.ok ? found.groups : none;
      });
    const { fqdn, whereabouts } = this.#options;
    const { entry, server, user = '' } = route;
    if (user === '' || whereabouts.homeOf(user) !== fqdn) return undefined;
    if (isHandedOn(this.#options, entry, sent.sender.arrival)) return undefined;
    return this.#await(user, sent, waited, async () =>
      targetsAt(route, this.#options, memberOnPath(await whereabouts.bindingsOf(user), server)),
    );
  }

  /**
   * A user has registered, here or at another member.
   * @param user - address of record
   */
  registered(user: string): void {
    this.#awaited.registered(user);
    this.#awaitedByEnds.registered(user);
  }

  #orLater(
    groups: TargetGroups,
    route: DeviceRoute,
    request: SipRequest,
    sender: Sender,
  ): Awaitable<SelectedTargets> {
    if (groups.length > 0) return { ok: true, groups };
    // Without an ACK its 2xx comes again, and with it another ACK (RFC 3261 §13.3.1.4).
    const isAck = request.method === 'ACK';
    const later = isAck ? undefined : this.#awaitDevice(route, { request, sender }, this.waiting());
    if (later === undefined) return flowFailed(route);
    return later.then((late) => (late.length > 0 ? { ok: true, groups: late } : flowFailed(route)));
  }

  #awaitDevice(route: DeviceRoute, sent: SentRequest, waited: Waited): Promise<TargetGroups> | undefined {
    const { arrival } = sent.sender;
    if (!this.#search.returnsHere(route, arrival)) return undefined;
    return this.#await(route.user, sent, waited, () => this.#search.find(route, arrival));
  }

  #await(
    user: string,
    sent: SentRequest,
    waited: Waited,
    find: () => Awaitable<TargetGroups>,
  ): Promise<TargetGroups> | undefined {
    const { clock, whereabouts } = this.#options;
    const now = clock();
    const { forMs } = defaultAwaitRules;
    const looking = () =>
      after(whereabouts.bindingsOf(user), (bindings) => {
        waited.seen = lastRegistered(bindings);
        return find();
      });
    const room = sent.request.method === 'BYE' ? this.#awaitedByEnds : this.#awaited;
    const waiting = room.wait(user, nameOf(sent), looking, forMs - (now - waited.since));
    if (waiting === undefined) return undefined;
    // The user may have come back while the request was under way to where the device was before; or the server in front of the device may
    // not know it yet, because it has not had the answer to the registration.
    const look = (bindings: readonly Binding[]) => {
      const last = lastRegistered(bindings);
      if (waited.seen !== undefined && last !== waited.seen) waited.looks = 0;
      else if (now - last >= forMs) return;
      room.registered(user, waited.looks++);
    };
    const looked = after(whereabouts.bindingsOf(user), look);
    // What the store throws is thrown again when targets are looked for.
    if (looked instanceof Promise) looked.catch(() => {});
    return waiting;
  }

  #bindingsFor({ aor, uri }: LookupRoute): Awaitable<SelectedTargets> {
    const { fqdn, gruus, whereabouts } = this.#options;
    const gruu = openTemporaryGruu(uri, gruus);
    return after(whereabouts.bindingsOf(aor), (known) =>
      this.#withAccount(aor, selectTargets(known, uri, fqdn, gruu)),
    );
  }

  #withAccount(aor: string, selected: SelectedTargets): SelectedTargets {
    const { accounts } = this.#options;
    if (selected.ok || selected.refusal.reason !== 'not-registered') return selected;
    if (accounts === undefined || accounts.known.of(aor) !== undefined) return selected;
    return { ok: false, refusal: { ...selected.refusal, ...noAccount(aor) } };
  }
}

const none: TargetGroups = [];

function notKnown(route: RelayRoute, error: unknown): SelectedTargets {
  const user = route.kind === 'lookup' ? route.aor : route.user;
  return { ok: false, refusal: refuseUnavailable(error, `a store that says where ${user ?? 'the user'} is`) };
}

/** Whom a request that waits is counted for: a user, the domain of a partner, or a connection. */
function nameOf({ request, sender }: SentRequest): string {
  const { arrival, flow, identity } = sender;
  if (identity.asserted !== undefined) return identity.asserted;
  if (arrival.kind === 'client') return flow;
  const { uri } = request.from;
  // A partner may write any user, but no domain that is not its own.
  return arrival.kind === 'partner' && uri.kind === 'sip' ? uri.host : arrival.name;
}

/** Goes on with a value, in the same turn where it is there. */
function after<T, R>(value: Awaitable<T>, then: (value: T) => Awaitable<R>): Awaitable<R> {
  return value instanceof Promise ? value.then(then) : then(value);
}

/** Milliseconds since 1970; 0 where there is no binding. */
function lastRegistered(bindings: readonly Binding[]): number {
  return bindings.reduce((last, { updatedAt }) => Math.max(last, updatedAt), 0);
}

/**
 * The targets that a decision for a server names: that server, or members of that pool, one after the other. What a member has answered,
 * no other is asked again.
 * @param decision - for a server or pool
 * @param known - topology in force, and which servers answer
 * @param first - the member to begin with; default the one that wrote the entry
 */
function targetsAt(
  { at, server: name, uri }: ServerRoute,
  { isLiving, topology: current }: Pick<DeviceSearchOptions, 'isLiving' | 'topology'>,
  first?: string,
): readonly (readonly ForwardTarget[])[] {
  const topology = current();
  const text = uri.toString();
  const target = (server: string): ForwardTarget => ({
    uri: text,
    flow: undefined,
    routes: [],
    instance: name,
    server,
  });
  if (!topology.pools.has(name)) return [[target(name)]];
  const member = first ?? (at === undefined ? undefined : writerOf(at));
  const members = serversBehind(topology, name, { member, port: at?.port });
  return livingFirst(members, isLiving).map((server) => [target(server)]);
}

/** The member of a pool over which a user has registered last. */
function memberOnPath(bindings: readonly Binding[], pool: string): string | undefined {
  let last: Binding | undefined;
  let member: string | undefined;
  for (const binding of bindings) {
    const entry = binding.path[0] === undefined ? undefined : parseNameAddr(binding.path[0]);
    if (entry?.ok !== true || entry.value.uri.kind !== 'sip' || entry.value.uri.host !== pool) continue;
    if (last !== undefined && last.updatedAt > binding.updatedAt) continue;
    last = binding;
    member = writerOf(entry.value.uri);
  }
  return member;
}

/** The device that a token names has no connection now (RFC 5626 §5.3.1, §11.5). */
function flowFailed({ user }: { readonly user: string }): SelectedTargets {
  return {
    ok: false,
    refusal: refusal(
      'flow-failed',
      430,
      `Route: expected a device of ${user} that is connected, found none`,
      'Wait until the device has registered again.',
    ),
  };
}
