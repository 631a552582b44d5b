import type { PolicyRefusal, RequestPolicy, RequestView } from './request-policy.ts';

/** A policy for tests: refuses the methods it is given, at once, and remembers what it saw. */
export class FakeRequestPolicy implements RequestPolicy {
  /** Every view that it has judged, in order. */
  readonly seen: RequestView[] = [];
  readonly #refused: ReadonlySet<string>;

  /** @param refusedMethods - for instance `['MESSAGE']` */
  constructor(refusedMethods: readonly string[] = []) {
    this.#refused = new Set(refusedMethods);
  }

  judge(view: RequestView): PolicyRefusal | undefined {
    this.seen.push(view);
    return this.#refused.has(view.method) ? { sentence: `${view.method} is not wanted here` } : undefined;
  }
}
