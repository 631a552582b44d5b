import type { FaultParts } from './fault.ts';
import { foundValue, isThenable } from './found-value.ts';

/** How a package refuses what a caller gave. */
export interface CheckSettings {
  /** Builds the fault of the package, with its code for arguments. */
  readonly fault: (parts: FaultParts) => Error;
  /** Names that callers write by mistake, for example those of another library, each with the remedy. */
  readonly instead?: ReadonlyMap<string, string>;
  /** What the members of an object are called, in the plural: `options` by default. */
  readonly noun?: string;
  /** Repeat no text of a caller: it may be a password or a key. */
  readonly hasSecrets?: boolean;
}

/** What to do where a promise was given. */
export const awaitIt = 'await it: what it resolves to is wanted';

/** Where an option or an argument is, for example `limits.maxPending of serve`. */
export class Place {
  /** How the package refuses. */
  readonly settings: CheckSettings;
  /** The function whose options they are; empty where `path` is the whole place. */
  readonly of: string;
  /** Names from the outermost option inwards, with a dot between them; empty for the options as a whole. */
  readonly path: string;
  /** Whether options may be the members of an object of a class: they are then looked at where they are. */
  readonly takesClasses: boolean;

  /**
   * @param settings - how the package refuses
   * @param of - the function whose options they are
   * @param path - names from the outermost option inwards
   * @param takesClasses - whether objects of a class may bring options
   */
  constructor(settings: CheckSettings, of: string, path = '', takesClasses = false) {
    this.settings = settings;
    this.of = of;
    this.path = path;
    this.takesClasses = takesClasses;
  }

  /**
   * The place of an option, or of an entry of a list, inside this one.
   *
   * @param name - of the option, or the index
   */
  within(name: string | number): Place {
    const step = typeof name === 'number' ? `[${name}]` : this.path === '' ? name : `.${name}`;
    // `body of info` has its own end: the step goes before it.
    const end = this.of === '' ? this.path.indexOf(' of ') : -1;
    const path = end < 0 ? this.path + step : this.path.slice(0, end) + step + this.path.slice(end);
    return new Place(this.settings, this.of, path, this.takesClasses);
  }

  /** As it is printed. */
  toString(): string {
    if (this.of === '') return this.path;
    if (this.path !== '') return `${this.path} of ${this.of}`;
    return this.settings.noun === undefined ? `options of ${this.of}` : this.of;
  }

  /**
   * Builds a fault about this place.
   *
   * @param sentence - expected and found
   * @param remedy - what to do now
   * @param cause - the error that caused it, where there is one
   */
  fault(sentence: string, remedy: string, cause?: unknown): Error {
    return this.settings.fault({
      sentence,
      place: String(this),
      remedy,
      ...(cause !== undefined && { cause }),
    });
  }

  /**
   * Builds the fault of a value that is not what is expected.
   *
   * @param wanted - what is expected, in words
   * @param value - what was given
   * @param remedy - what to do now
   */
  unlike(wanted: string, value: unknown, remedy = `give ${wanted}`): Error {
    return this.fault(this.expected(wanted, this.found(value)), isThenable(value) ? awaitIt : remedy);
  }

  /**
   * Says what was found.
   *
   * @param value - what was given
   */
  found(value: unknown): string {
    return foundValue(value, this.settings.hasSecrets);
  }

  /**
   * Writes what is wrong with a value. It names the option: a log often has no more of a fault than its sentence.
   *
   * @param wanted - what is expected, in words
   * @param found - what was found, in words
   */
  expected(wanted: string, found: string): string {
    if (this.path === '') return `expected ${wanted}, found ${found}`;
    const name = this.path.endsWith(' argument') ? `the ${this.path}` : this.path;
    return `expected ${name} to be ${wanted}, found ${found}`;
  }
}
