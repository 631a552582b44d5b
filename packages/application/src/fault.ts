/** What an application has done wrong, or cannot do now. Match it by `code`. */
export type ApplicationFaultCode =
  /** It would send as an address that the topology does not give it. */
  | 'ENTENTE_APPLICATION_NOT_OWN_ADDRESS'
  /** No front end can be reached that it may send requests to. */
  | 'ENTENTE_APPLICATION_NO_FRONT_END'
  /** A bound, a method or an argument that it cannot be given. */
  | 'ENTENTE_APPLICATION_BAD_ARGUMENT';

/** A fault of an application: what happened, where, and what to do. */
export class ApplicationFault extends Error {
  /** Stable literal. */
  readonly code: ApplicationFaultCode;
  /** Address, server or field that it is about. */
  readonly place: string;
  /** What to do now. */
  readonly remedy: string;

  /**
   * @param code - stable literal
   * @param parts - sentence without final stop, place and remedy
   */
  constructor(
    code: ApplicationFaultCode,
    parts: {
      readonly sentence: string;
      readonly place: string;
      readonly remedy: string;
      readonly cause?: unknown;
    },
  ) {
    super(parts.sentence, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = 'ApplicationFault';
    this.code = code;
    this.place = parts.place;
    this.remedy = parts.remedy;
  }

  /** The same as `message`. */
  get sentence(): string {
    return this.message;
  }
}
