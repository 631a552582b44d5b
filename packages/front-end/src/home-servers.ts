import { detached } from '@entente/sip';
import { applicationOf, type Topology } from '@entente/topology';

/** Addresses that are remembered at most, and how long each may be: outsiders choose them. */
const maxAddresses = 4_096;
const maxLength = 128;

/** Who this server is, and what it knows of others. */
export interface HomeServersOptions {
  readonly fqdn: string;
  /** Whether a server answers, as far as this one knows. */
  readonly isLiving: (server: string) => boolean;
  /** The home that the account of a user names; default none. */
  readonly ofAccount?: (address: string) => string | undefined;
}

/** What is known of an address. */
interface KnownAddress {
  /** FQDNs of those who serve it, home first. */
  readonly servers: readonly string[];
  /** Name of the trusted application that has it. */
  readonly application: string | undefined;
}

/**
 * Where users are served while one topology and the homes of accounts are in force: each request asks, and most ask for one of a few. Any front end of a pool serves
 * any user of it, because they share their registrations: a user of our own pool is served here, one of another pool by the first of it that
 * answers.
 */
export class HomeServers {
  readonly #topology: Topology;
  readonly #options: HomeServersOptions;
  readonly #homes = new Map<string, KnownAddress>();

  /**
   * @param topology - in force
   * @param options - who this server is
   */
  constructor(topology: Topology, options: HomeServersOptions) {
    this.#topology = topology;
    this.#options = options;
  }

  /** How many are remembered. */
  get size(): number {
    return this.#homes.size;
  }

  /**
   * The front end that serves a user.
   * @param address - of record
   * @returns its FQDN; undefined where there is no such user
   */
  of(address: string): string | undefined {
    const { servers } = this.#homes.get(address) ?? this.#find(address);
    if (servers.length < 2) return servers[0];
    return servers.find((server) => this.#options.isLiving(server)) ?? servers[0];
  }

  /**
   * The trusted application that has an address.
   * @param address - of record
   * @returns its FQDN, or that of its pool; undefined where none has it
   */
  applicationOf(address: string): string | undefined {
    const known = this.#homes.get(address);
    return known === undefined ? applicationOf(this.#topology, address)?.name : known.application;
  }

  #find(address: string): KnownAddress {
    const { fqdn, ofAccount } = this.#options;
    const all = this.#topology.homeServers(address, ofAccount?.(address)).map((server) => server.fqdn);
    const servers = all.includes(fqdn) ? [fqdn] : all;
    const known = { servers, application: applicationOf(this.#topology, address)?.name };
    if (servers.length === 0 || address.length > maxLength) return known;
    // What is asked for often is there again at once.
    if (this.#homes.size === maxAddresses) this.#homes.clear();
    this.#homes.set(detached(address), known);
    return known;
  }
}
