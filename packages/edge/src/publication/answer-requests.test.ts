import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { answerRequests, type FindObject } from './answer-requests.ts';

const object = {
  body: Buffer.from('a list'),
  mediaType: 'application/pkix-crl',
  tag: '7',
  maxAgeSeconds: 60,
};

describe('answers to outsiders', () => {
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close().closeAllConnections();
  });
  const listen = async (find: FindObject, onFault: (fault: unknown) => void = () => {}): Promise<number> => {
    const server = createServer(answerRequests(find, onFault));
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
});
