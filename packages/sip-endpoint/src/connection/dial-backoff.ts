import { detached } from '@entente/sip';
import { isLastingRefusal } from './lasting-refusal.ts';
import { HopDownError, type NextHop } from './next-hop.ts';

/** How long a hop that could not be reached is left alone. */
export interface BackoffRules {
  /** Milliseconds after the first failure. */
  readonly firstMs: number;
  /** Milliseconds at the most; each further failure doubles the time up to here. */
  readonly capMs: number;
  /** The same for a hop whose address is known without asking DNS: a server of the topology, which others wait for when it is back. */
  readonly knownCapMs: number;
  /** Milliseconds after the first refusal by such a hop, or of it, that lasts until topology or trust state change. */
  readonly refusedFirstMs: number;
  /** The same at the most. */
  readonly refusedCapMs: number;
  /** Hops that are remembered at once; the one that failed longest ago makes room. */
  readonly maxHops: number;
  /** Places of one hop that are remembered; the one that failed longest ago makes room. */
  readonly maxPlaces: number;
}

/**
 * Half a second, doubling to 15 seconds, for a server of the topology to 2; one second, doubling to 60, where it refuses or is refused; for
 * 10,000 hops of 16 places each.
 */
export const defaultBackoff: BackoffRules = {
  firstMs: 500,
  capMs: 15_000,
  knownCapMs: 2_000,
  refusedFirstMs: 1_000,
  refusedCapMs: 60_000,
  maxHops: 10_000,
  maxPlaces: 16,
};

/** Which failures of a hop are forgotten: all, those that may pass by themselves, or those in which it was not there. */
export type Forgiven = 'all' | 'passing' | 'unreachable';

interface Failure {
  readonly address: string;
  readonly port: number;
  /** What the dialling failed of. */
  readonly error: unknown;
  /** Whether it lasts until topology or trust state change. */
  readonly isLasting: boolean;
  /** How often in a row. */
  readonly count: number;
  readonly at: number;
  readonly until: number;
}

/**
 * Remembers which hops could not be reached, each at its place (address and port), so that one that is down is not dialled for every
 * request that is for it. Time and chance are arguments.
 */
export class DialBackoff {
  readonly #rules: BackoffRules;
  readonly #failures = new Map<string, readonly Failure[]>();

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
    if (failure === undefined || !counts(failure, now)) return undefined;
    return new HopDownError(hop, failure.until - now, failure.error);
  }

  /** The same as {@link DialBackoff.refusal}, as yes or no. */
  isDown(hop: NextHop, now: number): boolean {
    const failure = this.#failureOf(hop);
    return failure !== undefined && counts(failure, now);
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
    const { maxHops, maxPlaces } = this.#rules;
    const isLasting = isLastingRefusal(hop, error);
    const { capMs, firstMs } = this.#pausesAfter(hop, isLasting);
    const last = this.#failureOf(hop);
    // Left alone for longer than it had to wait, it has had its chance to recover. One that is there again begins to refuse: that is a first time.
    const inARow = last !== undefined && now - last.until <= capMs && last.isLasting === isLasting;
    const count = inARow ? last.count + 1 : 1;
    const waitMs = Math.min(capMs, firstMs * 2 ** Math.min(count - 1, 30));
    const { address, name, port } = hop;
    const until = now + waitMs * (1 - chance / 2);
    const others = (this.#failures.get(name) ?? []).filter((failure) => failure !== last);
    this.#failures.delete(name);
    this.#failures.set(detached(name), [
      ...others.slice(1 - maxPlaces),
      { address, port, error, isLasting, count, at: now, until },
    ]);
    if (this.#failures.size > maxHops) {
      const [oldest] = this.#failures.keys();
      this.#failures.delete(oldest as string);
    }
  }

  /**
   * It has shown by itself that it is there: its places may be dialled at once.
   * @param name - whose
   * @param which - `unreachable`: not those with which TLS had begun. What was computed for them would be computed again as often as it connects;
   *   `passing`: not refusals that last until topology or trust state change
   */
  forgive(name: string, which: Forgiven = 'all'): void {
    const left = (this.#failures.get(name) ?? []).filter((failure) => !isForgiven[which](failure));
    if (left.length === 0) this.#failures.delete(name);
    else this.#failures.set(detached(name), left);
  }

  /**
   * A hop has been reached at one place; what is known of its others stays. One that has refused does so after it was reached: how often is
   * forgotten where it has not for a while, or when it is forgiven.
   */
  reached(hop: NextHop): void {
    const failures = this.#failures.get(hop.name);
    const reached = this.#failureOf(hop);
    if (failures === undefined || reached === undefined || reached.isLasting) return;
    if (failures.length === 1) this.#failures.delete(hop.name);
    else
      this.#failures.set(
        detached(hop.name),
        failures.filter((failure) => failure !== reached),
      );
  }

  /** What was true of trust, topology or network may be so no longer: every hop may be dialled at once. */
  forgiveAll(): void {
    this.#failures.clear();
  }

  /** Servers of the topology are asked all the time whether they are there; of others each request may be another matter. */
  #pausesAfter(hop: NextHop, isLasting: boolean): { readonly firstMs: number; readonly capMs: number } {
    const { capMs, firstMs, knownCapMs, refusedCapMs, refusedFirstMs } = this.#rules;
    if (!isKnown(hop)) return { firstMs, capMs };
    if (isLasting) return { firstMs: refusedFirstMs, capMs: refusedCapMs };
    return { firstMs, capMs: knownCapMs };
  }

  #failureOf({ address, name, port }: NextHop): Failure | undefined {
    return this.#failures.get(name)?.find((failure) => failure.address === address && failure.port === port);
  }
}

const isForgiven: Readonly<Record<Forgiven, (failure: Failure) => boolean>> = {
  all: () => true,
  passing: ({ isLasting }) => !isLasting,
  unreachable: isUnreachable,
};

/** Whether the topology names the address of a hop. */
export function isKnown({ address, host }: NextHop): boolean {
  return host === undefined && address !== '';
}

/** No connection came about, so that nothing was computed for it. */
function isUnreachable({ error }: Failure): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.syscall === 'connect';
}

/** A clock that was set back must not hold a hop up for longer than any failure does. */
function counts({ at, until }: Failure, now: number): boolean {
  return now < until && now >= at;
}
