/** Questions in a row without a good answer, after which a gateway is out. */
const maxFailures = 3;

/** What {@link GatewayHealth} needs. */
export interface GatewayHealthOptions {
  /** FQDNs of the gateways to ask; those that are left out from one time to the next are forgotten. */
  readonly gateways: () => readonly string[];
  /** Asks a gateway by OPTIONS, and gives up by itself; false, or a rejection, where it cannot take calls. */
  readonly ask: (gateway: string) => Promise<boolean>;
  /** A gateway is out, or back. */
  readonly onChange: (gateway: string, isLiving: boolean) => void;
}

/**
 * Which gateways take calls: three questions without an answer, and one is out; one answer, and it is back. A gateway that has not been
 * asked yet counts as living.
 */
export class GatewayHealth implements Disposable {
  readonly #options: GatewayHealthOptions;
  readonly #failures = new Map<string, number>();
  readonly #asking = new Set<string>();
  #isDisposed = false;

  /** @param options - whom to ask, and how */
  constructor(options: GatewayHealthOptions) {
    this.#options = options;
  }

  /**
   * Whether a gateway takes calls, as far as is known.
   * @param gateway - FQDN
   */
  isLiving(gateway: string): boolean {
    return (this.#failures.get(gateway) ?? 0) < maxFailures;
  }

  /** Gateways that are out. */
  get out(): number {
    return [...this.#failures.values()].filter((failures) => failures >= maxFailures).length;
  }

  /** Asks each gateway that is not being asked already. Call it as often as the topology says. */
  tick(): void {
    const gateways = this.#options.gateways();
    for (const known of this.#failures.keys()) if (!gateways.includes(known)) this.#failures.delete(known);
    for (const gateway of gateways) {
      if (this.#asking.has(gateway)) continue;
      this.#asking.add(gateway);
      void this.#ask(gateway);
    }
  }

  [Symbol.dispose](): void {
    this.#isDisposed = true;
  }

  async #ask(gateway: string): Promise<void> {
    const isGood = await this.#options.ask(gateway).catch(() => false);
    this.#asking.delete(gateway);
    if (this.#isDisposed || !this.#options.gateways().includes(gateway)) return;
    const wasLiving = this.isLiving(gateway);
    if (isGood) this.#failures.delete(gateway);
    else this.#failures.set(gateway, Math.min(maxFailures, (this.#failures.get(gateway) ?? 0) + 1));
    const isLiving = this.isLiving(gateway);
    if (isLiving !== wasLiving) this.#options.onChange(gateway, isLiving);
  }
}
