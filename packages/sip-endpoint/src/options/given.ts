import type { OptionRule } from './option-rules.ts';

/**
 * An object of whatever class, by what is read of it: enough to tell it from another argument in its place.
 *
 * @param wanted - what it is, in words
 * @param members - names and the types that they have there
 * @param missing - what to do where there is none
 */
export function having(
  wanted: string,
  members: Readonly<Record<string, 'function' | 'object' | 'string'>>,
  missing: string,
): OptionRule {
  return {
    wanted,
    fits: (value) =>
      typeof value === 'object' &&
      value !== null &&
      Object.entries(members).every(
        ([name, type]) => typeof (value as Readonly<Record<string, unknown>>)[name] === type,
      ),
    missing,
  };
}

/** The link that a connection is on; a row of the allow matrix says more than has to be known here. */
export const givenLink: OptionRule = {
  wanted: 'an object with row and name',
  fits: (value) => typeof value === 'object' && value !== null && 'row' in value && 'name' in value,
  missing: 'give the link of the allow matrix, with its row and its name',
};

/** A number that is no less than nothing. */
export function amount(missing?: string): OptionRule {
  return {
    wanted: 'a number from 0',
    fits: (value) => typeof value === 'number' && value >= 0,
    ...(missing !== undefined && { missing }),
  };
}

/** Whatever is looked at elsewhere. */
export const anything: OptionRule = { wanted: 'anything', fits: () => true };
