import type { Place } from './place.ts';

/** What one option or argument may be. */
export interface Rule<T = unknown> {
  /**
   * Reads a value that a caller gave.
   *
   * @param value - what was given
   * @param place - where it is
   * @returns what is used from then on
   * @throws the fault of the package, where the value does not fit
   */
  read(value: unknown, place: Place): T;
  /** Whether a value is used as it is. Undefined: it has to be read. */
  readonly fits?: ((value: unknown) => boolean) | undefined;
  /** What to do where the option is missing. Undefined: it may be missing. */
  readonly missing?: string;
  /** Names of the options inside this one. */
  readonly inside?: readonly string[];
}

/** A rule for every option of an interface: one more in either is an error of the compiler. */
export type Shape<T> = { readonly [K in keyof Required<T>]: Rule };

/** What a rule reads. */
export type TypeOf<R> = R extends Rule<infer T> ? T : never;

/** The interface that a description of options stands for. */
export type OptionsOf<S extends Readonly<Record<string, Rule>>> = {
  readonly [K in keyof S as S[K] extends { readonly missing: string } ? K : never]: TypeOf<S[K]>;
} & {
  readonly [K in keyof S as S[K] extends { readonly missing: string } ? never : K]?: TypeOf<S[K]>;
};

/**
 * A rule for values that are used as they are.
 *
 * @param wanted - what is expected, in words that follow `expected … to be`
 * @param fits - whether a value is that; one that throws does not fit
 * @param remedy - what to do where it is not; by default `give …`
 */
export function rule<T = unknown>(
  wanted: string,
  fits: (value: unknown) => boolean,
  remedy?: string,
): Rule<T> {
  const fitsAtAll = (value: unknown): boolean => {
    try {
      return fits(value);
    } catch {
      return false;
    }
  };
  return {
    fits: fitsAtAll,
    read(value, place) {
      if (fitsAtAll(value)) return value as T;
      const canStayOut = this.missing === undefined && place.of !== '';
      throw place.unlike(wanted, value, remedy ?? `give ${wanted}${canStayOut ? ', or leave it out' : ''}`);
    },
  };
}

/**
 * The same rule for an option that a caller must give.
 *
 * @param one - the rule
 * @param missing - what to do where the option is missing
 */
export function required<T>(one: Rule<T>, missing: string): Rule<T> & { readonly missing: string } {
  return { ...one, missing };
}

/**
 * The same rule for an argument that a caller may leave out.
 *
 * @param one - the rule
 */
export function optional<T>(one: Rule<T>): Rule<T | undefined> {
  const { fits } = one;
  return {
    ...one,
    fits: fits && ((value) => value === undefined || fits(value)),
    read: (value, place) => (value === undefined ? undefined : one.read(value, place)),
  };
}

/** A text of at least one character. */
export const text: Rule<string> = rule('a text', (value) => typeof value === 'string' && value !== '');
/** A text, which may be empty. */
export const anyText: Rule<string> = rule('a text', (value) => typeof value === 'string');
/** A function. */
export const callback: Rule<(...given: never[]) => unknown> = rule(
  'a function',
  (value) => typeof value === 'function',
);
/** Accepts only booleans: the string 'false' would be truthy. */
export const yesOrNo: Rule<boolean> = rule('true or false', (value) => typeof value === 'boolean');
/** An object that is not a list. */
export const object: Rule<object> = rule('an object', isRecord);
/** A list of anything. */
export const list: Rule<readonly unknown[]> = rule('a list', Array.isArray);
/** A number that is neither NaN nor infinite. */
export const number: Rule<number> = rule('a number', Number.isFinite);
/** Bytes, also from another realm. */
export const octets: Rule<Uint8Array> = rule('a Uint8Array', isOctets);
/** A value that is checked elsewhere. */
export const anything: Rule = rule('anything', () => true);

/**
 * One of some texts.
 *
 * @param texts - those that are allowed
 */
export function oneOf<T extends string>(...texts: readonly T[]): Rule<T> {
  const listed = texts.map((one) => `'${one}'`);
  const last = listed.pop();
  const wanted = listed.length === 0 ? String(last) : `${listed.join(', ')} or ${last}`;
  return rule(wanted, (value) => texts.includes(value as T));
}

/**
 * A whole number in a range: a limit that is not a number would be no limit at all.
 *
 * @param least - the least that is allowed
 * @param most - the most that is allowed
 */
export function wholeNumber(least: number, most: number = Number.MAX_SAFE_INTEGER): Rule<number> {
  const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
  return {
    read(value, place) {
      if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most)
        return value as number;
      // An argument, or an option that has to be given, has no default.
      const hasDefault = this.missing === undefined && place.of !== '';
      const remedy = `give a number in this range${hasDefault ? ', or leave the default' : ''}`;
      throw place.unlike(`a whole number ${range}`, value, remedy);
    },
  };
}

/** The longest delay of a timer of the platform, in milliseconds: a longer one fires at once. */
export const longestDelayMs = 2_147_483_647;
/** A delay that a timer of the platform can wait for. */
export const delayMs: Rule<number> = rule(
  'a number of milliseconds above 0',
  (value) => typeof value === 'number' && value > 0 && value <= longestDelayMs,
);

/**
 * A list whose entries all fit.
 *
 * @param each - the rule of an entry
 * @param wanted - what the list is, in words
 */
export function listOf<T>(each: Rule<T>, wanted: string): Rule<T[]> {
  return {
    read(value, place) {
      if (!Array.isArray(value)) throw place.unlike(wanted, value);
      return Array.from(value, (entry: unknown, index) => each.read(entry, place.within(index)));
    },
  };
}
/** A list of texts: a text in its place would count as a list of its letters. */
export const texts: Rule<readonly string[]> = rule('a list of texts', isTexts);

/**
 * An object of any class, by the members that are used of it.
 *
 * @param wanted - what it is, in words
 * @param members - types by name; `clock.now` is a member of a member
 */
export function having(
  wanted: string,
  members: Readonly<Record<string, 'function' | 'object' | 'string' | 'number' | 'boolean'>>,
): Rule<object> {
  return rule(
    wanted,
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      Object.entries(members).every(([path, type]) => {
        const member = memberAt(value, path);
        return member !== null && typeof member === type;
      }),
  );
}

/**
 * An object of any class that has methods.
 *
 * @param wanted - what it is, in words
 * @param methods - their names; `clock.now` is a method of a member
 */
export function withMethods(wanted: string, ...methods: readonly string[]): Rule<object> {
  return having(wanted, Object.fromEntries(methods.map((name) => [name, 'function'] as const)));
}

/** An AbortSignal, also from another realm. */
export const abortSignal: Rule<object> = withMethods(
  'an AbortSignal',
  'throwIfAborted',
  'addEventListener',
  'removeEventListener',
);

function memberAt(value: unknown, path: string): unknown {
  let at = value;
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  return at;
}

/**
 * Whether a value is an object with fields, and not a list.
 *
 * @param value - anything
 */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Whether a value is a list of texts.
 *
 * @param value - anything
 */
export function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

/**
 * Whether a value is a Uint8Array, also from another realm.
 *
 * @param value - anything
 */
export function isOctets(value: unknown): value is Uint8Array {
  return (
    value instanceof Uint8Array ||
    (ArrayBuffer.isView(value) && Object.prototype.toString.call(value) === '[object Uint8Array]')
  );
}
