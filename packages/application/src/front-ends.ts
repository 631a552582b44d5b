import { SipConnection, type SipEndpoint, UserSession } from '@entente/sip-endpoint';
import {
  hopFinder,
  hopRejection,
  mayRequest,
  type Topology,
  type TopologyRejection,
} from '@entente/topology';
import { ApplicationFault } from './fault.ts';

/** What {@link FrontEnds} needs. */
export interface FrontEndsOptions {
  /** Of this application. */
  readonly fqdn: string;
  readonly topology: () => Topology;
  readonly endpoint: () => SipEndpoint;
}

/**
 * The front ends that an application may send requests to, in turns: so many members of a pool share what it sends. One that does not answer
 * is passed over. An application that opens no connection has those alone that a front end has opened to it.
 */
export class FrontEnds {
  readonly #options: FrontEndsOptions;
  readonly #hopTo: ReturnType<typeof hopFinder>;
  readonly #sessions = new WeakMap<SipConnection, UserSession>();
  #known: { readonly topology: Topology; readonly fqdns: readonly string[] } | undefined;
  #turn = 0;

  /** @param options - who we are */
  constructor(options: FrontEndsOptions) {
    this.#options = options;
    this.#hopTo = hopFinder(options.topology, options.fqdn);
  }

  /**
   * Sessions with front ends, each when it is asked for: the preferred one first, then the others from the next in turn on.
   * @param preferred - FQDN of one, e.g. of the one that a call came over
   */
  async *inTurn(preferred?: string): AsyncGenerator<UserSession, ApplicationFault> {
    const all = this.#all();
    const start = this.#turn++ % Math.max(1, all.length);
    const turned = [...all.slice(start), ...all.slice(0, start)];
    const first = turned.filter((server) => server === preferred);
    let cause: unknown;
    let refused: TopologyRejection | undefined;
    for (const server of [...first, ...turned.filter((one) => one !== preferred)]) {
      const reached = await this.#reach(server).catch((error: unknown) => {
        cause = error;
        return undefined;
      });
      if (reached instanceof SipConnection) yield this.sessionOn(reached);
      else refused ??= reached;
    }
    return this.#none(cause, refused);
  }

  /**
   * A session with one front end.
   * @param preferred - tried first
   * @throws ApplicationFault `ENTENTE_APPLICATION_NO_FRONT_END`
   */
  async one(preferred?: string): Promise<UserSession> {
    const next = await this.inTurn(preferred).next();
    if (next.done === true) throw next.value;
    return next.value;
  }

  /** @param connection - to a front end */
  sessionOn(connection: SipConnection): UserSession {
    const known = this.#sessions.get(connection);
    if (known !== undefined) return known;
    const session = new UserSession(this.#options.endpoint(), connection, undefined, () => {});
    this.#sessions.set(connection, session);
    return session;
  }

  async #reach(server: string): Promise<SipConnection | TopologyRejection> {
    const { endpoint, fqdn, topology } = this.#options;
    const hop = this.#hopTo(server);
    const connection = hop === undefined ? connectionFrom(endpoint(), server) : await endpoint().reach(hop);
    if (connection === undefined) return hopRejection(topology(), fqdn, server);
    // By the topology in force, which may be another one than that by which the connection was dialled or accepted.
    const allowed = mayRequest(topology(), { fqdn }, { fqdn: server }, connection.link.row);
    return allowed.ok ? connection : allowed.rejection;
  }

  #all(): readonly string[] {
    const current = this.#options.topology();
    if (this.#known?.topology !== current) {
      const fqdns = [...current.servers.values()]
        .filter(({ role }) => role === 'front-end')
        .map((server) => server.fqdn);
      this.#known = { topology: current, fqdns };
    }
    return this.#known.fqdns;
  }

  #none(cause: unknown, refused: TopologyRejection | undefined): ApplicationFault {
    const { fqdn, topology } = this.#options;
    const isOutboundOnly = topology().servers.get(fqdn)?.flags.outboundOnly === true;
    return new ApplicationFault('ENTENTE_APPLICATION_NO_FRONT_END', {
      sentence: `expected a front end that can be reached, found none of ${this.#all().length}${refused === undefined ? '' : `: ${refused.message}`}`,
      place: fqdn,
      remedy: isOutboundOnly
        ? 'wait until a front end has connected: the topology lets this application open no connection'
        : 'check that a front end runs, and that the topology allows the link (entente topology draw)',
      cause,
    });
  }
}

/** The connection that a server has opened to us. */
function connectionFrom(endpoint: SipEndpoint, server: string): SipConnection | undefined {
  for (const connection of endpoint.connections)
    if (connection.server === server && !connection.isClosed) return connection;
  return undefined;
}
