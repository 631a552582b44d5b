/** Stable codes of the faults that this package throws. */
export type PkiFaultCode =
  | 'ENTENTE_PKI_DUPLICATE_SERIAL'
  | 'ENTENTE_PKI_UNKNOWN_SERIAL'
  | 'ENTENTE_PKI_LEDGER_DAMAGED'
  | 'ENTENTE_PKI_LEDGER_CLOSED'
  | 'ENTENTE_PKI_LEDGER_LOCKED'
  | 'ENTENTE_PKI_KEY_MISMATCH'
  | 'ENTENTE_PKI_KEY_UNSUPPORTED'
  | 'ENTENTE_PKI_BAD_ARGUMENT'
  | 'ENTENTE_PKI_AUTHORITY_EXISTS'
  | 'ENTENTE_PKI_AUTHORITY_DAMAGED'
  | 'ENTENTE_PKI_PKCS12_UNREADABLE'
  | 'ENTENTE_PKI_TRANSPORT';

/** A fault of the caller or of the machine, never of a requester. Match it by `code`. */
export class PkiFault extends Error {
  /** Stable literal. */
  readonly code: PkiFaultCode;
  /** What the operator should do now. */
  readonly remedy: string;
  /** File or argument that the sentence is about, if there is one. */
  readonly place?: string;

  /**
   * @param code stable literal
   * @param parts sentence (expected, found), remedy, and the place if there is one
   */
  constructor(
    code: PkiFaultCode,
    parts: {
      readonly sentence: string;
      readonly remedy: string;
      readonly place?: string;
      readonly cause?: unknown;
    },
  ) {
    super(parts.sentence, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = 'PkiFault';
    this.code = code;
    this.remedy = parts.remedy;
    if (parts.place !== undefined) this.place = parts.place;
  }
}
