import type { ClientRequest, IncomingMessage } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { pipeline, type Readable } from 'node:stream';
import { GatheredOctets } from '@entente/trust';
import { TlsFault } from '../fault/fault.ts';

/** When an exchange is given up. */
export interface ExchangeBounds {
  /** Origin of the URL, for faults. */
  readonly place: string;
  readonly idleTimeoutMs: number;
  readonly deadlineMs: number;
  /** Of {@link deadlineMs}, what is gone already. */
  readonly spentMs: number;
  readonly signals: readonly (AbortSignal | undefined)[];
}

/** One request and its answer. Use either {@link whole} or {@link stream}, once. */
export class HttpExchange {
  readonly #bounds: ExchangeBounds;
  readonly #answer: Promise<IncomingMessage>;
  readonly #release: () => void;
  readonly #outgoing: ClientRequest;
  #answered: IncomingMessage | undefined;
  #stopDeadline: () => void = () => {};
  #fail: (reason: unknown) => void = () => {};

  /**
   * @param target - where the request goes, over which agent
   * @param body - of the request; a stream must have the length that the target's headers say
   * @param bounds - when it is given up
   */
  constructor(target: RequestOptions, body: Buffer | Readable | undefined, bounds: ExchangeBounds) {
    this.#bounds = bounds;
    const { deadlineMs, idleTimeoutMs, place, signals, spentMs } = bounds;
    const outgoing = request({ ...target, timeout: idleTimeoutMs });
    this.#outgoing = outgoing;
    this.#answer = new Promise((resolve, reject) => {
      this.#fail = (reason) => {
        // A request that has no connection yet does not report its end, so the promise is settled here.
        reject(reason);
        const error = reason instanceof Error ? reason : new Error(String(reason));
        if (this.#answered === undefined) outgoing.destroy(error);
        else this.#answered.destroy(error);
      };
      outgoing.once('response', (incoming) => {
        this.#answered = incoming;
        resolve(incoming);
      });
      outgoing.on('error', reject);
    });
    // It may be rejected before its reader is there.
    this.#answer.catch(() => {});
    const timer = setTimeout(
      () => this.#fail(tooSlow(place, `expected the whole answer within ${deadlineMs} ms, found less`)),
      Math.max(1, deadlineMs - spentMs),
    );
    this.#stopDeadline = () => clearTimeout(timer);
    outgoing.once('timeout', () =>
      this.#fail(tooSlow(place, `expected an answer, found nothing for ${idleTimeoutMs} ms`)),
    );
    const aborts = signals.filter((signal) => signal !== undefined).map((signal) => this.#obey(signal));
    this.#release = () => {
      clearTimeout(timer);
      for (const stop of aborts) stop();
    };
    if (body === undefined || Buffer.isBuffer(body)) outgoing.end(body);
    // An error of either is an error of the request.
    else pipeline(body, outgoing, (error) => error != null && this.#fail(error));
  }

  /**
   * Whether it was sent over a connection that had been kept, and that its server closed without an answer: most often the server closed it before it
   * read the request (RFC 9112, section 9.3.1).
   *
   * @param error - with which it ended
   */
  wasCutOff(error: unknown): boolean {
    const { code } = error as { readonly code?: unknown };
    return (
      this.#outgoing.reusedSocket &&
      this.#answered === undefined &&
      (code === 'ECONNRESET' || code === 'EPIPE')
    );
  }

  /**
   * Reads the answer to its end.
   * @param maxBytes - greatest body, in bytes
   */
  async whole(maxBytes: number): Promise<Response> {
    try {
      const incoming = await this.#answer;
      return this.#responseOf(incoming, await this.#read(incoming, maxBytes));
    } finally {
      this.#release();
    }
  }

  /** Hands the answer over once its header is there. */
  async stream(): Promise<IncomingMessage> {
    try {
      const incoming = await this.#answer;
      this.#stopDeadline();
      incoming.once('close', this.#release);
      return incoming;
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  #obey(signal: AbortSignal): () => void {
    const abort = () => this.#fail(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    return () => signal.removeEventListener('abort', abort);
  }

  async #read(incoming: IncomingMessage, maxBytes: number): Promise<Buffer> {
    const gathered = new GatheredOctets(maxBytes);
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      if (!gathered.add(chunk)) throw tooLarge(this.#bounds.place, maxBytes);
    }
    return Buffer.from(gathered.whole().buffer, 0, gathered.length);
  }

  #invalid(status: number, cause?: unknown): TlsFault {
    return new TlsFault('ENTENTE_ANSWER_INVALID', {
      sentence: `expected an answer of HTTP, found status ${status} or a field that HTTP does not know`,
      place: this.#bounds.place,
      remedy: 'check that the URL leads to the intended server',
      ...(cause === undefined ? {} : { cause }),
    });
  }

  #responseOf(incoming: IncomingMessage, bytes: Buffer): Response {
    const status = incoming.statusCode ?? 0;
    // Judged here: libraries replace `Response` for the whole process by one that takes any.
    if (status < 200 || status > 599 || status === 205) throw this.#invalid(status);
    try {
      const headers = new Headers();
      for (const [name, value] of Object.entries(incoming.headers)) {
        // node:http joins what may be joined, and leaves the values of Set-Cookie apart.
        for (const one of value === undefined ? [] : [value].flat()) headers.append(name, one);
      }
      const empty = status === 204 || status === 304;
      return new Response(empty ? null : new Uint8Array(bytes), { status, headers });
    } catch (cause) {
      // node:http reads statuses and fields that a Response cannot hold.
      throw this.#invalid(status, cause);
    }
  }
}

function tooSlow(place: string, sentence: string): TlsFault {
  return new TlsFault('ENTENTE_TIMEOUT', {
    sentence,
    place,
    remedy: 'check that the server is reachable and not overloaded',
  });
}

function tooLarge(place: string, maxBytes: number): TlsFault {
  return new TlsFault('ENTENTE_ANSWER_TOO_LARGE', {
    sentence: `expected an answer of at most ${maxBytes} bytes, found more`,
    place,
    remedy: 'check that the URL leads to the intended server, or raise limits.maxBytes',
  });
}
