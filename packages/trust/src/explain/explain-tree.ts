/** One line of an explanation, with what belongs to it. */
export interface ExplainNode {
  /** `passed`, `failed`, `skipped` (by signed policy), `unreached` (an earlier stage failed) or `noted`. */
  readonly state: 'passed' | 'failed' | 'skipped' | 'unreached' | 'noted';
  /** What was checked, found or refused. Names in it are as the peer wrote them: `renderExplain` escapes them. */
  readonly text: string;
  /** Of a stage: its rejections, then its evidence; may be empty. Of a child: always empty. */
  readonly children: readonly ExplainNode[];
}

/** A verdict for people. */
export interface ExplainTree {
  /** Whether the verdict accepts the peer. */
  readonly trusted: boolean;
  /** The verdict in one line. */
  readonly title: string;
  /** The six stages, in order. */
  readonly stages: readonly ExplainNode[];
  /** What to do, where the verdict refuses. */
  readonly remedy?: string;
}
