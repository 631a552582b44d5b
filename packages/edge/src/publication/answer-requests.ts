import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { objectHeaders, type PublicObject } from '@entente/pki';

/** What is public at a path. */
export type FindObject = (path: string) => PublicObject | undefined;

/** Bounds of a listener of public objects, which anybody may ask; options of `node:http`. */
export const publicLimits = {
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
const mostPerAddress = 64;
/** Requests on one connection. */
export const mostRequests = 100;
/** Milliseconds within which an answer must have been taken; 16 MiB pass in it at 2.3 Mbit/s. */
const answerTimeoutMs = 60_000;

/**
 * Answers anybody's requests for public objects. Only the method, the path and `If-None-Match` are read: no body, no other header. A
 * target that names another server is read as our own path, because nothing is ever forwarded. A request for anything else gets 404
 * and no more.
 * @param find - what is public at a path
 * @param onFault - called with what `find` has thrown
 */
export function answerRequests(find: FindObject, onFault: (fault: unknown) => void): RequestListener {
  return (incoming, outgoing) => {
    boundInTime(outgoing);
    const { headers, method } = incoming;
    // Requests with a body are answered, then the connection is closed: the body is not read.
    if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined)
      outgoing.setHeader('connection', 'close');
    if (method !== 'GET' && method !== 'HEAD') {
      outgoing.writeHead(405, { allow: 'GET, HEAD', connection: 'close', 'content-length': '0' }).end();
      return;
    }
    let object: PublicObject | undefined;
    try {
      object = find(pathOf(incoming));
    } catch (fault) {
      onFault(fault);
      outgoing.writeHead(500, { 'content-length': '0', connection: 'close' }).end();
      return;
    }
    if (object === undefined) {
      outgoing.writeHead(404, { 'content-length': '0', 'cache-control': 'no-store' }).end();
      return;
    }
    const headersOfObject = objectHeaders(object);
    if (headers['if-none-match'] === headersOfObject.etag) {
      outgoing.writeHead(304, headersOfObject).end();
      return;
    }
    // Not copied: however many take it at once, it is in memory once.
    const body = typeof object.body === 'string' ? Buffer.from(object.body) : object.body;
    outgoing.writeHead(200, { ...headersOfObject, 'content-length': String(body.length) });
    if (method === 'HEAD') outgoing.end();
    else outgoing.end(body);
  };
}

/**
 * Bounds the connections of a listener of plain HTTP: all together, those of one address, and the requests on each.
 * @param server - before it listens
 */
export function boundConnections(server: Server): void {
  server.maxConnections = mostConnections;
  server.maxRequestsPerSocket = mostRequests;
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (open.get(address) ?? 0) + 1;
    if (count > mostPerAddress) {
      socket.destroy();
      return;
    }
    open.set(address, count);
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
  });
}

function pathOf({ url = '/' }: IncomingMessage): string {
  const base = 'http://edge.invalid';
  return URL.canParse(url, base) ? new URL(url, base).pathname : '/';
}

/** A client that reads its answer octet by octet would otherwise hold a connection for ever. */
function boundInTime(outgoing: ServerResponse): void {
  const deadline = setTimeout(() => outgoing.destroy(), answerTimeoutMs);
  deadline.unref();
  outgoing.once('close', () => clearTimeout(deadline));
}
