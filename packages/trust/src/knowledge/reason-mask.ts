import { type ReasonFlags, reasonFlagNames } from '@entente/x509';

/** Without the first, which has no meaning. */
const bits = reasonFlagNames.slice(1);

/** All reasons. @see RFC 5280 §6.3.2 (a) */
export const allReasons = (1 << bits.length) - 1;

/** Reasons as bits; absent flags mean all of them. */
export function reasonMask(flags: ReasonFlags | undefined): number {
  if (flags === undefined) return allReasons;
  return bits.reduce((mask, name, index) => (flags[name] ? mask | (1 << index) : mask), 0);
}
