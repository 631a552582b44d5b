import http, { type RequestListener, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { connectTo } from '../../test/early-client.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { createPublicServer } from './public-server.ts';
import { maxRequestsWaiting } from './request-queue.ts';

const get = (path: string) => `GET /${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A server whose answers are ended by the test. */
async function listen(create: (listener: RequestListener) => http.Server) {
  const started: { readonly path: string; readonly outgoing: ServerResponse; readonly socket: Socket }[] = [];
  const server = create((incoming, outgoing) => {
    started.push({ path: incoming.url ?? '', outgoing, socket: incoming.socket });
  });
  let read = 0;
  server.on('request', () => void read++);
  return { ...(await connectTo(server, ends)), started, read: () => read };
}

describe.each([
  ['of its own', (listener: RequestListener) => http.createServer(oneAtATime(listener))],
  ['that anybody may ask', (listener: RequestListener) => createPublicServer(listener)],
])('a listener %s that answers one request at a time', (_, create) => {
  it('answers what a connection sends early in order, each when the answer before is written, and reads no more until then', async () => {
    const { answers, client, read, started } = await listen(create);
    client.write(get('1') + get('2') + get('3'));
    await expect.poll(read).toBe(3);
    expect(started.map(({ path }) => path)).toEqual(['/1']);
    const socket = started[0]?.socket;
    expect(socket?.isPaused()).toBe(true);
    started[0]?.outgoing.end('one');
    await expect.poll(() => started.length).toBe(2);
    expect(socket?.isPaused()).toBe(true);
    started[1]?.outgoing.end('two');
    await expect.poll(() => started.length).toBe(3);
    expect(socket?.isPaused()).toBe(false);
    started[2]?.outgoing.end('three');
    await expect.poll(answers).toMatch(/one.*two.*three/s);
    client.write(get('4'));
    await expect.poll(() => started.at(-1)?.path).toBe('/4');
  });

  it('reads the body of the request that it answers', async () => {
    const bodies: string[] = [];
    const { client } = await listen((_listener) =>
      create((incoming, outgoing) => {
        let body = '';
        incoming.on('data', (bytes) => {
          body += bytes;
        });
        incoming.on('end', () => {
          bodies.push(body);
          outgoing.end();
        });
      }),
    );
    const length = 200_000;
    const post = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n${'x'.repeat(length)}`;
    client.write(post);
    await expect.poll(() => bodies.map((body) => body.length)).toEqual([length]);
  });

  it('closes a connection that sends more than a few early, of which it starts one', async () => {
    const { client, closed, started } = await listen(create);
    client.write(get('x').repeat(maxRequestsWaiting + 2));
    await closed;
    expect(started).toHaveLength(1);
  });
});
