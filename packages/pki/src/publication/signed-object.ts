import { hasObject } from './if-none-match.ts';
import { plainRefusal } from './problem.ts';
import { sharedBody } from './shared-body.ts';

/** An object to be served. */
export interface PublicObject {
  /** Octets, or text that is sent as UTF-8. */
  readonly body: Uint8Array | string;
  /** Value of Content-Type. */
  readonly mediaType: string;
  /** Changes whenever the body does; without quotes. */
  readonly tag: string;
  /** How long a cache may keep it, seconds. */
  readonly maxAgeSeconds: number;
  /** Milliseconds since 1970. */
  readonly lastModified?: number;
}

/**
 * The HTTP headers of an object, without its length.
 * @param object - the object
 */
export function objectHeaders(object: PublicObject): Readonly<Record<string, string>> {
  return {
    'content-type': object.mediaType,
    'cache-control': `public, max-age=${object.maxAgeSeconds}`,
    etag: `"${object.tag}"`,
    ...(object.lastModified === undefined
      ? {}
      : { 'last-modified': new Date(object.lastModified).toUTCString() }),
  };
}

/**
 * Answers a GET or HEAD with a public object, or with 304 if the client has it (`If-None-Match`). Anybody may ask, so a refusal is plain.
 * @param request - the request
 * @param object - the object, or `undefined` if there is none
 */
export function answerWithObject(request: Request, object: PublicObject | undefined): Response {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    const response = plainRefusal(405);
    response.headers.set('allow', 'GET, HEAD');
    return response;
  }
  if (object === undefined) return plainRefusal(404);
  const headers = new Headers(objectHeaders(object));
  if (hasObject(request.headers.get('if-none-match'), object.tag))
    return new Response(null, { status: 304, headers });
  const body = typeof object.body === 'string' ? Buffer.from(object.body) : object.body;
  headers.set('content-length', String(body.length));
  if (request.method === 'HEAD') return new Response(null, { status: 200, headers });
  // Slow readers share it: each would otherwise hold a copy.
  return new Response(sharedBody(body), { status: 200, headers });
}
