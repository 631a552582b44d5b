/** One broken rule, at one place. */
export interface Problem {
  /** Path below the root, with `/`. */
  readonly file: string;
  /** 1-based; absent where the whole file or package is meant. */
  readonly line?: number;
  readonly message: string;
}

/** A place and a sentence, as editors and people read it. */
export function renderProblem(problem: Problem): string {
  const place = problem.line === undefined ? problem.file : `${problem.file}:${problem.line}`;
  return `${place}: ${problem.message}`;
}
