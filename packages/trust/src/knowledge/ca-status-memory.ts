import type { RevocationIndex } from './revocation-index.ts';
import type { Statement } from './statement.ts';

/** The statement that says that a CA is not revoked, and until when it is current. */
export interface Standing {
  readonly statement: Statement;
  readonly lastsUntil: number;
  /** Whether the issuer itself signed everything it depends on; otherwise it depends on what a peer presented. */
  readonly byIssuer: boolean;
}

/** A standing that may be used again for a while. */
export interface RememberedStanding extends Standing {
  readonly index: RevocationIndex;
  /** When it may be used again, milliseconds since the epoch. */
  readonly from: number;
  readonly until: number;
}
