/**
 * How much we must know about revocation below an anchor.
 *
 * - `hard-fail`: every certificate needs current knowledge.
 * - `grace`: knowledge may be older than its nextUpdate by `graceMs`, never missing altogether.
 * - `off`: not asked; `signedBy` names the signed policy that says so, and becomes evidence in every verdict.
 */
export type RevocationPolicy =
  | { readonly mode: 'hard-fail' }
  | { readonly mode: 'grace'; readonly graceMs: number }
  | { readonly mode: 'off'; readonly signedBy: string };

/** Default of an enterprise anchor: 72 hours after nextUpdate. */
export const enterpriseRevocation: RevocationPolicy = { mode: 'grace', graceMs: 72 * 3_600_000 };

/** Default of a partner anchor. */
export const partnerRevocation: RevocationPolicy = { mode: 'hard-fail' };
