/** What a fault says: every part in plain words, for the person who can fix it. */
export interface FaultParts {
  /** What was expected and what was found, without final stop. */
  readonly sentence: string;
  /** File, option, argument or address that the sentence is about. */
  readonly place: string;
  /** What to do now. */
  readonly remedy: string;
  /** The error that caused it, where there is one. */
  readonly cause?: unknown;
}

/**
 * An error that the caller or the operator can fix. Each package has a class of its own with its codes.
 * Match it by `code`, not by `instanceof`: two installed copies of a package have two classes.
 */
export abstract class Fault<Code extends string = string> extends Error {
  /** Name of the class, which survives minification. */
  abstract override readonly name: string;
  /** Stable literal, for programs and logs. */
  readonly code: Code;
  /** File, option, argument or address that the sentence is about. */
  readonly place: string;
  /** What to do now. */
  readonly remedy: string;

  /**
   * @param code - stable literal
   * @param parts - sentence, place, remedy and what caused it
   */
  constructor(code: Code, { cause, place, remedy, sentence }: FaultParts) {
    super(sentence, cause === undefined ? undefined : { cause });
    this.code = code;
    this.place = place;
    this.remedy = remedy;
  }

  /** The same as `message`. */
  get sentence(): string {
    return this.message;
  }
}

/** What {@link describe} reads of a fault. */
export interface FaultDescription extends Omit<FaultParts, 'cause'> {
  /** Stable literal, for programs and logs. */
  readonly code: string;
}

/**
 * Reads a fault by its shape, so also one of another realm or of another installed copy of a package.
 *
 * @param error - anything that was thrown
 * @param place - named where the fault has no place of its own
 * @returns its parts; undefined for an error without code and remedy
 */
export function describe(error: unknown, place: string): FaultDescription | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const fault = error as Partial<Record<'code' | 'message' | 'place' | 'remedy', unknown>>;
  const { code, message, remedy } = fault;
  if (typeof code !== 'string' || typeof message !== 'string' || typeof remedy !== 'string') return undefined;
  return { code, sentence: message, place: typeof fault.place === 'string' ? fault.place : place, remedy };
}

/**
 * Writes a fault in one line, for a terminal.
 *
 * @param fault - a fault, or its description
 */
export function inOneLine({ code, place, remedy, sentence }: FaultDescription): string {
  return `${place}: ${sentence}; ${remedy} (${code})`;
}
