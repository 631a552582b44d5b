import type { Uri } from '@entente/sip';
import {
  type Arrival,
  deviceOf,
  instanceOf,
  type RouteDecision,
  type TargetGroups,
  writerOf,
} from '@entente/sip-proxy';
import { type Awaitable, type Binding, isLocationsUnavailable } from '@entente/sip-proxy/locations';
import {
  type DeviceFlow,
  type DeviceFlows,
  type FlowNames,
  isUnregistered,
  livingFirst,
} from '@entente/sip-relay';
import { routeName, serversBehind, type Topology } from '@entente/topology';
import type { ForwardTarget } from './forward-target.ts';
import { handedOnTo, isHandedOn } from './handed-on-by-pool-member.ts';

/** A decision for a device. */
export type DeviceRoute = Extract<RouteDecision, { kind: 'device' }>;

/** What is known of users beyond their connections to this server. */
export interface Whereabouts {
  /** FQDN of the front end that answers for the bindings of a user now. */
  homeOf(user: string): string | undefined;
  /** The bindings of a user that this server knows, unexpired; asked only where it answers for them. */
  bindingsOf(user: string): Awaitable<readonly Binding[]>;
}

/** What a search is made with. */
export interface DeviceSearchOptions {
  /** Of this server. */
  readonly fqdn: string;
  readonly topology: () => Topology;
  readonly flows: FlowNames;
  /** Where the devices that connect here are. */
  readonly devices: DeviceFlows;
  readonly whereabouts: Whereabouts;
  /** Whether a user was signed out on a connection, and has not authenticated there again: no device of theirs is reached over it. */
  readonly isSignedOut: (user: string, flow: string) => boolean;
  /** Whether another server answers, as far as is known; default: each does. */
  readonly isLiving?: (server: string) => boolean;
}

/** Members of our pool that one request is handed to. */
const maxMembers = 4;
const none: TargetGroups = [];
const noRoutes: readonly string[] = [];

/**
 * Finds the device that a token names: over its connections to this server, through its bindings, or through the other members of our pool.
 *
 * A request that another member has handed on goes to no third one.
 */
export class DeviceSearch {
  readonly #options: DeviceSearchOptions;

  /** @param options - this server, and what it knows */
  constructor(options: DeviceSearchOptions) {
    this.#options = options;
  }

  /**
   * Where a device is, in the order to try.
   * @param route - what our token says
   * @param arrival - where the request came from
   * @returns no groups where it is nowhere
   */
  find(route: DeviceRoute, arrival: Arrival): Awaitable<TargetGroups> {
    const here = this.#here(route);
    if (here.length > 0 || route.isExact) return here;
    if (isHandedOn(this.#options, route.entry, arrival)) return none;
    const { fqdn, whereabouts } = this.#options;
    const others = this.#members(route);
    if (whereabouts.homeOf(route.user) !== fqdn || isUnregistered(route.device)) return others;
    // While the store is away the device may be at a member that knows it all the same.
    const withoutStore = (error: unknown): TargetGroups => {
      if (isLocationsUnavailable(error) && others.length > 0) return others;
      throw error;
    };
    try {
      const bindings = whereabouts.bindingsOf(route.user);
      return bindings instanceof Promise
        ? bindings.then((known) => this.#bound(known, route) ?? others, withoutStore)
        : (this.#bound(bindings, route) ?? others);
    } catch (error) {
      return withoutStore(error);
    }
  }

  /**
   * Whether the return of a device ends here, so that a request for it may wait for that.
   * @param route - what our token says
   * @param arrival - where the request came from
   */
  returnsHere(route: DeviceRoute, arrival: Arrival): boolean {
    if (route.isExact || isUnregistered(route.device) || isHandedOn(this.#options, route.entry, arrival))
      return false;
    return this.#options.whereabouts.homeOf(route.user) === this.#options.fqdn;
  }

  #here(route: DeviceRoute): TargetGroups {
    const { devices } = this.#options;
    const { device, isExact, user } = route;
    if (!isExact) {
      const found = devices.flowsOf(user, device);
      // Nearly always there is one.
      if (found.length > 1) return found.flatMap((flow) => this.#over(flow, route) ?? none);
      return found[0] === undefined ? none : (this.#over(found[0], route) ?? none);
    }
    const exact = devices.flowOf(user, device);
    return exact === undefined ? none : (this.#over(exact, route) ?? none);
  }

  /** The name of an unregistered device is a connection, perhaps one of another member: then undefined. */
  #over({ flow, uri }: DeviceFlow, route: DeviceRoute): TargetGroups | undefined {
    if (this.#options.flows.idOf(flow) === undefined) return undefined;
    const { device, user } = route;
    if (this.#options.isSignedOut(user, flow)) return undefined;
    const contact = this.#contactFor(route.uri, uri);
    return [[{ uri: contact, flow, routes: noRoutes, instance: device, user, device }]];
  }

  /** Through the bindings of the device: the flow that is named, then its others, the one registered last first. */
  #bound(bindings: readonly Binding[], route: DeviceRoute): TargetGroups | undefined {
    const { device } = route;
    const isNamed = (binding: Binding) => (deviceOf(binding) === device ? 1 : 0);
    const meant = bindings
      .filter((binding) => instanceOf(deviceOf(binding)) === instanceOf(device))
      .sort((one, other) => isNamed(other) - isNamed(one) || other.updatedAt - one.updatedAt);
    if (meant.length === 0) return undefined;
    return meant.map((binding) => {
      const { flow, path: routes, uri } = binding;
      const where = { uri: this.#contactFor(route.uri, uri), flow, routes };
      return [{ ...this.#target(route, where), device: deviceOf(binding) }];
    });
  }

  /** Through the member that wrote the entry, then the others. */
  #members(route: DeviceRoute): TargetGroups {
    const { fqdn, topology } = this.#options;
    const { device, entry } = route;
    const pool = routeName(topology(), fqdn);
    if (entry === undefined || pool === fqdn) return none;
    const writer = writerOf(entry);
    const members = serversBehind(topology(), pool, { member: writer, port: entry.port });
    const wanted = new Set<string>();
    if (members[0] === writer) wanted.add(members[0]!);
    if (!isUnregistered(device)) for (const member of members) wanted.add(member);
    wanted.delete(fqdn);
    return livingFirst([...wanted], this.#options.isLiving)
      .slice(0, maxMembers)
      .map((member) => {
        const where = handedOnTo(this.#options, entry, member);
        return [this.#target(route, { uri: route.uri.toString(), flow: undefined, ...where })];
      });
  }

  /** One device: what it has answered, its other flows are not asked again (RFC 5626 §7). */
  #target(
    { device, user }: DeviceRoute,
    { flow, routes, server, uri }: Pick<ForwardTarget, 'uri' | 'flow' | 'routes' | 'server'>,
  ): ForwardTarget {
    return { uri, flow, routes, instance: device, user, device, server };
  }

  /** The Request-URI for a device whose remote target in the dialog is a GRUU: the Contact that it stands for (RFC 5627 §6.1). */
  #contactFor(uri: Uri, contact: string): string {
    const isOurs = uri.kind === 'sip' && uri.isGruu && this.#options.topology().isOurDomain(uri.host);
    if (!isOurs || contact === '') return uri.toString();
    return uri.scheme === 'sips' ? contact : contact.replace(/^sips:/, 'sip:');
  }
}
