import type { RequestListener } from 'node:http';
import https, { type Server } from 'node:https';
import { type ServeOptions, serve, type TrustedServer } from '@entente/tls';
import { oneAtATime } from './one-at-a-time.ts';
import { readInPieces } from './read-in-pieces.ts';

/**
 * Serves HTTPS with `serve` of `@entente/tls`, one request at a time on each connection: those that a client has sent early are answered in order, and
 * nothing more is parsed meanwhile. A connection that sends more than four early is closed. A request with two Host fields is answered 400,
 * and nothing after it.
 * @param options - of `serve`
 * @param listener - answers requests; called for the next one on a connection when the answer before has been written
 * @throws TlsFault as `serve` does
 */
export async function serveHttps(
  options: ServeOptions,
  listener: RequestListener,
): Promise<TrustedServer<Server>> {
  const served = await serve(https, options, oneAtATime(listener));
  readInPieces(served.server);
  return served;
}
