import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** A client that sends what a test writes, early or not. */
export interface EarlyClient {
  readonly client: Socket;
  /** Its connection has ended. */
  readonly closed: Promise<void>;
  /** All that it was answered. */
  readonly answers: () => string;
}

/**
 * Has a server listen, and connects to it.
 * @param server - of HTTP
 * @param ends - gets what closes both
 */
export async function connectTo(server: Server, ends: (() => unknown)[]): Promise<EarlyClient> {
  ends.push(() => server.close().closeAllConnections());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {});
  ends.push(() => client.destroy());
  let answers = '';
  client.on('data', (bytes) => {
    answers += bytes.toString('latin1');
  });
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
  return { client, closed, answers: () => answers };
}
