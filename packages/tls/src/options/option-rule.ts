import { isIP } from 'node:net';
import { TlsFault } from '../fault/fault.ts';
import { foundValue } from './found-value.ts';

/** Where an option stands: `limits.maxPending of serve`. */
export class OptionPlace {
  /** The function whose options they are. */
  readonly of: string;
  /** Names from the outermost option inwards, with a dot between them; empty for the options as a whole. */
  readonly path: string;

  constructor(of: string, path = '') {
    this.of = of;
    this.path = path;
  }

  /** The place of an option, or of an entry of a list, inside this one. */
  within(name: string | number): OptionPlace {
    if (typeof name === 'number') return new OptionPlace(this.of, `${this.path}[${name}]`);
    return new OptionPlace(this.of, this.path === '' ? name : `${this.path}.${name}`);
  }

  toString(): string {
    return this.path === '' ? `options of ${this.of}` : `${this.path} of ${this.of}`;
  }
}

/** What one option may be. */
export interface OptionRule {
  /**
   * Reads a value that a caller gave.
   * @returns what is used from then on: later changes to what the caller gave have no effect
   * @throws TlsFault `ENTENTE_OPTION_INVALID`
   */
  read(value: unknown, place: OptionPlace): unknown;
  /** What to do where the option is missing. Undefined: it may be missing. */
  readonly missing?: string;
  /** Names of the options inside this one. */
  readonly inside?: readonly string[];
}

/** A rule for every option of an interface. */
export type Shape<T> = { readonly [K in keyof Required<T>]: OptionRule };

/**
 * Builds the fault about one option.
 *
 * @param place - where it stands
 * @param sentence - expected and found
 * @param remedy - what to do
 */
export function optionFault(place: OptionPlace | string, sentence: string, remedy: string): TlsFault {
  return new TlsFault('ENTENTE_OPTION_INVALID', { sentence, place: String(place), remedy });
}

/**
 * A rule for values that are used as they are.
 *
 * @param wanted - what is expected, in words
 * @param fits - whether a value is that
 */
export function rule(wanted: string, fits: (value: unknown) => boolean): OptionRule {
  return {
    read(value, place) {
      if (fitsAtAll(value, fits)) return value;
      throw unlike(place, wanted, value);
    },
  };
}

/** What cannot be looked at does not fit. */
function fitsAtAll(value: unknown, fits: (value: unknown) => boolean): boolean {
  try {
    return fits(value);
  } catch {
    return false;
  }
}

/**
 * What is wrong with a value, with the option that has it: a log often has no more of a fault than its sentence.
 *
 * @param place - of the option
 * @param wanted - what it is to be, in words
 * @param found - what it is, in words
 */
export function otherThan({ path }: OptionPlace, wanted: string, found: string): string {
  if (path === '') return `expected ${wanted}, found ${found}`;
  return `expected ${path.endsWith(' argument') ? `the ${path}` : path} to be ${wanted}, found ${found}`;
}

/** The fault for a value that is not what is expected. */
export function unlike(place: OptionPlace, wanted: string, value: unknown): TlsFault {
  return optionFault(place, otherThan(place, wanted, foundValue(value)), remedyOf(wanted, value));
}

function remedyOf(wanted: string, value: unknown): string {
  return value instanceof Promise ? 'await it: what it resolves to is wanted' : `give ${wanted}`;
}

/**
 * The same rule for an option that a caller must give.
 * @param one - the rule
 * @param missing - what to do where it is missing
 */
export function required(one: OptionRule, missing: string): OptionRule {
  return { ...one, missing };
}

/** A text of at least one character. */
export const text = rule('a text', (value) => typeof value === 'string' && value !== '');
/** What is dialled, in the form that DNS and the sockets of Node take. */
export const hostToDial = rule(
  'a name or an IP address, without scheme, port, path and brackets',
  (value) => typeof value === 'string' && (isIP(value) !== 0 || /^[^\s/:@[\]]+$/.test(value)),
);
/** A function. */
export const callback = rule('a function', (value) => typeof value === 'function');
/** `true` or `false`. */
export const yesOrNo = rule('true or false', (value) => typeof value === 'boolean');

/** One of some texts. */
export function oneOf(...texts: readonly string[]): OptionRule {
  const listed = texts.map((one) => `'${one}'`);
  const last = listed.pop();
  const wanted = listed.length === 0 ? String(last) : `${listed.join(', ')} or ${last}`;
  return rule(wanted, (value) => texts.includes(value as string));
}

/**
 * A whole number in a range: a limit that is not a number would be no limit at all.
 * @param least - the least that is allowed
 * @param most - the most that is allowed
 */
export function wholeNumber(least: number, most: number): OptionRule {
  return {
    read(value, place) {
      if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return value;
      throw optionFault(
        place,
        otherThan(place, `a whole number from ${least} to ${most}`, foundValue(value)),
        // An option that has to be given has no default.
        this.missing === undefined
          ? 'give a number in this range, or leave the default'
          : 'give a number in this range',
      );
    },
  };
}

/**
 * A list whose entries all fit.
 * @param each - the rule of an entry
 * @param wanted - what the list is, in words
 */
export function listOf(each: OptionRule, wanted: string): OptionRule {
  return {
    read(value, place) {
      if (!Array.isArray(value)) throw unlike(place, wanted, value);
      return Array.from(value, (entry: unknown, index) => each.read(entry, place.within(index)));
    },
  };
}

/**
 * An object that has methods.
 *
 * @param wanted - what it is, in words
 * @param methods - their names; `clock.now` is a method of a member
 */
export function withMethods(wanted: string, ...methods: readonly string[]): OptionRule {
  return rule(wanted, (value) => methods.every((path) => typeof memberAt(value, path) === 'function'));
}

function memberAt(value: unknown, path: string): unknown {
  let at = value;
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  return at;
}
