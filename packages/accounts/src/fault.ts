/** Stable codes of the faults of a directory of accounts. */
export type AccountsFaultCode =
  | 'ENTENTE_ACCOUNTS_UNAVAILABLE'
  | 'ENTENTE_ACCOUNTS_DAMAGED'
  | 'ENTENTE_ACCOUNTS_TOO_NEW'
  | 'ENTENTE_ACCOUNTS_CLOSED'
  | 'ENTENTE_ACCOUNTS_BAD_ARGUMENT';

/** A fault of the storage or of the program that asks, never of the user whom an account is of. Match it by `code`. */
export class AccountsFault extends Error {
  /** Stable code. */
  readonly code: AccountsFaultCode;
  /** Database or argument that the sentence is about. */
  readonly place: string;
  /** What to do now. */
  readonly remedy: string;

  /**
   * @param code - stable code
   * @param parts - sentence without final stop, place, remedy and what caused it
   */
  constructor(
    code: AccountsFaultCode,
    parts: {
      readonly sentence: string;
      readonly place: string;
      readonly remedy: string;
      readonly cause?: unknown;
    },
  ) {
    super(parts.sentence, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = 'AccountsFault';
    this.code = code;
    this.place = parts.place;
    this.remedy = parts.remedy;
  }

  /** The same as `message`. */
  get sentence(): string {
    return this.message;
  }
}

/** The fault of a directory that was closed. */
export function accountsClosed(place: string): AccountsFault {
  return new AccountsFault('ENTENTE_ACCOUNTS_CLOSED', {
    sentence: 'the directory of accounts is closed',
    place,
    remedy: 'open it again before using it',
  });
}
