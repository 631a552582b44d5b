import { checkGiven, type Given, maybe } from '../ground/check-given.ts';
import { checkMilliseconds } from '../ground/check-options.ts';
import { aList } from '../ground/check-values.ts';
import { member } from '../ground/given.ts';

/** Of whatever realm. */
const aSet: Given = ['a Set of numbers', (value) => typeof member(value, 'has') === 'function'];
const aMap: Given = ['a Map of times by number', (value) => typeof member(value, 'get') === 'function'];

const facts = { issuers: aList, revoked: aSet, superseded: maybe(aSet), withdrawn: maybe(aSet) };
const times = { lastEnd: aMap, keys: aSet, waited: maybe(aSet) };
const forFacts = { ...facts, lastEnd: maybe(aMap), keys: maybe(aSet), waited: maybe(aSet) };

/**
 * Looks at what decides on a step: with a time that is none nothing would ever be due, and below a root whose name in the view is misspelt one would go on
 * issuing.
 * @param view - as the caller gave it
 * @param now - the time that it gave
 * @param of - the function
 * @param isWhole - whether all of it is needed, not only what is known without the ledger
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`
 */
export function checkView(view: object, now: number, of: string, isWhole = false): void {
  checkMilliseconds(now, `now of ${of}`);
  checkGiven(view, isWhole ? { ...facts, ...times } : forFacts, of);
}
