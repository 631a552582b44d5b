/** A part of an authority that may fail while the rest goes on. */
export type HealthPart =
  | 'ledger'
  | 'accounts'
  | 'audit-trail'
  | 'topologies'
  | 'domain-keys'
  | 'trust-state'
  | 'revocation-list'
  | 'root-revocation-list'
  | 'own-certificate'
  | 'files'
  | 'events'
  | 'periodic-work';

/** What is wrong with a part. */
export interface HealthProblem {
  /** What does not work; there may be more than one problem of a part. */
  readonly part: HealthPart;
  /** What was found, in one sentence. */
  readonly message: string;
  /** What the operator should do now; to read the log where the fault has no remedy of its own. */
  readonly remedy: string;
}

/** Looks at a part when health is asked for. */
export type HealthProbe = () => HealthProblem | undefined;

const faultRemedy = 'see the log of the authority; it tries again by itself';

/**
 * The truth about an authority: what has failed and has not succeeded since, and what its probes find now. A part that failed is well again
 * with the first success, without a restart, also one of another action that shows the same.
 */
export class Health {
  readonly #failed = new Map<
    HealthPart,
    { readonly problem: HealthProblem; readonly isWell: () => boolean }
  >();
  readonly #probes: HealthProbe[] = [];

  /** @param probe - looks each time that somebody asks */
  watch(probe: HealthProbe): void {
    this.#probes.push(probe);
  }

  /**
   * Does something that may fail, and remembers whether it did.
   * @param part - what it belongs to
   * @param action - what is done
   * @param recovered - whether another action has shown since that this would succeed; asked with the fault, default never
   * @returns what the action returns
   */
  async follow<T>(
    part: HealthPart,
    action: () => Promise<T>,
    recovered: (fault: unknown) => boolean = () => false,
  ): Promise<T> {
    try {
      const value = await action();
      this.#failed.delete(part);
      return value;
    } catch (fault) {
      // One that is not of this part says nothing about what failed in it before.
      if (this.#failed.has(part) && recovered(fault)) throw fault;
      const { message, remedy } = fault as Error & { readonly remedy?: unknown };
      const problem = { part, message, remedy: typeof remedy === 'string' ? remedy : faultRemedy };
      this.#failed.set(part, { problem, isWell: () => recovered(fault) });
      throw fault;
    }
  }

  /** Everything that is wrong now. */
  problems(): readonly HealthProblem[] {
    const found = this.#probes.flatMap((probe) => probe() ?? []);
    for (const [part, { isWell }] of this.#failed) if (isWell()) this.#failed.delete(part);
    return [...[...this.#failed.values()].map(({ problem }) => problem), ...found];
  }
}
