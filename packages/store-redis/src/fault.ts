/** Stable literals of the faults that this package throws. */
export type RedisFaultCode = 'ENTENTE_REDIS_OPTION' | 'ENTENTE_REDIS_PLAIN';

/** A fault that the operator of the server can fix. Match it by `code`. */
export class RedisFault extends Error {
  /** Stable literal. */
  readonly code: RedisFaultCode;
  /** Setting or address that the sentence is about. */
  readonly place: string;
  /** What to do now. */
  readonly remedy: string;

  /**
   * @param code - what it is
   * @param parts - what was found, where, and what to do
   */
  constructor(
    code: RedisFaultCode,
    parts: {
      readonly sentence: string;
      readonly place: string;
      readonly remedy: string;
      readonly cause?: unknown;
    },
  ) {
    super(parts.sentence, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = 'RedisFault';
    this.code = code;
    this.place = parts.place;
    this.remedy = parts.remedy;
  }

  /** The same as `message`. */
  get sentence(): string {
    return this.message;
  }
}
