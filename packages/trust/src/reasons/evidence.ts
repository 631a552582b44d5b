import type { IdentityExpectation } from '../question/identity-expectation.ts';

/** The stages of a verdict, in order. */
export type Stage = 'parse' | 'path' | 'revocation' | 'identity' | 'authorise' | 'policy';

/**
 * What a stage found. Evidence is data; `explain` turns it into sentences. Depth 0 is the leaf.
 */
export type Evidence =
  | {
      readonly stage: 'parse';
      readonly kind: 'parsed';
      readonly certificates: number;
      readonly bytes: number;
    }
  | {
      readonly stage: 'path';
      readonly kind: 'path-found';
      readonly anchor: string;
      /** Subjects from leaf to anchor. */
      readonly subjects: readonly string[];
      readonly spent: SearchSpent;
    }
  | {
      readonly stage: 'path';
      /** A path whose signatures verify and that was refused. */
      readonly kind: 'path-examined';
      readonly anchor: string;
      readonly subjects: readonly string[];
      /** The reasons of all its faults. */
      readonly faults: readonly string[];
    }
  | { readonly stage: 'path'; readonly kind: 'search-ended'; readonly spent: SearchSpent }
  | {
      readonly stage: 'path';
      readonly kind: 'limits-held';
      readonly anchor: string;
      readonly limits: readonly string[];
    }
  | { readonly stage: 'path'; readonly kind: 'server-auth-sufficed'; readonly anchor: string }
  | {
      readonly stage: 'revocation';
      readonly kind: 'not-revoked' | 'within-grace';
      readonly depth: number;
      readonly subject: string;
      readonly source: 'crl' | 'ocsp' | 'stapled-ocsp';
      /** Who signed the statement. */
      readonly signer: string;
      readonly thisUpdate: number;
      readonly nextUpdate?: number;
      /** Age of the statement at the time of the verdict, milliseconds. */
      readonly ageMs: number;
    }
  | {
      readonly stage: 'revocation';
      readonly kind: 'not-asked';
      readonly depth: number;
      readonly subject: string;
      /** `id-pkix-ocsp-nocheck`, or the signed policy that turns the stage off. */
      readonly because: string;
    }
  | {
      readonly stage: 'identity';
      readonly kind: 'name-found';
      readonly mode: IdentityExpectation['mode'];
      readonly expected: string;
      readonly matched: string;
    }
  | {
      readonly stage: 'identity';
      /** TLSA records of the host: one matches the path, or none is usable, which counts as if there were none. */
      readonly kind: 'dane-fits' | 'dane-unusable';
      readonly host: string;
      readonly records: number;
    }
  | { readonly stage: 'identity'; readonly kind: 'identities'; readonly names: readonly string[] }
  | {
      readonly stage: 'authorise';
      readonly kind: 'authorised';
      readonly server?: string;
      readonly role?: string;
      readonly row?: number;
    }
  | { readonly stage: 'policy'; readonly kind: 'not-refused'; readonly policy: string };

/** What the search for a path cost. */
export interface SearchSpent {
  /** Signatures verified; cached results cost nothing. */
  readonly signatures: number;
  /** Candidate certificates looked at. */
  readonly steps: number;
  /** Names compared with name constraints, and policy nodes created. */
  readonly comparisons: number;
}
