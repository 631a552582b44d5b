import { TlsFault } from '../fault/fault.ts';
import { foundKey } from './found-value.ts';
import { nearestName } from './nearest-name.ts';
import {
  type OptionPlace,
  type OptionRule,
  optionFault,
  OptionPlace as Place,
  type Shape,
  unlike,
} from './option-rule.ts';
import { platformOptions } from './platform-options.ts';

/**
 * Reads the options that a caller gave: a misspelt option would turn off what it was meant to set, and callers in JavaScript have
 * no compiler that finds it. Only own properties of a plain object count, each is read once, and the result is a copy.
 *
 * @param given - the options
 * @param shape - a rule for every option
 * @param of - the function whose options they are
 * @returns the options that are set, in an object without prototype
 * @throws TlsFault `ENTENTE_OPTION_INVALID`
 */
export function readOptions<T extends object>(given: unknown, shape: Shape<T>, of: string): T {
  return readRecord(given, shape, new Place(of)) as T;
}

/**
 * The options inside an option.
 * @param shape - a rule for each of them
 */
export function nested<T>(shape: Shape<T>): OptionRule {
  return {
    read: (value, place) => readRecord(value, shape, place),
    inside: Object.keys(shape),
  };
}

type Rules = Readonly<Record<string, OptionRule>>;

function readRecord(given: unknown, rules: Rules, place: OptionPlace): object {
  if (!isPlain(given)) throw unlike(place, 'an object with options', given);
  const read = Object.create(null) as Record<string, unknown>;
  for (const key of reading(place, () => Reflect.ownKeys(given))) {
    if (typeof key !== 'string' || !Object.hasOwn(rules, key)) throw unknownOption(key, rules, place);
    const value = reading(place.within(key), () => (given as Readonly<Record<string, unknown>>)[key]);
    if (value !== undefined) read[key] = rules[key]!.read(value, place.within(key));
  }
  for (const [name, { missing }] of Object.entries(rules)) {
    if (missing === undefined || read[name] !== undefined) continue;
    throw optionFault(place.within(name), `expected the option ${name}, found none`, missing);
  }
  return read;
}

/** Reads from an object of a caller, which may be a proxy or have getters. */
function reading<T>(place: OptionPlace, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new TlsFault('ENTENTE_OPTION_INVALID', {
      sentence: 'expected options that can be read, found an error',
      place: String(place),
      remedy: 'pass a plain object',
      cause,
    });
  }
}

/** An object of any realm whose options are its own: those of a prototype would be overlooked. */
function isPlain(given: unknown): given is object {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return false;
  const prototype: unknown = Object.getPrototypeOf(given);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function unknownOption(key: string | symbol, rules: Rules, place: OptionPlace) {
  const found = foundKey(key);
  const names = Object.keys(rules);
  const owner = place.path === '' ? place.of : place.path;
  const inside = names.flatMap((name) => (rules[name]?.inside ?? []).map((inner) => `${name}.${inner}`));
  const platform = typeof key === 'string' ? platformOptions.get(key) : undefined;
  const near = typeof key === 'string' ? nearestName(key, [...names, ...inside]) : undefined;
  // `cert` of loadCredential is its `certificate`, and not what the platform calls so.
  const isShort = typeof key === 'string' && near?.startsWith(key) === true;
  const remedy =
    platform !== undefined && !isShort
      ? `leave it out: ${platform}`
      : near !== undefined
        ? `write ${near} if that is meant, or leave it out`
        : `leave it out; ${owner} has the options ${names.join(', ')}`;
  return optionFault(place.within(found), `expected only options of ${owner}, found ${found}`, remedy);
}
