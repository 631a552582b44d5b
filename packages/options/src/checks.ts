import { foundKey, foundValue, isThenable } from './found-value.ts';
import { nearestName } from './nearest-name.ts';
import { awaitIt, type CheckSettings, Place } from './place.ts';
import { isRecord, type Rule, type Shape } from './rule.ts';

type Rules = Readonly<Record<string, Rule>>;

/**
 * What a package checks at its public entries. Callers in JavaScript have no compiler: a misspelt option would be ignored, and a limit that is not
 * a number would be none.
 */
export class Checks {
  readonly #settings: CheckSettings;

  /** @param settings - how the package refuses */
  constructor(settings: CheckSettings) {
    this.#settings = settings;
  }

  /**
   * The options of a function, as a place.
   *
   * @param of - the function
   */
  optionsOf(of: string): Place {
    return new Place(this.#settings, of);
  }

  /**
   * Reads options into a copy: only own properties of a plain object count, and each is read once.
   *
   * @param given - the options
   * @param shape - a rule for every option
   * @param of - the function whose options they are
   * @returns the options that are set, in an object without prototype
   * @throws the fault of the package
   */
  read<T extends object>(given: unknown, shape: Shape<T>, of: string): T {
    return readRecord(given, shape as Rules, this.optionsOf(of)) as T;
  }

  /**
   * Checks options that are then used where they are. An object of a class may bring them, and may have other members.
   *
   * @param given - the options
   * @param shape - a rule for every option
   * @param of - the function whose options they are
   * @throws the fault of the package
   */
  options<T extends object>(given: unknown, shape: Shape<T>, of: string): void {
    readRecord(given, shape as Rules, new Place(this.#settings, of, '', true));
  }

  /**
   * Checks one argument.
   *
   * @param value - what was given
   * @param one - what it may be
   * @param place - which argument, for example `address of lookUp`
   * @param remedy - what to do where it is something else, in place of what the rule says
   * @returns what the rule reads
   * @throws the fault of the package
   */
  argument<T>(value: unknown, one: Rule<T>, place: string, remedy?: string): T {
    if (one.fits?.(value) === true) return value as T;
    const { fault, ...others } = this.#settings;
    const settings =
      remedy === undefined
        ? this.#settings
        : { ...others, fault: (parts: Parameters<typeof fault>[0]) => fault({ ...parts, remedy }) };
    return one.read(value, new Place(settings, '', place, true));
  }

  /**
   * Checks the names alone of an object whose values are checked where they are used. An object of a class may have other members.
   *
   * @param given - the object
   * @param names - those that there are
   * @param place - which object
   * @throws the fault of the package
   */
  names(given: unknown, names: readonly string[], place: string): void {
    const at = (path: string): Place => new Place(this.#settings, place, path);
    if (!isRecord(given))
      throw this.unlike(given, 'an object', place, `give an object with some of: ${names.join(', ')}`);
    const unknown = isPlain(given) ? Object.keys(given).find((name) => !names.includes(name)) : undefined;
    if (unknown !== undefined) throw unknownOption(unknown, names, names, at(''), this.#settings.instead);
  }

  /**
   * Builds the fault of an argument that is not what is expected.
   *
   * @param value - what was given
   * @param wanted - what is expected, in words
   * @param place - which argument
   * @param remedy - what to do now, also where the value is a promise
   */
  unlike(value: unknown, wanted: string, place: string, remedy?: string): Error {
    const at = new Place(this.#settings, '', place);
    return remedy === undefined
      ? at.unlike(wanted, value)
      : at.fault(at.expected(wanted, at.found(value)), remedy);
  }
}

/**
 * The options inside an option.
 *
 * @param shape - a rule for each of them
 * @param instead - names that callers write here by mistake, each with the remedy
 */
export function nested<T extends object>(
  shape: Shape<T>,
  instead?: ReadonlyMap<string, string>,
): Rule<T> & { readonly inside: readonly string[] } {
  return {
    read: (value, place) => readRecord(value, shape as Rules, place, instead) as T,
    inside: Object.keys(shape),
  };
}

function readRecord(
  given: unknown,
  rules: Rules,
  place: Place,
  instead = place.settings.instead,
): Record<string, unknown> {
  if (place.takesClasses ? !isRecord(given) : !isPlain(given))
    throw place.fault(
      // A text in the place of options may be a password.
      place.expected('an object with options', foundValue(given, true)),
      isThenable(given) ? awaitIt : `give an object with some of: ${Object.keys(rules).join(', ')}`,
    );
  const read = Object.create(null) as Record<string, unknown>;
  for (const key of reading(place, () => (isPlain(given) ? Reflect.ownKeys(given) : Object.keys(rules)))) {
    if (typeof key !== 'string' || !Object.hasOwn(rules, key))
      throw unknownOption(key, Object.keys(rules), namesWithin(rules), place, instead);
    const value = reading(place.within(key), () => (given as Readonly<Record<string, unknown>>)[key]);
    const one = rules[key]!;
    if (value === undefined) continue;
    read[key] = one.fits?.(value) === true ? value : one.read(value, place.within(key));
  }
  for (const [name, { missing }] of Object.entries(rules)) {
    if (missing === undefined || read[name] !== undefined) continue;
    const member = (place.settings.noun ?? 'options').slice(0, -1);
    throw place.within(name).fault(`expected the ${member} ${name}, found none`, missing);
  }
  return read;
}

/** The names of options, and of those inside them. */
function namesWithin(rules: Rules): readonly string[] {
  const names = Object.keys(rules);
  return [
    ...names,
    ...names.flatMap((name) => (rules[name]?.inside ?? []).map((inner) => `${name}.${inner}`)),
  ];
}

/** Reads from an object of a caller, which may be a proxy or have getters. */
function reading<T>(place: Place, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw place.fault('expected options that can be read, found an error', 'pass a plain object', cause);
  }
}

/** An object of any realm whose options are its own: those of a prototype would be overlooked. */
function isPlain(given: unknown): given is object {
  if (!isRecord(given)) return false;
  const prototype: unknown = Object.getPrototypeOf(given);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function unknownOption(
  key: string | symbol,
  names: readonly string[],
  all: readonly string[],
  place: Place,
  instead: ReadonlyMap<string, string> | undefined,
): Error {
  const found = foundKey(key);
  const { noun = 'options' } = place.settings;
  const owner = place.path === '' ? place.of : place.path;
  const sentence = `expected only ${noun} of ${owner}, found ${found}`;
  const near = typeof key === 'string' ? nearestName(key, all) : undefined;
  const other = typeof key === 'string' ? instead?.get(key) : undefined;
  // `cert` of loadCredential is its `certificate`, and not what the platform calls so.
  const isShort = typeof key === 'string' && near?.startsWith(key) === true;
  if (other !== undefined && !isShort) return place.within(found).fault(sentence, other);
  return place
    .within(found)
    .fault(
      sentence,
      near === undefined
        ? `leave it out; ${owner} has the ${noun} ${names.join(', ')}`
        : `write ${near} if that is meant, or leave it out`,
    );
}
