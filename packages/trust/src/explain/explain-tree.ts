/** One line of an explanation, with what belongs to it. */
export interface ExplainNode {
  /** `passed`, `failed`, `skipped` (by signed policy), `unreached` (an earlier stage failed) or `noted`. */
  readonly state: 'passed' | 'failed' | 'skipped' | 'unreached' | 'noted';
  readonly text: string;
  readonly children: readonly ExplainNode[];
}

/** A verdict for people. */
export interface ExplainTree {
  readonly trusted: boolean;
  /** The verdict in one line. */
  readonly title: string;
  /** The six stages, in order. */
  readonly stages: readonly ExplainNode[];
  /** What to do, where the verdict refuses. */
  readonly remedy?: string;
}
