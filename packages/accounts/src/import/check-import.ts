import { anyText, callback, list, nested, oneOf, withMethods } from '@entente/options';
import { checks } from '../fault.ts';
import type { AccountDefaults } from './account-texts.ts';

const aDirectory = withMethods('an AccountDirectory', 'find', 'list', 'put');
const options = { existing: oneOf('refuse', 'replace'), onProgress: callback };

/**
 * Checks a directory that accounts are written to or read from.
 * @param directory - from anywhere
 * @param place - which argument
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT`
 */
export function checkDirectory(directory: unknown, place: string): void {
  checks.argument(directory, aDirectory, place, 'give an AccountDirectory, e.g. of createMemoryDirectory');
}

/**
 * Checks the options of a copy or an import. Anything but `refuse` would replace: a misspelt word would overwrite accounts.
 * @param given - from anywhere
 * @param place - which function takes them
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT`
 */
export function checkOptions(given: unknown, place: string): void {
  checks.options(given, options, place);
}

/**
 * Checks what accounts have whose line does not say otherwise.
 * @param defaults - from anywhere
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT`
 */
export function checkDefaults(defaults: AccountDefaults): void {
  const takes = "give { home: 'pool.contoso.example', rights: [] }, or leave it out";
  checks.argument(defaults, nested({ home: anyText, rights: list }), 'defaults of accounts', takes);
}
