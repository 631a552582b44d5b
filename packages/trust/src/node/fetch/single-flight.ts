/** How failures are treated. */
export interface FlightRules {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds before what failed is tried again. */
  readonly retryAfterMs: number;
  readonly onFailure: ((url: string, why: string) => void) | undefined;
}

/** Failures remembered; the oldest is removed first. */
const mostFailures = 1_024;

/**
 * Fetches an object by one request at a time, and does not repeat a failed request for a while: a flood of handshakes must not
 * become a flood of requests.
 */
export class SingleFlight {
  readonly #rules: FlightRules;
  readonly #flights = new Map<string, { readonly url: string; readonly landing: Promise<void> }>();
  readonly #failures = new Map<string, string>();
  readonly #failedAt = new Map<string, number>();

  constructor(rules: FlightRules) {
    this.#rules = rules;
  }

  /** Why locations failed the last time, by URL. */
  get failures(): ReadonlyMap<string, string> {
    return this.#failures;
  }

  /**
   * @param key - what is fetched
   * @param url - from where
   * @param fetch - fetches it; resolves with why it failed, or undefined
   */
  fly(key: string, url: string, fetch: () => Promise<string | undefined>): Promise<void> {
    const running = this.#flights.get(key);
    if (running !== undefined) return running.landing;
    if (this.#waits(key)) return Promise.resolve();
    const flight = fetch()
      .then((why) => {
        if (why === undefined) this.#forgive(key, url);
        else this.#failed(key, url, why);
      })
      .finally(() => this.#flights.delete(key));
    this.#flights.set(key, { url, landing: flight });
    return flight;
  }

  /** Why a location has given nothing, the last time or so far. @param url - of the location */
  whyNot(url: string): string | undefined {
    const failed = this.#failures.get(url);
    if (failed !== undefined) return failed;
    for (const flight of this.#flights.values()) if (flight.url === url) return 'no answer so far';
    return undefined;
  }

  /** Whether the last request for a key failed. @param key - what was fetched */
  hasFailed(key: string): boolean {
    return this.#failedAt.has(key);
  }

  /** Resolves when no request is in progress. */
  async landed(): Promise<void> {
    await Promise.all([...this.#flights.values()].map(({ landing }) => landing));
  }

  /** Whether what failed is not tried again yet. */
  #waits(key: string): boolean {
    const failedAt = this.#failedAt.get(key);
    if (failedAt === undefined) return false;
    const since = this.#rules.now() - failedAt;
    // A clock that was ahead then and was set since says nothing of how long ago it was.
    return since >= 0 && since < this.#rules.retryAfterMs;
  }

  #forgive(key: string, url: string): void {
    this.#failures.delete(url);
    this.#failedAt.delete(key);
  }

  #failed(key: string, url: string, why: string): void {
    dropOldest(this.#failures);
    dropOldest(this.#failedAt);
    this.#failures.set(url, why);
    this.#failedAt.set(key, this.#rules.now());
    this.#rules.onFailure?.(url, why);
  }
}

function dropOldest(map: Map<string, unknown>): void {
  if (map.size < mostFailures) return;
  const oldest = map.keys().next().value;
  if (oldest !== undefined) map.delete(oldest);
}
