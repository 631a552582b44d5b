import { detached } from '@entente/sip';
import { HopDownError, type NextHop } from './next-hop.ts';

/** How long a hop that could not be reached is left alone. */
export interface BackoffRules {
  /** Milliseconds after the first failure. */
  readonly firstMs: number;
  /** Milliseconds at the most; each further failure doubles the time up to here. */
  readonly capMs: number;
  /** Hops that are remembered at once; the one that failed longest ago makes room. */
  readonly maxHops: number;
}

/** Half a second, doubling to 15 seconds, for 10,000 hops. */
export const defaultBackoff: BackoffRules = { firstMs: 500, capMs: 15_000, maxHops: 10_000 };

interface Failure {
  readonly address: string;
  readonly port: number;
  /** What the dialling failed of. */
  readonly error: unknown;
  /** How often in a row. */
  readonly count: number;
  readonly at: number;
  readonly until: number;
}

/**
 * Remembers which hops could not be reached, so that a hop that is down is not dialled for every request that is for it.
 * Time and chance are arguments.
 */
export class DialBackoff {
  readonly #rules: BackoffRules;
  readonly #failures = new Map<string, Failure>();

  /** @param rules - how long, and for how many */
  constructor(rules: BackoffRules = defaultBackoff) {
    this.#rules = rules;
  }

  /** Hops that are remembered. */
  get size(): number {
    return this.#failures.size;
  }

  /**
   * Why a hop is not to be dialled now.
   * @param hop - name, address and port: a hop that has moved is another one
   * @param now - milliseconds since 1970
   * @returns `undefined` if the hop may be dialled
   */
  refusal(hop: NextHop, now: number): HopDownError | undefined {
    const failure = this.#failureOf(hop);
    // A clock that was set back must not hold a hop up for longer than any failure does.
    if (failure === undefined || now >= failure.until || now < failure.at) return undefined;
    return new HopDownError(hop, failure.until - now, failure.error);
  }

  /**
   * Takes note that a hop could not be reached.
   * @param hop - the one that was dialled
   * @param error - what it failed of
   * @param now - milliseconds since 1970
   * @param chance - 0 up to 1, another one each time: it shortens the time by at most half, so that servers that lost the same
   *   hop do not come back to it together
   */
  failed(hop: NextHop, error: unknown, now: number, chance: number): void {
    const { capMs, firstMs, maxHops } = this.#rules;
    const last = this.#failureOf(hop);
    // Left alone for longer than it had to wait, it has had its chance to recover.
    const inARow = last !== undefined && now - last.until <= capMs;
    const count = inARow ? last.count + 1 : 1;
    const waitMs = Math.min(capMs, firstMs * 2 ** Math.min(count - 1, 30));
    const { address, name, port } = hop;
    this.#failures.delete(name);
    this.#failures.set(detached(name), {
      address,
      port,
      error,
      count,
      at: now,
      until: now + waitMs * (1 - chance / 2),
    });
    if (this.#failures.size > maxHops) {
      const [oldest] = this.#failures.keys();
      this.#failures.delete(oldest as string);
    }
  }

  /** It has been reached, or has shown by itself that it is there. */
  forgive(name: string): void {
    this.#failures.delete(name);
  }

  /** What was true of trust, topology or network may be so no longer: every hop may be dialled at once. */
  forgiveAll(): void {
    this.#failures.clear();
  }

  #failureOf({ address, name, port }: NextHop): Failure | undefined {
    const failure = this.#failures.get(name);
    return failure?.address === address && failure.port === port ? failure : undefined;
  }
}
