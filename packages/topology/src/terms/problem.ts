/** Field names and list indices from the root. */
export type Path = readonly (string | number)[];

/** Something wrong with a document, with its place. */
export interface Problem<Code extends string = string> {
  /** Stable literal. */
  readonly code: Code;
  /** `error` stops signing and publishing, `warning` does not. */
  readonly severity: 'error' | 'warning';
  /** What was expected and what was found. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy: string;
  /** From 1; absent where the document did not come from a text. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
  /** Field names and list indices from the root. */
  readonly path: Path;
}
