import type { IncomingMessage } from 'node:http';
import type { Agent } from 'node:https';
import { request as httpsRequest } from 'node:https';

/** How requests reach the authority. */
export interface TransportOptions {
  /** Judges each connection; from `agent()` of `@entente/tls`. */
  readonly agent: Agent;
  /** Address to dial instead of looking the name up; the name in the certificate stays the one of the URL. */
  readonly address?: string;
  /** Milliseconds without any progress before a request is given up. Default 10 s. */
  readonly timeoutMs?: number;
  /** Milliseconds for the whole of a request and its answer. Default 60 s: whoever slows the network down freezes nobody. */
  readonly deadlineMs?: number;
  /** Every request is given up when it aborts. */
  readonly signal?: AbortSignal;
  /** Largest answer that is read, in bytes. Default 64 MiB. */
  readonly maxBytes?: number;
}

/**
 * A fetch-like function over judged connections. Redirects are not followed: the authority gives none.
 * @param options agent, address and bounds
 */
export function createTransport(options: TransportOptions): (request: Request) => Promise<Response> {
  const { agent, address, signal, timeoutMs = 10_000, deadlineMs = 60_000, maxBytes = 67_108_864 } = options;
  return async (request) => {
    const url = new URL(request.url);
    const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer());
    return new Promise<Response>((resolve, reject) => {
      const ended = () => new Error(`${url.host} is no longer asked`);
      if (signal?.aborted === true) return reject(ended());
      const outgoing = httpsRequest({
        agent,
        host: address ?? url.hostname,
        servername: url.hostname,
        port: url.port === '' ? 443 : Number(url.port),
        method: request.method,
        path: `${url.pathname}${url.search}`,
        headers: {
          ...Object.fromEntries(request.headers),
          host: url.host,
          ...(body === undefined ? {} : { 'content-length': String(body.length) }),
        },
        timeout: timeoutMs,
        signal: request.signal,
      });
      const giveUp = () =>
        outgoing.destroy(new Error(`${url.host} has not answered in full within ${deadlineMs} ms`));
      const deadline = setTimeout(giveUp, deadlineMs);
      const end = () => {
        outgoing.destroy();
        // Without a connection yet, a request says nothing of its end.
        clearTimeout(deadline);
        reject(ended());
      };
      signal?.addEventListener('abort', end);
      outgoing.once('close', () => {
        clearTimeout(deadline);
        signal?.removeEventListener('abort', end);
      });
      outgoing.once('timeout', () =>
        outgoing.destroy(new Error(`no answer from ${url.host} within ${timeoutMs} ms`)),
      );
      outgoing.once('error', reject);
      outgoing.once('response', (incoming) => {
        // Not every status and header that Node reads makes a Response: that must not end the process.
        readBody(incoming, maxBytes)
          .then((bytes) => resolve(responseOf(incoming, bytes)))
          .catch(reject);
      });
      outgoing.end(body);
    });
  };
}

function responseOf(incoming: IncomingMessage, bytes: Buffer): Response {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  const status = incoming.statusCode ?? 502;
  const empty = status === 204 || status === 304;
  return new Response(empty ? null : new Uint8Array(bytes), { status, headers });
}

async function readBody(incoming: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      incoming.destroy();
      throw new Error(`the answer is larger than ${maxBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}
