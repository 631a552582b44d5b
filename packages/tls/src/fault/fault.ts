import type { Rejection, TrustVerdict } from '@entente/trust';

/** Stable literals of the faults that this package throws. */
export type TlsFaultCode =
  | 'ENTENTE_FILE_UNREADABLE'
  | 'ENTENTE_CERTIFICATE_UNREADABLE'
  | 'ENTENTE_CERTIFICATE_NOT_VALID'
  | 'ENTENTE_KEY_UNREADABLE'
  | 'ENTENTE_KEY_MISMATCH'
  | 'ENTENTE_PLATFORM_CHECKS_OFF'
  | 'ENTENTE_OPTION_INVALID'
  | 'ENTENTE_TRUST_CLOSED'
  | 'ENTENTE_CLIENT_CLOSED'
  | 'ENTENTE_LISTEN_FAILED'
  | 'ENTENTE_HANDSHAKE_FAILED'
  | 'ENTENTE_TIMEOUT'
  | 'ENTENTE_ANSWER_TOO_LARGE'
  | 'ENTENTE_ANSWER_INVALID'
  | 'ENTENTE_PLAIN_HTTP';

/**
 * A fault that the operator or the caller can fix: one sentence, the place that it is about, and a remedy.
 * Match it by `code`, not by `instanceof`: two installed copies of this package have two classes.
 */
export class TlsFault extends Error {
  /** Stable literal. */
  readonly code: TlsFaultCode;
  /** File, option, environment variable or `host:port` that the sentence is about. */
  readonly place: string;
  /** What to do now. */
  readonly remedy: string;

  /**
   * @param code - stable literal
   * @param parts - sentence without final stop, place, remedy and what caused it
   */
  constructor(
    code: TlsFaultCode,
    parts: {
      readonly sentence: string;
      readonly place: string;
      readonly remedy: string;
      readonly cause?: unknown;
    },
  ) {
    super(parts.sentence, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = 'TlsFault';
    this.code = code;
    this.place = parts.place;
    this.remedy = parts.remedy;
  }

  /** The same as `message`. */
  get sentence(): string {
    return this.message;
  }
}

/**
 * A connection that was refused: by the verdict, or by the peer (`rejection.reason` is then `peer-refused`). Match it by `code`.
 */
export class TrustError extends Error {
  /** Always `ENTENTE_REFUSED`; the reason is in `rejection.reason`. */
  readonly code = 'ENTENTE_REFUSED';
  /** Why, with data, sentence and remedy. */
  readonly rejection: Rejection;
  /** The whole verdict with its evidence; absent where no chain was judged. */
  readonly verdict: Extract<TrustVerdict, { trusted: false }> | undefined;
  /** `host:port` of the peer. */
  readonly place: string;
  /** What to do now. */
  readonly remedy: string;

  /**
   * @param rejection - why
   * @param place - `host:port` of the peer
   * @param verdict - the verdict that refused, where there is one
   * @param cause - error of the platform, where there is one
   */
  constructor(
    rejection: Rejection,
    place: string,
    verdict?: Extract<TrustVerdict, { trusted: false }>,
    cause?: unknown,
  ) {
    super(`${rejection.reason}: ${rejection.message}`, cause === undefined ? undefined : { cause });
    this.name = 'TrustError';
    this.rejection = rejection;
    this.verdict = verdict;
    this.place = place;
    this.remedy = rejection.remedy;
  }

  /** The same as `message`. */
  get sentence(): string {
    return this.message;
  }
}

/**
 * Recognises a {@link TrustError} by its code, also one of another installed copy of this package.
 * @param error - anything that was thrown
 * @returns whether it is one
 */
export function isTrustError(error: unknown): error is TrustError {
  return (
    typeof error === 'object' &&
    error !== null &&
    (error as Partial<TrustError>).code === 'ENTENTE_REFUSED' &&
    (error as Partial<TrustError>).rejection !== undefined
  );
}
