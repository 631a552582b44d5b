/** Codes of the exceptions of this package. */
export type TopologyFaultCode =
  | 'ENTENTE_NOT_CANONICAL'
  | 'ENTENTE_UNKNOWN_SERVER'
  | 'ENTENTE_INVALID_TOPOLOGY'
  | 'ENTENTE_BAD_SIGNER'
  | 'ENTENTE_BAD_DIRECTION'
  | 'ENTENTE_BAD_END'
  | 'ENTENTE_TOPOLOGY_VERSION_EXISTS'
  | 'ENTENTE_TOPOLOGY_BAD_ARGUMENT';

/** A mistake of the caller. Match it by `code`. */
export class TopologyFault extends Error {
  /** Stable literal. */
  readonly code: TopologyFaultCode;
  /** Argument or field of the document that the sentence is about. */
  readonly place: string;
  /** What to do now. */
  readonly remedy: string;

  /**
   * @param code - stable literal
   * @param parts - sentence without final stop, place and remedy
   */
  constructor(
    code: TopologyFaultCode,
    parts: { readonly sentence: string; readonly place: string; readonly remedy: string },
  ) {
    super(parts.sentence);
    this.name = 'TopologyFault';
    this.code = code;
    this.place = parts.place;
    this.remedy = parts.remedy;
  }

  /** The same as `message`. */
  get sentence(): string {
    return this.message;
  }
}
