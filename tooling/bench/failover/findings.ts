import { quantile } from '../statistics.ts';
import type { Bench } from '../suite.ts';

/** Within which each user is reachable again, in milliseconds. */
export const promisedMs = 5_000;

/** Tells a bench what a scenario finds. */
export class Findings {
  readonly #bench: Bench;
  readonly #scene: string;

  /** @param scene - what stands before each line, e.g. `with Redis` */
  constructor(bench: Bench, scene: string) {
    this.#bench = bench;
    this.#scene = scene;
  }

  /**
   * Demands something that time has no part in.
   * @param holds - whether it is so
   * @param otherwise - what is wrong where it is not
   */
  demand(holds: boolean, otherwise: string): void {
    this.#bench.demand(holds, `${this.#scene}: ${otherwise}`);
  }

  /** A figure that is only printed. */
  count(what: string, value: number, unit: string): void {
    this.#bench.figure(`${this.#scene}: ${what}`, value, unit);
  }

  /**
   * Prints how long something took for each of several.
   * @param what - e.g. `reachable again`
   * @param delays - milliseconds; undefined where it never came
   * @param isPromised - whether the longest is promised; default true
   */
  delays(what: string, delays: readonly (number | undefined)[], isPromised = true): void {
    const known = delays.filter((delay) => delay !== undefined);
    const missing = delays.length - known.length;
    this.demand(delays.length > 0, `${what}: nothing was measured`);
    if (isPromised) this.demand(missing === 0, `${what}: never, for ${missing} of ${delays.length}`);
    const add = (part: string, value: number, atMost?: number): void => {
      const aim = atMost === undefined ? undefined : { atMost };
      this.#bench.figure(`${this.#scene}: ${what}, ${part}`, value, 'ms', { aim });
    };
    add(`median of ${known.length}`, quantile(known, 0.5));
    add('p99', quantile(known, 0.99));
    add('longest', Math.max(0, ...known), isPromised ? promisedMs : undefined);
  }
}
