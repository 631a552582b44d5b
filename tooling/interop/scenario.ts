/**
 * What an interop scenario is: a foreign program against the running network, reported as steps. A file
 * `tooling/interop/scenarios/<name>.ts` exports it as `scenario`.
 *
 * Scenarios run one after the other in a network of their own (`isolation/isolation.ts`): loopback only, and the test network's DNS is the
 * only one.
 */

/** One thing that was tried. `detail` is the evidence: what the other program said. */
export interface InteropStep {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** What a scenario is run with. */
export interface InteropOptions {
  readonly log: (line: string) => void;
  /** Aborted when the run is interrupted or over its time; the scenario then ends what it started. */
  readonly signal: AbortSignal;
}

/** A program that a scenario needs, and the Debian package that has it. */
export interface NeededProgram {
  readonly program: string;
  readonly package: string;
}

/** A foreign program, or several, against the running network. */
export interface InteropScenario {
  readonly name: string;
  /** Where one of them is not installed, the scenario is skipped, and never reported as passed. */
  readonly needs: readonly NeededProgram[];
  /** Upper limit for the whole scenario, in milliseconds (default 120000). */
  readonly timeoutMs?: number;
  /** At least one step; steps after a failed one may be left out. */
  run(options: InteropOptions): Promise<readonly InteropStep[]>;
}
