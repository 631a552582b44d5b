import { describeFault } from '@entente/host';

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
  /** What the operator should do now. */
  readonly remedy: string;
}

/** Looks at a part when health is asked for. */
export type HealthProbe = () => HealthProblem | undefined;

/** What is wrong with the server of an authority: problems of the authority, or of what runs it, such as its log. */
export interface ReportedProblem extends Omit<HealthProblem, 'part'> {
  /** What does not work: a part of the authority, or of its server, such as `log`. */
  readonly part: string;
}

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
  #reported: (() => readonly ReportedProblem[]) | undefined;

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
      const problem = { part, ...described(fault as Error) };
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

  /** @param problems - everything that is wrong with the server, these problems among it; from now on {@link reported} has it */
  report(problems: () => readonly ReportedProblem[]): void {
    this.#reported = problems;
  }

  /** Everything that is wrong now with the server that the authority is a part of; with the authority alone where no server reports. */
  reported(): readonly ReportedProblem[] {
    const problems: readonly ReportedProblem[] = this.#reported?.() ?? this.problems();
    return problems.map(({ part, message, remedy }) => ({ part, message, remedy }));
  }
}

/** A fault in a sentence, with what to do. */
function described(fault: Error & { readonly code?: unknown; readonly remedy?: unknown }) {
  const { code, message, remedy } = fault;
  if (typeof remedy === 'string') return { message, remedy };
  // Nothing is to be created in its place, which is what helps elsewhere.
  if (code === 'ENOENT') return { message, remedy: missingRemedy };
  const found = describeFault(fault, 'the folder of the authority');
  if (found === undefined) return { message, remedy: defectRemedy };
  return { message: `${found.place}: ${found.sentence} (${found.code})`, remedy: found.remedy };
}

const missingRemedy =
  'do not restart the authority, and put back what is missing, from a copy of its folder or from a backup; it tries again by itself';
const defectRemedy =
  'it tries again by itself; where this stays, report it as a defect, with the line of level 50 in the log of the authority that has this sentence: err there says where it comes from';
