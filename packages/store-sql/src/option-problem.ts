/** What one option may be. */
export interface OptionRule {
  /** In words that follow `expected … to be`. */
  readonly wanted: string;
  readonly fits: (value: unknown) => boolean;
  readonly isRequired?: boolean;
}

/** A rule for each option that there is. */
export type OptionRules = Readonly<Record<string, OptionRule>>;

/** What is wrong with options, for the fault of the caller’s port. */
export interface OptionProblem {
  readonly sentence: string;
  readonly place: string;
  readonly remedy: string;
}

/**
 * What is wrong with options: one that is misspelt would be left out without a word, and a bound that is not a number would be none. Callers in
 * JavaScript have no compiler that finds it. No text is repeated: it may be a password.
 *
 * @param given - what the caller passed
 * @param rules - one for each option
 * @param of - whose options they are
 * @returns the first problem, if there is one
 */
export function optionProblem(given: unknown, rules: OptionRules, of: string): OptionProblem | undefined {
  const names = Object.keys(rules).join(', ');
  if (!isRecord(given))
    return unlike('the options', `options of ${of}`, { wanted: `an object with some of ${names}` }, given);
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(rules, name));
  if (unknown !== undefined)
    return {
      sentence: `expected only options that there are in the options of ${of}, found ${JSON.stringify(unknown.slice(0, 60))}`,
      place: `options of ${of}`,
      remedy: `correct the name, or remove it; there are ${names}`,
    };
  for (const [name, rule] of Object.entries(rules)) {
    const value: unknown = Reflect.get(given, name);
    const isGood = value === undefined ? rule.isRequired !== true : rule.fits(value);
    if (!isGood) return unlike(name, `${name} of ${of}`, rule, value);
  }
  return undefined;
}

/**
 * What is wrong with one argument.
 * @param value - what the caller passed
 * @param rule - what it may be; it must be given
 * @param place - which argument it is
 */
export function argumentProblem(value: unknown, rule: OptionRule, place: string): OptionProblem | undefined {
  return rule.fits(value) ? undefined : unlike(place, place, { ...rule, isRequired: true }, value);
}

function unlike(
  name: string,
  place: string,
  { isRequired = false, wanted }: Pick<OptionRule, 'isRequired' | 'wanted'>,
  value: unknown,
): OptionProblem {
  return {
    sentence: `expected ${name} to be ${wanted}, found ${found(value)}`,
    place,
    remedy: isRequired ? `give ${wanted}` : `give ${wanted}, or leave it out`,
  };
}

function found(value: unknown): string {
  if (value === undefined) return 'none';
  if (value === '') return 'an empty text';
  if (typeof value === 'string') return 'a text';
  if (value instanceof Promise) return 'a promise';
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'function' ? 'a function' : 'an object of another kind';
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text of at least one character. */
export const text: OptionRule = {
  wanted: 'a text',
  fits: (value) => typeof value === 'string' && value !== '',
};
/** A function. */
export const callback: OptionRule = { wanted: 'a function', fits: (value) => typeof value === 'function' };
/** `true` or `false`. */
export const yesOrNo: OptionRule = { wanted: 'true or false', fits: (value) => typeof value === 'boolean' };
/** An object, which is looked at elsewhere. */
export const object: OptionRule = { wanted: 'an object', fits: isRecord, isRequired: true };

/** A whole number. @param least - the least that is allowed */
export function wholeNumber(least: number): OptionRule {
  return {
    wanted: `a whole number from ${least}`,
    fits: (value) => Number.isSafeInteger(value) && (value as number) >= least,
  };
}
