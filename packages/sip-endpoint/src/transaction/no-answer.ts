import type { TransactionEnd } from '@entente/sip';

/** Why a request got no answer; match it by `code`. */
export class NoAnswerError extends Error {
  /** Stable literal: the time ran out, the connection broke, or this side ended the transaction. */
  readonly code: 'ENTENTE_SIP_TIMEOUT' | 'ENTENTE_SIP_CONNECTION_LOST' | 'ENTENTE_SIP_CLOSED';
  /** Server, or address and port, that was to answer. */
  readonly place: string;
  /** What to do now. */
  readonly remedy: string;

  /**
   * @param end - how the transaction ended
   * @param method - of the request
   * @param place - server, or address and port, that was to answer
   */
  constructor(end: TransactionEnd, method: string, place: string) {
    const lost = end === 'transport-error';
    super(
      lost ? `the connection was lost before ${method} was answered` : `${method} was not answered in time`,
    );
    this.name = 'NoAnswerError';
    this.code = lost
      ? 'ENTENTE_SIP_CONNECTION_LOST'
      : end === 'timeout'
        ? 'ENTENTE_SIP_TIMEOUT'
        : 'ENTENTE_SIP_CLOSED';
    this.place = place;
    this.remedy = lost
      ? 'send the request again on a new connection'
      : 'check that the server runs and is reachable, then send the request again';
  }

  /** The same as `message`. */
  get sentence(): string {
    return this.message;
  }
}
