/**
 * What a fuzz target is. A file `tooling/fuzz/targets/<name>.ts` exports it as `target`.
 *
 * The contract under test is the same for every reader of hostile bytes: it returns, quickly, with a value, and
 * keeps nothing. So `run` must not catch anything: a throw is a finding, and so are a call that does not come back
 * and a heap that grows. A property ("what was parsed writes back to the same bytes") is checked by throwing.
 */
export interface FuzzTarget {
  readonly name: string;
  /** Well-formed inputs to start from; the more different, the deeper the mutations reach. At least one. */
  seeds(): Uint8Array[];
  /** One execution; synchronous. */
  run(input: Uint8Array): void;
  /** Inputs are cut to this many bytes (default 65536). */
  readonly maxBytes?: number;
  /** A single execution that takes longer is a hang, in milliseconds (default 1000). */
  readonly hangMs?: number;
}
