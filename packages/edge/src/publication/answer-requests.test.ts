import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { answerRequests, boundConnections, type FindObject, publicLimits } from './answer-requests.ts';

const object = {
  body: Buffer.from('a list'),
  mediaType: 'application/pkix-crl',
  tag: '7',
  maxAgeSeconds: 60,
};

describe('answers to strangers', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close().closeAllConnections();
  });
  const listen = async (find: FindObject, onFault: (fault: unknown) => void = () => {}): Promise<number> => {
    const server = createServer(publicLimits, answerRequests(find, onFault));
    boundConnections(server);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  const status = (port: number, path: string) =>
    new Promise<IncomingMessage>((resolve, reject) => {
      get({ host: '127.0.0.1', port, path, agent: false }, (incoming) => resolve(incoming.resume())).once(
        'error',
        reject,
      );
    });
  const open = (port: number) =>
    new Promise<{ socket: Socket; closed: Promise<void> }>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1');
      const closed = new Promise<void>((ended) => socket.once('close', () => ended()));
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.resume();
        resolve({ socket, closed });
      });
    });

  it('say what a cache may keep, and nothing of why there is nothing', async () => {
    const port = await listen((path) => (path === '/0.crl' ? object : undefined));
    const there = await status(port, '/0.crl');
    expect(there.statusCode).toBe(200);
    expect(there.headers).toMatchObject({
      etag: '"7"',
      'cache-control': 'public, max-age=60',
      'content-type': 'application/pkix-crl',
      'content-length': '6',
    });
    const nothing = await status(port, '/1.crl');
    expect([nothing.statusCode, nothing.headers['content-length']]).toEqual([404, '0']);
  });

  it('hold a fault of this program to the request that met it', async () => {
    const faults: unknown[] = [];
    const port = await listen(
      (path) => {
        if (path === '/bad') throw new Error('bad');
        return object;
      },
      (fault) => faults.push(fault),
    );
    expect((await status(port, '/bad')).statusCode).toBe(500);
    expect(faults).toHaveLength(1);
    expect((await status(port, '/0.crl')).statusCode).toBe(200);
  });

  it('leave one address no more connections than are good for all, and room again when one ends', async () => {
    const port = await listen(() => object);
    const held = await Promise.all(Array.from({ length: 64 }, () => open(port)));
    await (await open(port)).closed;
    const [first] = held;
    first?.socket.destroy();
    await first?.closed;
    await expect
      .poll(() =>
        status(port, '/0.crl').then(
          ({ statusCode }) => statusCode,
          () => undefined,
        ),
      )
      .toBe(200);
    for (const { socket } of held) socket.destroy();
  });
});
