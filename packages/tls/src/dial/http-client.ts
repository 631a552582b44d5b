import { setMaxListeners } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Agent, RequestOptions } from 'node:https';
import { abortSignal, nested, type Shape, wholeNumber } from '@entente/options';
import { TlsFault } from '../fault/fault.ts';
import { checks } from '../options/checks.ts';

import { refusedByPeer } from '../refusal/refused-by-peer.ts';
import { type AgentOptions, agent, agentShape, type OverAnother } from './agent.ts';
import { HttpExchange } from './http-exchange.ts';
import { requestOf } from './read-fetch-request.ts';
import { bodyOf } from './request-body.ts';

/** Bounds on one request of {@link httpClient} and its answer. None can be turned off. */
export interface HttpClientLimits {
  /** Greatest body that is read, in bytes, 1 to 268,435,456. Default 1,048,576. */
  readonly maxBytes?: number;
  /** Milliseconds in which nothing arrives before a request is given up, 1 to 600,000. Default 10,000. */
  readonly idleTimeoutMs?: number;
  /** Milliseconds for a request and its whole answer, however steadily it arrives, 1 to 600,000. Default 60,000. */
  readonly deadlineMs?: number;
}

/** Options of {@link httpClient}. */
export interface HttpClientOptions extends AgentOptions {
  /** Bounds on each request and its answer; each that is left out has its default. */
  readonly limits?: HttpClientLimits;
  /** Gives up every request when it aborts, those that begin later too. */
  readonly signal?: AbortSignal;
}

/** Sends requests over connections under the verdict. */
export interface HttpClient {
  /**
   * Sends a request and reads its answer to the end. Redirects are not followed.
   *
   * @param request - with an `https:` URL, or that URL; its `signal` gives up this request alone. A body is read whole before it is sent, unless
   * the request has a `content-length`: then it is sent as it is read, and fails where it has another length. Where the server closes a connection that was
   * kept instead of answering, it is sent once more over another one, if its method is idempotent (RFC 9110, section 9.2.2) and its body was read whole
   * @param init - method, headers, body and signal, as for `fetch` of the platform
   * @returns the answer with its whole body
   * @throws TrustError `ENTENTE_REFUSED`
   * @throws TlsFault `ENTENTE_TIMEOUT`, `ENTENTE_ANSWER_TOO_LARGE`, `ENTENTE_ANSWER_INVALID`, `ENTENTE_PLAIN_HTTP`, `ENTENTE_CLIENT_CLOSED`
   * where the client is disposed of before its answer is there, and those of `connect`; the reason of a signal that aborts; errors of TCP as they are
   */
  fetch(request: Request | URL | string, init?: RequestInit): Promise<Response>;
  /**
   * Sends a request and hands over its answer as it arrives: for streams that do not end, such as server-sent events. The size
   * is for the caller to bound.
   *
   * @param request - as for `fetch`
   * @param idleTimeoutMs - milliseconds in which nothing arrives before the stream fails, 1 to 600,000; default as for `fetch`
   * @returns the answer once its header is there; it fails with the reason where it is given up. `destroy` it to end it.
   * @throws as `fetch`
   */
  open(request: Request | URL | string, idleTimeoutMs?: number): Promise<IncomingMessage>;
  /** Closes its connections, and gives up every request; it dials no more. */
  [Symbol.dispose](): void;
}

const idleTimeout = wholeNumber(1, 600_000);
/** Methods that may be sent twice (RFC 9110, section 9.2.2). */
const idempotent: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

const shape: Shape<HttpClientOptions> = {
  ...agentShape,
  limits: nested<HttpClientLimits>({
    maxBytes: wholeNumber(1, 268_435_456),
    idleTimeoutMs: idleTimeout,
    deadlineMs: wholeNumber(1, 600_000),
  }),
  signal: abortSignal,
};

/**
 * An HTTP client whose every connection has passed the verdict, and whose every answer is bounded in size and time.
 *
 * @param options - trust, identity, which servers may answer, and the bounds
 * @returns the client; dispose of it to close its connections
 * @throws TlsFault `ENTENTE_OPTION_INVALID`
 */
export function httpClient(options: HttpClientOptions): HttpClient {
  const { addresses, limits = {}, signal, ...dialling } = checks.read(options, shape, 'httpClient');
  const { maxBytes = 1_048_576, idleTimeoutMs = 10_000, deadlineMs = 60_000 } = limits;
  const dialler: Agent = agent(dialling);
  // An agent of the platform that was destroyed dials for the next request all the same.
  const closed = new AbortController();
  const stop = signal === undefined ? closed.signal : AbortSignal.any([closed.signal, signal]);
  // Each request listens while it is under way.
  setMaxListeners(0, stop);
  const send = async <T>(
    request: Request,
    idleMs: number,
    read: (exchange: HttpExchange) => Promise<T>,
  ): Promise<T> => {
    const url = new URL(request.url);
    if (url.protocol !== 'https:') throw plainHttp(url);
    stop.throwIfAborted();
    request.signal.throwIfAborted();
    const body = await bodyOf(request);
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const target: RequestOptions & OverAnother = {
      agent: dialler,
      host: addresses?.get(host) ?? host,
      servername: host,
      port: url.port === '' ? 443 : Number(url.port),
      method: request.method,
      path: `${url.pathname}${url.search}`,
      headers: {
        ...Object.fromEntries(request.headers),
        host: url.host,
        ...(Buffer.isBuffer(body) ? { 'content-length': String(body.length) } : {}),
      },
    };
    const began = performance.now();
    const bounds = {
      place: url.origin,
      idleTimeoutMs: idleMs,
      deadlineMs,
      spentMs: 0,
      signals: [stop, request.signal],
    };
    const exchange = new HttpExchange(target, body, bounds);
    try {
      return await read(exchange);
    } catch (error) {
      const canBeSentAgain = body === undefined || Buffer.isBuffer(body);
      if (!idempotent.has(request.method) || !canBeSentAgain || !exchange.wasCutOff(error)) throw error;
      const again: RequestOptions & OverAnother = { ...target, overAnother: true };
      const spentMs = performance.now() - began;
      return await read(new HttpExchange(again, body, { ...bounds, spentMs })).catch((failure: unknown) => {
        // It was sent, and nothing came: that says of the certificate of this side, with which the first connection was open, no more than the first end did.
        throw refusedByPeer(failure)?.sent === true ? error : failure;
      });
    }
  };
  return {
    async fetch(request, init) {
      return send(requestOf(request, 'fetch', init), idleTimeoutMs, (exchange) => exchange.whole(maxBytes));
    },
    async open(request, idleMs = idleTimeoutMs) {
      idleTimeout.read(idleMs, checks.optionsOf('open').within('idleTimeoutMs'));
      return send(requestOf(request, 'open'), idleMs, (exchange) => exchange.stream());
    },
    [Symbol.dispose]() {
      closed.abort(clientClosed());
      dialler.destroy();
    },
  };
}

function clientClosed(): TlsFault {
  return new TlsFault('ENTENTE_CLIENT_CLOSED', {
    sentence: 'expected a client that is open, found one that was disposed of',
    place: 'httpClient',
    remedy: 'dispose of a client after its last answer is there, or create another one',
  });
}

function plainHttp(url: URL): TlsFault {
  return new TlsFault('ENTENTE_PLAIN_HTTP', {
    sentence: `expected an https URL, found ${url.origin}`,
    place: 'URL of the request',
    remedy: 'use https: without TLS nothing proves which server answers',
  });
}
