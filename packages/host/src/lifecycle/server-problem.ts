/** What is wrong with a server that runs. */
export interface ServerProblem {
  /** The part that it is about, e.g. `own-certificate`; of a set that the program knows. */
  readonly part: string;
  /** What was found, in one sentence. */
  readonly message: string;
  /** What an operator should do about it. */
  readonly remedy: string;
  /** Whether the server cannot do its work because of it: peers are refused, or refuse it. */
  readonly stops: boolean;
}
