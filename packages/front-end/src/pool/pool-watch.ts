import type { Logger } from '@entente/host';
import type { SipRequest, SipResponse } from '@entente/sip';
import type { NextHop } from '@entente/sip-endpoint';
import { LivingServers, silentServer } from '@entente/sip-relay';
import type { Role, Topology } from '@entente/topology';
import { copyRequest, type MessageEnds } from './copy-message.ts';
import type { CopyMessage } from './pool-copies.ts';

/** What {@link PoolWatch} needs. */
export interface PoolWatchOptions {
  readonly fqdn: string;
  readonly topology: () => Topology;
  /** Where another server is reached, if we may dial it. */
  readonly hopTo: (server: string) => NextHop | undefined;
  /** Sends a request of our own; gives up by itself. */
  readonly ask: (request: SipRequest, hop: NextHop) => Promise<SipResponse>;
  /** Asks by a keep-alive whether a server is there; gives up by itself. */
  readonly isThere: (hop: NextHop) => Promise<boolean>;
  readonly newToken: () => string;
  readonly logger: Pick<Logger, 'info' | 'warn'>;
  /** A server of our pool answers, and did not before. */
  readonly onReturn: (member: string) => void;
}

/**
 * Roles of servers of which one is asked where another is dead. A trusted application that opens no connection sends its requests over the one
 * that each question keeps open.
 */
const watchedRoles: ReadonlySet<Role> = new Set([
  'front-end',
  'director',
  'edge',
  'mediation',
  'trusted-application',
]);

/** The other servers of these roles: which of them answer, and what is told to the front ends of our pool. */
export class PoolWatch implements Disposable {
  readonly #options: PoolWatchOptions;
  readonly #living: LivingServers;
  #known:
    | { readonly topology: Topology; readonly all: readonly string[]; readonly pool: readonly string[] }
    | undefined;

  /** @param options - who we are, and how to reach others */
  constructor(options: PoolWatchOptions) {
    this.#options = options;
    this.#living = new LivingServers({
      servers: () => this.#others.all,
      ask: (server) => this.#isThere(server),
      onChange: (server, isLiving) => this.#changed(server, isLiving),
    });
  }

  /** FQDNs of the other servers of our pool that we may dial. */
  readonly members = (): readonly string[] => this.#others.pool;

  /**
   * Whether a server answers, as far as is known.
   * @param server - FQDN
   */
  readonly isLiving = (server: string): boolean => this.#living.isLiving(server);

  /** A server has sent something itself. */
  readonly heard = (server: string): void => this.#living.heard(server);

  /** Publishes what we know of registrations to a server of our pool. */
  readonly send = async (server: string, message: CopyMessage): Promise<boolean> => {
    const response = await this.#ask(server, (ends) => copyRequest(message, ends));
    return response?.status === 200;
  };

  /** Asks every other server of these roles whether it is there. Call it once a second. */
  tick(): void {
    this.#living.tick();
  }

  [Symbol.dispose](): void {
    this.#living[Symbol.dispose]();
  }

  async #isThere(server: string): Promise<boolean> {
    const { hopTo, isThere } = this.#options;
    const hop = hopTo(server);
    return hop !== undefined && (await isThere(hop));
  }

  async #ask(server: string, build: (ends: MessageEnds) => SipRequest): Promise<SipResponse | undefined> {
    const { ask, fqdn, hopTo, newToken } = this.#options;
    const hop = hopTo(server);
    return hop === undefined ? undefined : ask(build({ from: fqdn, to: server, newToken }), hop);
  }

  #changed(server: string, isLiving: boolean): void {
    const { logger, onReturn, topology } = this.#options;
    if (isLiving) logger.info({ event: 'server-answers', server }, `${server} answers`);
    else {
      const { message, remedy } = silentServer(server, topology());
      logger.warn({ event: 'server-silent', server, remedy }, message);
    }
    if (isLiving && this.#others.pool.includes(server)) onReturn(server);
  }

  get #others(): { readonly all: readonly string[]; readonly pool: readonly string[] } {
    const { fqdn, hopTo, topology } = this.#options;
    const current = topology();
    if (this.#known?.topology === current) return this.#known;
    const others = [...current.servers.values()].filter(
      ({ fqdn: server, role }) => watchedRoles.has(role) && server !== fqdn && hopTo(server) !== undefined,
    );
    const pool = current.servers.get(fqdn)?.pool;
    this.#known = {
      topology: current,
      all: others.map((server) => server.fqdn),
      pool: others
        .filter((server) => pool !== undefined && server.pool === pool)
        .map((server) => server.fqdn),
    };
    return this.#known;
  }
}
