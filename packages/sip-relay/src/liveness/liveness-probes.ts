import type { SipRequest, SipResponse } from '@entente/sip';
import { type NextHop, NoAnswerError, type SipConnection, type SipEndpoint } from '@entente/sip-endpoint';

/** Milliseconds in which another server of ours answers a request, or counts as silent. */
const patienceMs = 2_000;
/** The same for a keep-alive, which costs it nothing: less than the second after which it is asked again. */
const pongMs = 950;
/**
 * Questions in a row without an answer, after which a connection is closed: what was lost on it, TCP sends again much later, and what waits
 * for an answer on it goes to another server.
 */
const maxSilences = 3;

/** Questions of a server itself to others of ours: requests, and keep-alives. */
export class LivenessProbes {
  readonly #endpoint: SipEndpoint;
  readonly #silences = new WeakMap<SipConnection, number>();
  /** Who waits for the answer to a keep-alive. */
  readonly #pinged = new WeakMap<SipConnection, (isThere: boolean) => void>();

  /** @param endpoint - on whose connections they travel */
  constructor(endpoint: SipEndpoint) {
    this.#endpoint = endpoint;
  }

  /**
   * Sends a request and waits for its final response.
   * @param request - without our Via
   * @param hop - where the server is
   * @throws what the dialling failed of; `NoAnswerError` where no answer comes in time
   */
  async ask(request: SipRequest, hop: NextHop): Promise<SipResponse> {
    this.#endpoint.retry(hop);
    const connection = await this.#endpoint.reach(hop);
    const answer = this.#endpoint.ask(request, connection);
    return this.#orSilent(answer, connection, patienceMs, () => {
      throw new NoAnswerError('timeout', request.method, hop.name);
    });
  }

  /**
   * Asks a server by a keep-alive whether it is there: any server that speaks SIP over TLS answers, whatever it serves.
   * @param hop - where the server is
   * @throws what the dialling failed of
   * @see RFC 5626 §3.5.1
   */
  async isThere(hop: NextHop): Promise<boolean> {
    this.#endpoint.retry(hop);
    const connection = await this.#endpoint.reach(hop);
    const answer = new Promise<boolean>((resolve) => this.#pinged.set(connection, resolve));
    connection.ping();
    return this.#orSilent(answer, connection, pongMs, () => false);
  }

  /** A server has answered a keep-alive. */
  onPong(connection: SipConnection): void {
    this.#pinged.get(connection)?.(true);
  }

  /** The connection is closed: nothing comes on it any more. */
  onClosed(connection: SipConnection): void {
    this.#pinged.get(connection)?.(false);
  }

  async #orSilent<T>(
    answer: Promise<T>,
    connection: SipConnection,
    withinMs: number,
    otherwise: () => T,
  ): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, withinMs, undefined);
      timer.unref();
    });
    try {
      const first = await Promise.race([answer.then((value) => ({ value })), silence]);
      if (first === undefined) {
        this.#silent(connection);
        return otherwise();
      }
      this.#silences.delete(connection);
      return first.value;
    } finally {
      clearTimeout(timer);
    }
  }

  #silent(connection: SipConnection): void {
    const silences = (this.#silences.get(connection) ?? 0) + 1;
    this.#silences.set(connection, silences);
    if (silences >= maxSilences) connection.close();
  }
}
