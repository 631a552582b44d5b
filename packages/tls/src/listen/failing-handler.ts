import type { ServerResponse } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import type { Duplex } from 'node:stream';
import { hearRejection } from '../fault/call-back.ts';

/** Of a stream of HTTP/2 (RFC 9113 §7): one that is closed without it looks whole. */
const internalError = 0x2;

type Handler = (this: unknown, first: never, second: never) => unknown;

/**
 * A handler of requests whose faults end the request that they came of, and nothing else: without that, one request that a handler fails at
 * would end the process, and all other requests with it.
 *
 * @param handler - of the caller; may throw, and may return a promise that is rejected
 * @param report - told what it has thrown, or was rejected with; does not throw
 */
export function requestHandler<H extends Handler>(handler: H, report: (fault: unknown) => void): H {
  return guarded(handler, (fault, _request, response) => {
    report(fault);
    answerFault(response as unknown as ServerResponse | Http2ServerResponse);
  });
}

/**
 * The same for a handler of sockets: the connection is closed.
 *
 * @param handler - of the caller; may throw, and may return a promise that is rejected
 * @param report - told what it has thrown, or was rejected with; does not throw
 */
export function socketHandler<H extends Handler>(handler: H, report: (fault: unknown) => void): H {
  return guarded(handler, (fault, socket) => {
    report(fault);
    (socket as Duplex).destroy();
  });
}

function guarded<H extends Handler>(
  handler: H,
  failed: (fault: unknown, first: never, second: never) => void,
): H {
  return function (this: unknown, first: never, second: never) {
    try {
      hearRejection(handler.call(this, first, second), (fault) => failed(fault, first, second));
    } catch (fault) {
      failed(fault, first, second);
    }
  } as H;
}

/** 500 where nothing was sent yet; an answer that has begun must not look whole. One that has ended stays. */
function answerFault(response: ServerResponse | Http2ServerResponse): void {
  if (response.writableEnded) return;
  if (response.headersSent) {
    if ('stream' in response) response.stream.close(internalError);
    else response.destroy();
    return;
  }
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.statusCode = 500;
  response.end();
}
