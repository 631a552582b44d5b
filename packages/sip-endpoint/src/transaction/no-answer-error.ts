import { Fault } from '@entente/options';
import type { TransactionEnd } from '@entente/sip';

/** How a request got no answer: `not-taken` where it was not sent, for too much waits for the peer. */
export type NoAnswer = TransactionEnd | 'not-taken';

/** Codes of the ways in which a request got no answer. */
type NoAnswerCode =
  | 'ENTENTE_SIP_TIMEOUT'
  | 'ENTENTE_SIP_CONNECTION_LOST'
  | 'ENTENTE_SIP_NOT_TAKEN'
  | 'ENTENTE_SIP_CLOSED';

interface Telling {
  readonly code: NoAnswerCode;
  readonly says: (method: string) => string;
  readonly remedy: string;
}

const late = (method: string): string => `${method} was not answered in time`;
const ask = 'check that the server runs and is reachable, then send the request again';
const closed: Telling = {
  code: 'ENTENTE_SIP_CLOSED',
  says: (method) => `${method} was given up before it was answered: this side was disposed of`,
  remedy: 'dispose of the endpoint or user agent once its requests are answered',
};

const tellings: Readonly<Partial<Record<NoAnswer, Telling>>> = {
  timeout: { code: 'ENTENTE_SIP_TIMEOUT', says: late, remedy: ask },
  'transport-error': {
    code: 'ENTENTE_SIP_CONNECTION_LOST',
    says: (method) => `the connection was lost before ${method} was answered`,
    remedy: 'send the request again on a new connection',
  },
  'not-taken': {
    code: 'ENTENTE_SIP_NOT_TAKEN',
    says: (method) => `${method} was not sent: the other side takes too little of what waits for it`,
    remedy: 'wait for the answers to what was sent before, then send the request again',
  },
};

/** Why a request got no answer; match it by `code`. */
export class NoAnswerError extends Fault<NoAnswerCode> {
  /** Always `NoAnswerError`. */
  override readonly name = 'NoAnswerError';

  /**
   * @param end - how the transaction ended
   * @param method - of the request
   * @param place - server, or address and port, that was to answer
   */
  constructor(end: NoAnswer, method: string, place: string) {
    const { code, remedy, says } = tellings[end] ?? closed;
    super(code, { sentence: says(method), place, remedy });
  }
}
