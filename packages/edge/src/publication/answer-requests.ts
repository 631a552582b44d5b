import type { IncomingMessage, RequestListener } from 'node:http';
import { hasObject, objectHeaders, type PublicObject } from '@entente/pki';

/** What is public at a path. */
export type FindObject = (path: string) => PublicObject | undefined;

/**
 * Answers anybody's requests for public objects. Only the method, the path and `If-None-Match` are read: no body, no other header. A
 * target that names another server is read as our own path, because nothing is ever forwarded. A request for anything else gets 404
 * and no more. The server around it bounds connections and times (`createPublicServer` of `@entente/host`).
 * @param find - what is public at a path
 * @param onFault - called with what `find` has thrown
 */
export function answerRequests(find: FindObject, onFault: (fault: unknown) => void): RequestListener {
  return (incoming, outgoing) => {
    const { headers, method } = incoming;
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
    if (hasObject(headers['if-none-match'], object.tag)) {
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

function pathOf({ url = '/' }: IncomingMessage): string {
  const base = 'http://edge.invalid';
  return URL.canParse(url, base) ? new URL(url, base).pathname : '/';
}
