import type { ReasonFlags } from '@entente/x509';

const bits = [
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  'privilegeWithdrawn',
  'aACompromise',
] as const satisfies readonly (keyof ReasonFlags)[];

/** All reasons. @see RFC 5280 §6.3.2 (a) */
export const allReasons = (1 << bits.length) - 1;

/** Reasons as bits; absent flags mean all of them. */
export function reasonMask(flags: ReasonFlags | undefined): number {
  if (flags === undefined) return allReasons;
  return bits.reduce((mask, name, index) => (flags[name] ? mask | (1 << index) : mask), 0);
}
