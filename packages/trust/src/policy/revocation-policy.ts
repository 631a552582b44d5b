/**
 * How much must be known about revocation below an anchor.
 *
 * - `hard-fail`: every certificate needs a current statement.
 * - `grace`: a statement may be older than its nextUpdate by `graceMs` milliseconds, but must exist.
 * - `off`: revocation is not checked; `signedBy` names the signed policy that says so, and is evidence in every verdict.
 */
export type RevocationPolicy =
  | { readonly mode: 'hard-fail' }
  | { readonly mode: 'grace'; readonly graceMs: number }
  | { readonly mode: 'off'; readonly signedBy: string };

/** Default of an enterprise anchor: 72 hours after nextUpdate. */
export const enterpriseRevocation: RevocationPolicy = { mode: 'grace', graceMs: 72 * 3_600_000 };

/** Default of a partner anchor. */
export const partnerRevocation: RevocationPolicy = { mode: 'hard-fail' };
