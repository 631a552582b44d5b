import { checkMethods, checkRecord, unlike } from '../given.ts';
import type { AccountDefaults } from './account-texts.ts';

/**
 * Looks at a directory that accounts are written to or read from.
 * @param directory - from anywhere
 * @param place - which argument
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT`
 */
export function checkDirectory(directory: unknown, place: string): void {
  checkMethods(
    directory,
    ['find', 'list', 'put'],
    place,
    'give an AccountDirectory, e.g. of createMemoryDirectory',
  );
}

/**
 * Looks at the options of a copy or an import. Whatever was not `refuse` counted as `replace`: a misspelt word overwrote accounts.
 * @param options - from anywhere
 * @param place - which function takes them
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT`
 */
export function checkOptions(options: unknown, place: string): void {
  const takes =
    "an option is existing, 'refuse' or 'replace', or onProgress, a function; leave the others out";
  checkRecord(options, `options of ${place}`, takes);
  for (const [name, value] of Object.entries(options as object)) {
    const where = `${name} of ${place}`;
    if (name === 'existing') {
      if (value !== undefined && value !== 'refuse' && value !== 'replace')
        throw unlike(where, "'refuse' or 'replace'", value, takes);
    } else if (name !== 'onProgress') throw unlike(where, 'no such option', value, takes);
    else if (value !== undefined && typeof value !== 'function')
      throw unlike(where, 'a function', value, takes);
  }
}

/**
 * Looks at what accounts have whose line does not say otherwise.
 * @param defaults - from anywhere
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT`
 */
export function checkDefaults(defaults: AccountDefaults): void {
  const takes = "give { home: 'pool.contoso.example', rights: [] }, or leave it out";
  checkRecord(defaults, 'defaults of accounts', takes);
  const { home, rights } = defaults;
  if (home !== undefined && typeof home !== 'string')
    throw unlike('home of the defaults of accounts', 'a text', home, takes);
  if (rights !== undefined && !Array.isArray(rights))
    throw unlike('rights of the defaults of accounts', 'a list', rights, takes);
}
