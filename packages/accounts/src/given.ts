import { isRecord, rule } from '@entente/options';

/** What to do where something has no verifiers. */
export const toVerify = 'write verifiers: verifiersOf(address, password)';

/** Verifiers by algorithm. */
export const verifiersRule = rule(
  'an object with H(A1) by algorithm',
  (value) => isRecord(value) && Object.values(value).every((one) => typeof one === 'string'),
  toVerify,
);
