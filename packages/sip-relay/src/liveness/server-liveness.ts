/** What {@link LivingServers} needs. */
export interface LivingServersOptions {
  /** FQDNs of the servers to ask; those that are left out from one time to the next are forgotten. */
  readonly servers: () => readonly string[];
  /** Asks a server, and gives up by itself; any answer counts. */
  readonly ask: (server: string) => Promise<boolean>;
  /** A server answers now, and did not before, or has never been asked; or it has ceased to. */
  readonly onChange?: (server: string, isLiving: boolean) => void;
}

/**
 * Which servers of ours answer. Each is asked once a second, so that requests go to another one within seconds of a death, and come back as
 * soon after its return. One that has not been asked yet counts as living: what is wrong with it shows when a request goes there.
 */
export class LivingServers implements Disposable {
  readonly #options: LivingServersOptions;
  readonly #known = new Map<string, boolean>();
  readonly #asking = new Set<string>();
  #isDisposed = false;

  /** @param options - whom to ask, and how */
  constructor(options: LivingServersOptions) {
    this.#options = options;
  }

  /**
   * Whether a server answers, as far as is known.
   * @param server - FQDN
   */
  isLiving(server: string): boolean {
    return this.#known.get(server) !== false;
  }

  /** Asks each server that is not being asked already. Call it once a second. */
  tick(): void {
    const servers = this.#options.servers();
    for (const known of this.#known.keys()) if (!servers.includes(known)) this.#known.delete(known);
    for (const server of servers) {
      if (this.#asking.has(server)) continue;
      this.#asking.add(server);
      void this.#ask(server);
    }
  }

  /**
   * A server has sent something itself: it counts as living at once.
   * @param server - FQDN, as it has proven it
   */
  heard(server: string): void {
    if (this.#options.servers().includes(server)) this.#set(server, true);
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
  }

  async #ask(server: string): Promise<void> {
    const isLiving = await this.#options.ask(server).catch(() => false);
    this.#asking.delete(server);
    if (this.#options.servers().includes(server)) this.#set(server, isLiving);
  }

  #set(server: string, isLiving: boolean): void {
    if (this.#isDisposed || this.#known.get(server) === isLiving) return;
    this.#known.set(server, isLiving);
    this.#options.onChange?.(server, isLiving);
  }
}
