/** An object that leads to a socket: a request of node:http or node:http2, an HTTP/2 stream or session. */
export interface HasSocket {
  /** The socket below: of a request of node:http, or of an HTTP/2 session. */
  readonly socket?: unknown;
  /** The HTTP/2 session of a stream. */
  readonly session?: unknown;
  /** The HTTP/2 stream of a request. */
  readonly stream?: unknown;
}

/**
 * Looks for what a connection carries.
 *
 * @param from - a socket, or what leads to one
 * @param key - what is carried under
 * @returns what the first that has it carries; undefined where none has
 */
export function below<T>(from: object | null | undefined, key: symbol): T | undefined {
  let at: unknown = from;
  // socket ← request, socket ← session ← stream ← request, and below a session of a client the stream that it was given: no chain is longer.
  for (let step = 0; step < 6 && typeof at === 'object' && at !== null; step++) {
    const carried = (at as Readonly<Record<symbol, T | undefined>>)[key];
    if (carried !== undefined) return carried;
    const { socket, session, stream } = at as HasSocket;
    at = socket ?? session ?? stream;
  }
  return undefined;
}
