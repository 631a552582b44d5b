import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Handler } from '@entente/pki';

/** Bounds on what a stranger can make a listener of public objects do; `node:http` and `node:https` take them. */
export const strangerLimits = {
  /** Bytes of a request's header. */
  maxHeaderSize: 4_096,
  /** Milliseconds for the header. */
  headersTimeout: 5_000,
  /** Milliseconds for a whole request. */
  requestTimeout: 10_000,
  /** Milliseconds that an idle connection is kept. */
  keepAliveTimeout: 5_000,
  /** How often these times are looked at, milliseconds. */
  connectionsCheckingInterval: 2_000,
} as const;

/** Open connections at once. */
export const mostConnections = 2_000;
/** Requests on one connection. */
export const mostRequests = 100;

/**
 * Lets a handler answer requests of strangers. Only the method, the path and `If-None-Match` are read: no body, no other header,
 * and a target that names another server means our own path all the same, because nothing is ever forwarded.
 * @param handler answers GET and HEAD
 * @param onFault told of a fault of this program
 */
export function answerRequests(handler: Handler, onFault: (fault: unknown) => void): RequestListener {
  return (incoming, outgoing) => {
    answer(handler, incoming, outgoing).catch((fault: unknown) => {
      onFault(fault);
      if (!outgoing.headersSent) outgoing.writeHead(500);
      outgoing.end();
    });
  };
}

async function answer(handler: Handler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const { method = 'GET', url: target = '/', headers } = incoming;
  const base = 'http://edge.invalid';
  const path = URL.canParse(target, base) ? new URL(target, base).pathname : '/';
  const known = headers['if-none-match'];
  // Methods that no Request may have are not ours either.
  const asked = method === 'GET' || method === 'HEAD' ? method : 'POST';
  const response = await handler(
    new Request(new URL(path, base), {
      method: asked,
      ...(known === undefined ? {} : { headers: { 'if-none-match': known } }),
    }),
  );
  const body = Buffer.from(await response.arrayBuffer());
  // Whoever sends a body would have us read it: he is answered, and the connection ends.
  if (
    asked === 'POST' ||
    headers['content-length'] !== undefined ||
    headers['transfer-encoding'] !== undefined
  )
    outgoing.setHeader('connection', 'close');
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(body);
}
