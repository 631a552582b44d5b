import { formatMemberProblems, type ReportedMemberProblem } from '@entente/topology';

/** Sends what is wrong with this server, so that administrators see it where they see how the network stands. */
export class ProblemReport {
  readonly #report: (text: string) => Promise<void>;
  #problems: (() => readonly ReportedMemberProblem[]) | undefined;
  /** Whether the authority may know of problems. */
  #areKnown = false;

  /** @param report - to the authority; rejects where it was not taken */
  constructor(report: (text: string) => Promise<void>) {
    this.#report = report;
  }

  /** @param problems - asked at each report */
  set source(problems: () => readonly ReportedMemberProblem[]) {
    this.#problems = problems;
  }

  /**
   * Reports what is wrong now. Nothing is sent while nothing is and was wrong: an authority of an earlier release refuses it.
   * @throws what the report does
   */
  async send(): Promise<void> {
    const problems = this.#problems?.() ?? [];
    if (problems.length === 0 && !this.#areKnown) return;
    // That there are none any more is sent once: where that is lost, the authority forgets what is not repeated.
    this.#areKnown = problems.length > 0;
    await this.#report(formatMemberProblems(problems));
  }
}
