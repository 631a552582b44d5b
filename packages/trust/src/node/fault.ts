/** Stable codes of the faults of stores. */
export type StoreFaultCode =
  | 'ENTENTE_STORE_UNREADABLE'
  | 'ENTENTE_STORE_EMPTY'
  | 'ENTENTE_STORE_MALFORMED'
  | 'ENTENTE_STORE_OLDER'
  | 'ENTENTE_STORE_NOT_A_CA'
  | 'ENTENTE_NO_SYSTEM_ANCHORS';

/**
 * A store of anchors or CRLs that cannot be used: a sentence, the place and the remedy. Match it by `code`.
 */
export class StoreFault extends Error {
  /** Stable literal, for programs. */
  readonly code: StoreFaultCode;
  /** File, directory or option. */
  readonly place: string;
  /** What to do now. */
  readonly remedy: string;

  /**
   * @param code - stable code
   * @param parts - sentence without final stop, place, remedy, cause
   */
  constructor(
    code: StoreFaultCode,
    parts: {
      readonly sentence: string;
      readonly place: string;
      readonly remedy: string;
      readonly cause?: unknown;
    },
  ) {
    super(parts.sentence, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = 'StoreFault';
    this.code = code;
    this.place = parts.place;
    this.remedy = parts.remedy;
  }

  /** The same as `message`. */
  get sentence(): string {
    return this.message;
  }
}
