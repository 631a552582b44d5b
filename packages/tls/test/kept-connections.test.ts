import type { IncomingMessage } from 'node:http';
import * as https from 'node:https';
import { httpClient, serve } from '@entente/tls';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { clientName, makeWorld, serverName, type World } from './fixture.ts';

let world: World;
const closers: (() => unknown)[] = [];

beforeEach(async () => {
  world = await makeWorld();
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const close of closers.splice(0).reverse()) await close();
});

/** A server that says for how long it keeps a connection, unless it is to say nothing, and that answers so many requests; and a client of it. */
async function pair({ keepAliveTimeoutMs = 5_000, says = true, answers = 100 } = {}) {
  const asked: IncomingMessage[] = [];
  const server = await serve(
    https,
    {
      trust: world.trust,
      identity: world.server,
      allow: [clientName],
      host: '127.0.0.1',
      http: { keepAliveTimeoutMs },
      limits: { drainTimeoutMs: 0 },
    },
    (request, response) => {
      asked.push(request);
      if (asked.length > answers) return void request.socket.destroy();
      // Who sets Connection has no Keep-Alive of the platform beside it.
      if (!says) response.setHeader('connection', 'keep-alive');
      response.end(request.method);
    },
  );
  closers.push(() => server.close());
  const client = httpClient({
    trust: world.trust,
    identity: world.client,
    allow: [serverName],
    addresses: new Map([[serverName, '127.0.0.1']]),
  });
  closers.push(() => client[Symbol.dispose]());
  const ask = async (method = 'GET', body?: string): Promise<string> =>
    (
      await client.fetch(`https://${serverName}:${server.port}/`, {
        method,
        ...(body === undefined ? {} : { body }),
      })
    ).text();
  return {
    client,
    ask,
    asked,
    url: `https://${serverName}:${server.port}/`,
    /** How many connections have carried a request. */
    carriers: () => new Set(asked.map(({ socket }) => socket)).size,
  };
}

/** The clock goes on, and no timer has run: a process was busy. */
function pass(ms: number): void {
  vi.restoreAllMocks();
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + ms);
}

describe('a connection that is kept for further requests', () => {
  it('carries none in the last second of those for which its server keeps it', async () => {
    const { ask, carriers } = await pair({ keepAliveTimeoutMs: 60_000 });
    await ask();
    pass(50_000);
    await ask();
    expect(carriers()).toBe(1);
    pass(110_000);
    await ask();
    expect(carriers()).toBe(2);
  });

  it('carries none after four seconds where its server does not say for how long it keeps it', async () => {
    const { ask, carriers } = await pair({ keepAliveTimeoutMs: 60_000, says: false });
    await ask();
    pass(3_000);
    await ask();
    expect(carriers()).toBe(1);
    pass(8_000);
    await ask();
    expect(carriers()).toBe(2);
  });

  it('is none where its server keeps it for a second', async () => {
    const { ask, carriers } = await pair({ keepAliveTimeoutMs: 1_000 });
    await ask();
    await ask();
    expect(carriers()).toBe(2);
  });

  it('is replaced for every method that may be sent twice, with all that were kept beside it', async () => {
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']) {
      const { ask, asked } = await pair();
      await Promise.all([ask(), ask(), ask()]);
      const kept = asked.map(({ socket }) => socket);
      expect(new Set(kept).size).toBe(3);
      for (const socket of kept) socket.destroy();
      expect(await ask(method)).toBe(method === 'HEAD' ? '' : method);
      expect(asked.map((request) => request.method)).toEqual(['GET', 'GET', 'GET', method]);
    }
  });

  it('is replaced for a stream too, and for a body that was read whole', async () => {
    const { ask, asked, client, url } = await pair();
    await ask();
    asked[0]?.socket.destroy();
    const stream = await client.open(url);
    expect(stream.statusCode).toBe(200);
    stream.resume();
    await new Promise((resolve) => stream.once('end', resolve));
    await ask();
    asked.at(-1)?.socket.destroy();
    expect(await ask('PUT', 'a body')).toBe('PUT');
  });

  it('is no refusal of the certificate of this side where its server closes the other one too', async () => {
    const { ask, asked } = await pair({ answers: 1 });
    await ask();
    await expect(ask()).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(asked).toHaveLength(3);
  });

  it('takes a POST with it, which is not sent twice', async () => {
    const { ask, asked } = await pair();
    await ask();
    asked[0]?.socket.destroy();
    await expect(ask('POST', 'an order')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(asked).toHaveLength(1);
    expect(await ask('POST', 'an order')).toBe('POST');
  });

  it('does not count as one that was kept where it is new: what it loses is not sent twice', async () => {
    let count = 0;
    const server = await serve(
      https,
      {
        trust: world.trust,
        identity: world.server,
        allow: [clientName],
        host: '127.0.0.1',
        limits: { drainTimeoutMs: 0 },
      },
      (request) => {
        count++;
        request.socket.end('HTTP/1.1 200 OK\r\n');
      },
    );
    closers.push(() => server.close());
    const { client } = await pair();
    await expect(client.fetch(`https://${serverName}:${server.port}/`)).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    expect(count).toBe(1);
  });
});
