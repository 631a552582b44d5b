import type { RevocationIndex } from './revocation-index.ts';
import type { Statement } from './statement.ts';

/** The statement a CA stands on, and until when that statement is current. */
export interface Standing {
  readonly statement: Statement;
  readonly lastsUntil: number;
  /** Whether everything it stands on was signed by the issuer itself; else it depends on what a peer has presented. */
  readonly byIssuer: boolean;
}

/** A standing that has been worked out and holds for a while. */
export interface RememberedStanding extends Standing {
  readonly index: RevocationIndex;
  /** From when to when it may be used again, milliseconds. */
  readonly from: number;
  readonly until: number;
}
