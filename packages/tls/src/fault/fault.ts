import { Fault } from '@entente/options';
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
export class TlsFault extends Fault<TlsFaultCode> {
  /** Always `TlsFault`. */
  override readonly name = 'TlsFault';
}

/**
 * A connection that was refused: by the verdict, or by the peer (`rejection.reason` is then `peer-refused`). Match it by `code`.
 */
export class TrustError extends Fault<'ENTENTE_REFUSED'> {
  /** Always `TrustError`. */
  override readonly name = 'TrustError';
  /** Why, with data, sentence and remedy. */
  readonly rejection: Rejection;
  /** The whole verdict with its evidence; absent where no chain was judged. */
  readonly verdict: Extract<TrustVerdict, { trusted: false }> | undefined;

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
    const sentence = `${rejection.reason}: ${rejection.message}`;
    super('ENTENTE_REFUSED', { sentence, place, remedy: rejection.remedy, cause });
    this.rejection = rejection;
    this.verdict = verdict;
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
