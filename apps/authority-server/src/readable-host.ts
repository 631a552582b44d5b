import type { RequestListener } from 'node:http';

/**
 * Answers 400 where the field Host names what no URL can have, such as `xn--a` or `256.1.1.1`. Handlers read the path out of a URL that is made with it, and
 * would fail: a fault of ours, with a line in the log, that anybody could cause.
 * @param listener - answers all other requests
 */
export function withReadableHost(listener: RequestListener): RequestListener {
  return (incoming, outgoing) => {
    const { host } = incoming.headers;
    if (host === undefined || URL.canParse(`https://${host}/`)) {
      listener(incoming, outgoing);
      return;
    }
    // What may still arrive of it is not read.
    outgoing
      .writeHead(400, { connection: 'close', 'content-length': '0', 'cache-control': 'no-store' })
      .end();
  };
}
