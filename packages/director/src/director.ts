import type { FollowedAccounts } from '@entente/member';
import { createResponse, type PoolNonceKeys, type SipRequest } from '@entente/sip';
import {
  type PreprocessedRequest,
  preprocessRoutes,
  type RequestRefusal,
  refusal,
  refuse,
  refuseRequired,
  userWithoutHome,
  writerOf,
} from '@entente/sip-proxy';
import {
  Admission,
  type AdmissionOptions,
  behalfOf,
  changesPassword,
  livingFirst,
  type ProxyDecision,
  type ProxyPolicy,
  type RequestOrigin,
  refuseEvery,
  refuseUnprovenChange,
  type Sender,
} from '@entente/sip-relay';
import { routeName, serversBehind, type Topology } from '@entente/topology';
import { type DirectorRoute, decideDirectorRoute } from './decide-director-route.ts';
import { type DirectorTarget, ForwardedRequest, type ForwardingOptions } from './forwarding.ts';

/** What a director decides with. */
export interface DirectorOptions
  extends Omit<AdmissionOptions, 'onUser' | 'poolNonceKeys'>,
    ForwardingOptions {
  /** By what the directors of a pool know nonces of each other: a client whose director has died answers the next one's challenge too. */
  readonly poolNonceKeys: PoolNonceKeys;
  /** Who the users are, where the authority keeps that; default: every user with credentials, at home where the topology says. */
  readonly accounts?: Pick<FollowedAccounts, 'isStale' | 'known'> | undefined;
  /** Whether the certificate of this server is over, so that no other takes anything from it; default it never is. */
  readonly isOver?: () => boolean;
  /** Whether a server answers, as far as this one knows; default each does. */
  readonly isLiving?: (server: string) => boolean;
  /** Unpredictable text without spaces, for tags. */
  readonly newToken: () => string;
}

/** A request, with who sends it and what is left of its Route. */
export interface DirectorSender {
  /** Who sends the request, and over which connection. */
  readonly sender: Sender;
  /** The Request-URI to work with, and the Route values that remain. */
  readonly routes: PreprocessedRequest;
}

/** Front ends of one user that are tried at most. */
const maxHomes = 4;
/** This server itself answers OPTIONS alone; it understands nothing that a request could require of it. */
const allowed = 'OPTIONS';
const understood: ReadonlySet<string> = new Set();

/**
 * The policy of a director: it authenticates users outside with each of their requests, and hands on to their home front ends what they may send.
 * It hosts nobody: no user registers here, and no device is connected.
 */
export class Director implements ProxyPolicy<DirectorSender> {
  readonly #options: DirectorOptions;
  readonly #admission: Admission;
  readonly #forwarding: ForwardingOptions;

  /** @param options - who this server is, the users' credentials, the topology in force */
  constructor(options: DirectorOptions) {
    this.#options = options;
    const isNumberOfUser = (number: string): boolean =>
      (options.accounts?.known.withNumber(number).length ?? 0) > 0;
    this.#forwarding = { ...options, isNumberOfUser };
    // No user is connected here: each request of an edge proves its own.
    this.#admission = new Admission({
      ...options,
      needsProof: changesPassword,
      isNumberOfUser,
      onUser: () => {},
    });
  }

  admit(request: SipRequest, origin: RequestOrigin): DirectorSender | RequestRefusal {
    const every = refuseEvery(this.#options);
    if (every !== undefined) return every;
    if (origin.server === undefined) return noClients;
    const routes = this.#preprocess(request);
    const [token] = routes.tokens;
    const sender = this.#admission.admit(request, origin, token?.kind === 'dialog' ? token : undefined);
    return 'reason' in sender ? sender : { sender, routes };
  }

  decide(request: SipRequest, { routes, sender }: DirectorSender): ProxyDecision {
    const topology = this.#options.topology();
    const route = decideDirectorRoute(request, routes, sender, {
      self: this.#options.fqdn,
      topology,
      homeOf: (address) => this.#homesOf(address, topology)[0],
    });
    if (route.kind === 'refuse') return route;
    if (route.kind === 'self') return this.#serve(request);
    // The credentials of the user stay here, so the home cannot ask.
    const unproven = changesPassword(request) ? refuseUnprovenChange(request, sender) : undefined;
    if (unproven !== undefined) return refuse(unproven);
    const targets = this.#targetsOf(route, topology);
    if (targets.length === 0) return refuse(unknownUser(route, topology));
    const user = route.kind === 'server' ? route.user : '';
    return {
      kind: 'relay',
      targets,
      rules: new ForwardedRequest({ request, sender, routes, user }, this.#forwarding),
    };
  }

  onBehalfOf(request: SipRequest, { sender }: DirectorSender): string | undefined {
    return behalfOf(request, sender);
  }

  isInDialog(request: SipRequest): boolean {
    return this.#preprocess(request).tokens[0]?.kind === 'dialog';
  }

  /** One server after the other; what one has answered, no other is asked again. */
  #targetsOf(
    route: Exclude<DirectorRoute, { kind: 'self' }>,
    topology: Topology,
  ): readonly DirectorTarget[][] {
    const { kind } = route;
    const name = kind === 'home' ? route.address : route.server;
    const servers = kind === 'home' ? this.#homesOf(name, topology) : behind(route, topology);
    const uri = route.uri.toString();
    return livingFirst(servers, this.#options.isLiving).map((server) => [
      { uri, routes: [], flow: undefined, instance: name, server },
    ]);
  }

  #homesOf(address: string, topology: Topology): readonly string[] {
    const home = this.#options.accounts?.known.of(address)?.home;
    return topology
      .homeServers(address, home)
      .slice(0, maxHomes)
      .map(({ fqdn }) => fqdn);
  }

  #preprocess(request: SipRequest): PreprocessedRequest {
    const { fqdn, sealing } = this.#options;
    const topology = this.#options.topology();
    const pool = routeName(topology, fqdn);
    // Another member of our pool wrote its own name before it wrote that of the pool.
    const isOurHost = (host: string) => host === pool || host === fqdn || routeName(topology, host) === pool;
    return preprocessRoutes(request, { isOurHost, sealing });
  }

  /** What this server answers itself (RFC 3261 §11.2). */
  #serve(request: SipRequest): ProxyDecision {
    if (request.method !== 'OPTIONS') return refuse(optionsOnly(request.method));
    const unsupported = refuseRequired(request, understood);
    if (unsupported !== undefined) return refuse(unsupported);
    const headers = { Allow: allowed };
    const response = createResponse(request, 200, undefined, { toTag: this.#options.newToken(), headers });
    return { kind: 'serve', response };
  }
}

/** The member that wrote the entry first. */
function behind(
  { at, server }: Extract<DirectorRoute, { kind: 'server' }>,
  topology: Topology,
): readonly string[] {
  const member = at === undefined ? undefined : writerOf(at);
  return serversBehind(topology, server, { member, port: at?.port });
}

const noClients = refusal(
  'relay-not-allowed',
  403,
  'expected a server of the topology at the other end, found none',
  'Connect to a front end inside, or to an edge outside: a director serves no clients.',
);

function unknownUser(route: Exclude<DirectorRoute, { kind: 'self' }>, topology: Topology): RequestRefusal {
  if (route.kind === 'home' && topology.isOurDomain(route.address.slice(route.address.lastIndexOf('@') + 1)))
    return userWithoutHome(route.address);
  return refusal(
    'unknown-user',
    404,
    `expected a user of our domains, found ${route.kind === 'home' ? route.address : route.server}`,
    'Check the address, or add the user to the topology.',
  );
}

function optionsOnly(method: string): RequestRefusal {
  return refusal(
    'method-not-allowed',
    405,
    `expected ${allowed} for this server itself, found ${method}`,
    'Address the request to a user.',
    [['Allow', allowed]],
  );
}
