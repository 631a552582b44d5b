/** Stable codes of the faults of callers: settings that a judge cannot use. */
export type TrustFaultCode =
  | 'ENTENTE_BAD_ALLOW_LIST'
  | 'ENTENTE_BAD_ANCHOR_LIMIT'
  | 'ENTENTE_BAD_JUDGE_OPTION'
  | 'ENTENTE_BAD_QUESTION'
  | 'ENTENTE_BAD_STORE_OPTION'
  | 'ENTENTE_BAD_VERDICT'
  | 'ENTENTE_ANCHOR_NAME_TAKEN'
  | 'ENTENTE_PATH_NOT_CONSTRUCTIBLE';

/** A fault of the caller: a sentence, the place and the remedy. Match it by `code`. */
export class TrustFault extends Error {
  /** Stable literal. */
  readonly code: TrustFaultCode;
  /** Setting that the sentence is about. */
  readonly place: string;
  /** What to do now. */
  readonly remedy: string;

  /**
   * @param code - stable literal
   * @param parts - sentence without final stop, place and remedy
   */
  constructor(
    code: TrustFaultCode,
    parts: { readonly sentence: string; readonly place: string; readonly remedy: string },
  ) {
    super(parts.sentence);
    this.name = 'TrustFault';
    this.code = code;
    this.place = parts.place;
    this.remedy = parts.remedy;
  }

  /** The same as `message`. */
  get sentence(): string {
    return this.message;
  }
}
