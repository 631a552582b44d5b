import type { InteropOptions, InteropStep } from '../scenario.ts';

/** The steps of a scenario, in order. */
export class StepLog {
  readonly steps: InteropStep[] = [];
  readonly #options: InteropOptions;

  /** @param options - those of the scenario: its log has each step when it is over */
  constructor(options: InteropOptions) {
    this.#options = options;
  }

  /**
   * Runs a step.
   *
   * @param name - a sentence that says what holds if it passes
   * @param run - gives the evidence; what it throws makes the step fail
   * @returns whether it passed
   * @throws the reason of the signal where the scenario was aborted: no further step runs
   */
  async step(name: string, run: () => Promise<string>): Promise<boolean> {
    const { log, signal } = this.#options;
    signal.throwIfAborted();
    let step: InteropStep;
    try {
      step = { name, ok: true, detail: await run() };
    } catch (error) {
      step = { name, ok: false, detail: (error as Error).message };
    }
    this.steps.push(step);
    log(`${step.ok ? '✓' : '✗'} ${step.name}: ${step.detail}`);
    return step.ok;
  }
}
