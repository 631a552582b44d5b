import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Revocation lists over HTTP at 127.0.0.1, as their issuers publish them. */
export interface ListServer extends AsyncDisposable {
  readonly port: number;
  /** @param pem - the list at this path from now on */
  publish(path: string, pem: string): void;
}

/** Starts it without any list. */
export async function startListServer(): Promise<ListServer> {
  const lists = new Map<string, Buffer>();
  const server = createServer(({ url = '' }, response) => {
    const list = lists.get(url);
    if (list === undefined) response.writeHead(404).end();
    else response.writeHead(200, { 'content-type': 'application/pkix-crl' }).end(list);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    publish: (path, pem) =>
      void lists.set(path, Buffer.from(pem.replaceAll(/-----[^-]*-----|\s/g, ''), 'base64')),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
