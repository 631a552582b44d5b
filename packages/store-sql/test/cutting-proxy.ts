import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { PostgresServer } from '@entente/store-sql/postgres';

/**
 * Where a connection is cut: `before` the next COMMIT reaches the server, or `after` the server has carried it out; `for-good` is the
 * latter, and no connection is accepted from then on.
 */
export type Cut = 'before' | 'after' | 'for-good';

/** Stands between a program and a server, on 127.0.0.1. */
export interface CuttingProxy extends AsyncDisposable {
  /** The same database, through the proxy. */
  readonly server: PostgresServer;
  /** Cuts the connection at the next COMMIT, once. */
  cutAtCommit(cut: Cut): void;
  /** Whether connections are refused from now on; those that are open are cut. */
  refuse(all: boolean): void;
}

/** @param server - on a Unix socket */
export async function startCuttingProxy(server: PostgresServer): Promise<CuttingProxy> {
  let next: Cut | undefined;
  let refusing = false;
  const sockets = new Set<Socket>();
  const listener = createServer((client) => {
    if (refusing) return void client.destroy();
    const upstream = connect(join(server.host, `.s.PGSQL.${server.port}`));
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end);
      socket.on('close', end);
    }
    client.on('data', (bytes) => {
      if (next === undefined || !bytes.includes('COMMIT\0')) return void upstream.write(bytes);
      const cut = next;
      next = undefined;
      if (cut === 'before') return end();
      refusing = cut === 'for-good';
      upstream.removeAllListeners('data');
      upstream.once('data', end);
      upstream.write(bytes);
    });
    upstream.on('data', (bytes) => client.write(bytes));
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  return {
    server: { ...server, host: '127.0.0.1', port },
    cutAtCommit(cut) {
      next = cut;
    },
    refuse(all) {
      refusing = all;
      if (all) for (const socket of sockets) socket.destroy();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      listener.close();
      await once(listener, 'close');
    },
  };
}
