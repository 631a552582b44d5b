/**
 * Timers of the transaction machines, by their letter; `trying` is the delay before an automatic 100.
 * @see RFC 3261 Table 4, RFC 6026 §7 (L, M), RFC 4320 §4.1
 */
export type TransactionTimer =
  | 'A'
  | 'B'
  | 'D'
  | 'E'
  | 'F'
  | 'G'
  | 'H'
  | 'I'
  | 'J'
  | 'K'
  | 'L'
  | 'M'
  | 'trying';

/** One bit for each timer, so that a transaction remembers in one small integer which of them run. */
export const timerBit: Readonly<Record<TransactionTimer, number>> = {
  A: 1,
  B: 1 << 1,
  D: 1 << 2,
  E: 1 << 3,
  F: 1 << 4,
  G: 1 << 5,
  H: 1 << 6,
  I: 1 << 7,
  J: 1 << 8,
  K: 1 << 9,
  L: 1 << 10,
  M: 1 << 11,
  trying: 1 << 12,
};

const names = Object.keys(timerBit) as TransactionTimer[];

/** Sets that were asked for, each with its names: a few of the 8,192 that there are. */
const namesOf: (readonly TransactionTimer[] | undefined)[] = [];

/**
 * @param bits - a set of timers
 * @returns the names in the set
 */
export function timerNames(bits: number): readonly TransactionTimer[] {
  namesOf[bits] ??= names.filter((name) => (bits & timerBit[name]) !== 0);
  return namesOf[bits];
}
