import type { ServerResponse } from 'node:http';

/** An answer of HTTP that is at hand. */
export interface TextAnswer {
  /** Status code of HTTP. */
  readonly status: number;
  /** Media type; none where there is no body. */
  readonly type?: string;
  /** The body, sent in UTF-8; to a HEAD request only its length is sent. Default: an empty one. */
  readonly text?: string;
  /** Further header fields; one of the same name in lower case replaces that of `answerText`. Default: none. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * Answers a request. Nothing is kept by a cache on the way, unless the answer says otherwise.
 * @param outgoing - nothing was written to it yet
 * @param answer - status, text, header fields
 */
export function answerText(outgoing: ServerResponse, answer: TextAnswer): void {
  const { headers = {}, status, text = '', type } = answer;
  const body = Buffer.from(text);
  outgoing.writeHead(status, {
    'cache-control': 'no-store',
    ...(type === undefined ? {} : { 'content-type': type }),
    'content-length': String(body.length),
    // What is left of its body would be read as the next request.
    ...(outgoing.req.complete ? {} : { connection: 'close' }),
    ...(headers as Record<string, string | string[]>),
  });
  if (outgoing.req.method === 'HEAD') outgoing.end();
  else outgoing.end(body);
}
