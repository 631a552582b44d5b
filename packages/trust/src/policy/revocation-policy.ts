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

/** The forms of {@link RevocationPolicy}, for faults. */
export const revocationPolicies =
  "{ mode: 'hard-fail' }, { mode: 'grace', graceMs } or { mode: 'off', signedBy }";

/** Whether a value of a caller is a {@link RevocationPolicy}. */
export function isRevocationPolicy(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { mode, graceMs, signedBy } = value as Readonly<Record<string, unknown>>;
  if (mode === 'hard-fail') return true;
  // Without a number no moment would end the grace.
  if (mode === 'grace') return Number.isFinite(graceMs) && (graceMs as number) >= 0;
  return mode === 'off' && typeof signedBy === 'string';
}

/** Default of an enterprise anchor: 72 hours after nextUpdate. */
export const enterpriseRevocation: RevocationPolicy = { mode: 'grace', graceMs: 72 * 3_600_000 };

/** Default of a partner anchor. */
export const partnerRevocation: RevocationPolicy = { mode: 'hard-fail' };
