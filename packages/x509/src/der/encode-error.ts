/**
 * Thrown where a value has no canonical encoding, which is a mistake of the caller. Match it by `code`.
 */
export class EncodeError extends Error {
  /** Stable code. */
  readonly code = 'ENTENTE_X509_ENCODE';
  /** Field or type of the encoding that the sentence is about. */
  readonly place: string;
  /** What to do now. */
  readonly remedy: string;

  /**
   * @param sentence - what was expected, what was found; without final stop
   * @param place - field or type of the encoding
   * @param remedy - what to do now
   */
  constructor(sentence: string, place: string, remedy: string) {
    super(sentence);
    this.name = 'EncodeError';
    this.place = place;
    this.remedy = remedy;
  }

  /** The same as `message`. */
  get sentence(): string {
    return this.message;
  }
}
