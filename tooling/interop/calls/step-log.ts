import type { InteropStep } from '../scenario.ts';

/** The steps of a scenario, in order. */
export class StepLog {
  readonly steps: InteropStep[] = [];
  readonly #log: (line: string) => void;

  /** @param log - hears each step when it is over */
  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  /**
   * Runs a step.
   *
   * @param name - a sentence that says what holds if it passes
   * @param run - gives the evidence; what it throws makes the step fail
   * @returns whether it passed
   */
  async step(name: string, run: () => Promise<string>): Promise<boolean> {
    let step: InteropStep;
    try {
      step = { name, ok: true, detail: await run() };
    } catch (error) {
      step = { name, ok: false, detail: (error as Error).message };
    }
    this.steps.push(step);
    this.#log(`${step.ok ? '✓' : '✗'} ${step.name}: ${step.detail}`);
    return step.ok;
  }
}
