/**
 * What an interop scenario is: a foreign program against the running network, told as steps. A file
 * `tooling/interop/scenarios/<name>.ts` exports it as `scenario`.
 *
 * It starts programs with `spawnTied`, so that they end with the run, however it ends.
 * A program that is not installed is a failed step whose detail says how to get it, never a silent pass.
 */

/** One thing that was tried. `detail` is the evidence: what the other program said. */
export interface InteropStep {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

export interface InteropOptions {
  readonly log: (line: string) => void;
  /** Aborted when the scenario is over its time; the scenario then ends what it started. */
  readonly signal: AbortSignal;
}

export interface InteropScenario {
  readonly name: string;
  /** Upper limit for the whole scenario, in milliseconds (default 120000). */
  readonly timeoutMs?: number;
  /** At least one step; steps after a failed one may be left out. */
  run(options: InteropOptions): Promise<readonly InteropStep[]>;
}
