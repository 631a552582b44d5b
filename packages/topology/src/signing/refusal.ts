import type { Problem } from '../terms/problem.ts';

/** Why a member refuses a document. */
export type TopologyRefusalReason =
  | 'malformed'
  | 'invalid'
  | 'wrong-network'
  | 'wrong-administrators'
  | 'unsigned'
  | 'signature-invalid'
  | 'under-signed'
  | 'lower-version'
  | 'forked'
  | 'version-gap'
  | 'stale'
  | 'not-yet-issued';

/** A refused document, with the reason. The last good one stays in force. */
export interface TopologyRefusal {
  /** Stable literal, for programs and logs. */
  readonly reason: TopologyRefusalReason;
  /** What is wrong, as sentences for people. */
  readonly message: string;
  /** What to do now, as sentences for people. */
  readonly remedy: string;
  /** With `malformed` and `invalid`: what is wrong with the document. */
  readonly problems?: readonly Problem[];
}
