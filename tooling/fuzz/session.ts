/** What the processes of one fuzzing run tell each other. All of it survives structured cloning. */

/** Passed to the process, and on to its thread. */
export interface SessionOrder {
  readonly file: string;
  readonly name: string;
  readonly seconds: number;
  /** Mutants to run, and at most as many in each round of the search for a leak; undefined: as many as the time allows. */
  readonly mutants?: number;
  /** Whether mutating ends with the first finding. */
  readonly first: boolean;
  readonly seed: number;
  /** Inputs kept from earlier findings; run before anything is mutated. */
  readonly regressions: readonly Uint8Array[];
}

/** A broken promise of the target, with the input that breaks it. */
export interface RawFinding {
  readonly kind: 'throw' | 'hang' | 'leak' | 'crash';
  readonly message: string;
  readonly input: Uint8Array | null;
}

/** What the process reports at its end. */
export interface SessionReport {
  readonly executions: number;
  readonly findings: readonly RawFinding[];
}

/** What the thread tells its watchdog. */
export type ThreadMessage =
  | { readonly type: 'ready'; readonly hangMs: number }
  | { readonly type: 'finding'; readonly finding: RawFinding }
  | { readonly type: 'done' }
  | { readonly type: 'fault'; readonly message: string };

/** What the watchdog hands the thread. */
export interface ThreadOrder extends SessionOrder {
  readonly shared: SharedArrayBuffer;
  /** `Date.now()` at which the thread stops mutating. */
  readonly until: number;
  /** How many threads ran before this one: each goes on with a seed of its own. */
  readonly generation: number;
}

/** The thread writes its current input here before it runs it: what hangs or dies can be told afterwards. */
export interface Blackbox {
  /** [number of the execution, length of its input, 1 while it runs] */
  readonly state: Int32Array;
  readonly input: Uint8Array;
}

/** Bytes of the blackbox before the input. */
const headBytes = 16;
/** Longest input that any target may ask for. */
export const blackboxBytes = 1 << 20;

export function newBlackbox(): SharedArrayBuffer {
  return new SharedArrayBuffer(headBytes + blackboxBytes);
}

export function openBlackbox(shared: SharedArrayBuffer): Blackbox {
  return { state: new Int32Array(shared, 0, 3), input: new Uint8Array(shared, headBytes, blackboxBytes) };
}
