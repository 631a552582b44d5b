import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import http from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { connectTo } from '../../test/early-client.ts';
import { createPublicServer } from './public-server.ts';
import { pieceOctets, readInPieces } from './read-in-pieces.ts';

const packet = 65_536;
const started = 'http.server.request.start';
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Listens, and counts what the platform parses, in all and at most before anybody else has a turn. */
async function listen(server: http.Server) {
  const parsed = { all: 0, atOnce: 0 };
  let now = 0;
  const count = (message: unknown) => {
    if ((message as { readonly server: http.Server }).server !== server) return;
    if (now === 0)
      setImmediate(() => {
        now = 0;
      });
    parsed.all += 1;
    parsed.atOnce = Math.max(parsed.atOnce, ++now);
  };
  subscribe(started, count);
  ends.push(() => unsubscribe(started, count));
  return { ...(await connectTo(server, ends)), parsed };
}

describe('a packet of requests that a client has sent early', () => {
  it.each([
    ['that are answered', 'GET / HTTP/1.1\r\nHost:\r\n\r\n'],
    ['with two hosts', 'GET / HTTP/1.1\r\nHost:\r\nHost:\r\n\r\n'],
    ['without a host, which the platform refuses', 'GET / HTTP/1.1\r\n\r\n'],
  ])('is parsed no further than a piece before its connection is closed: %s', async (_, request) => {
    const { client, closed, parsed } = await listen(createPublicServer(() => {}));
    client.write(request.repeat(packet / request.length));
    await closed;
    expect(parsed.all).toBeGreaterThan(1);
    expect(parsed.all).toBeLessThanOrEqual(Math.ceil(pieceOctets / request.length));
  });

  it('waits at each piece for its turn, where the platform refuses what it has', async () => {
    const request = 'GET / HTTP/1.1\r\nHost:\r\nExpect: nothing\r\n\r\n';
    const { answers, client, parsed } = await listen(createPublicServer(() => {}));
    client.write(request.repeat(90));
    await expect.poll(() => answers().split('HTTP/1.1 417').length - 1).toBe(90);
    expect(parsed).toEqual({ all: 90, atOnce: expect.any(Number) });
    expect(parsed.atOnce).toBeLessThanOrEqual(Math.ceil(pieceOctets / request.length) + 1);
  });

  it('is parsed no further than the piece of a request that is being answered, then goes on', async () => {
    const long = `GET / HTTP/1.1\r\nHost: x\r\nFiller: ${'x'.repeat(pieceOctets)}\r\n\r\n`;
    const waiting: http.ServerResponse[] = [];
    const server = createPublicServer((_incoming, outgoing) => void waiting.push(outgoing));
    const { answers, client, parsed } = await listen(server);
    client.write(long.repeat(20));
    for (let answered = 0; answered < 20; answered++) {
      await expect.poll(() => waiting.length).toBe(answered + 1);
      expect(parsed.all).toBe(answered + 1);
      waiting[answered]?.end(`answer ${answered}.`);
    }
    await expect.poll(answers).toContain('answer 19.');
    expect(answers().match(/answer \d+/g)).toEqual(Array.from({ length: 20 }, (_, at) => `answer ${at}`));
  });

  it('waits with what the platform must not be given before its answers are taken', async () => {
    const request = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
    let answered = 0;
    const server = http.createServer((_incoming, outgoing) => {
      answered++;
      outgoing.end('x'.repeat(100_000));
    });
    readInPieces(server);
    const sockets: Socket[] = [];
    server.on('connection', (socket) => void sockets.push(socket));
    const { answers, client } = await listen(server);
    client.pause();
    client.write(request.repeat(200));
    await expect.poll(() => sockets[0]?.isPaused()).toBe(true);
    // As a handler may do that reads a body.
    sockets[0]?.resume();
    await new Promise((resolve) => setImmediate(resolve));
    client.resume();
    await expect.poll(() => answered).toBe(200);
    await expect.poll(() => answers().split('HTTP/1.1 200').length - 1).toBe(200);
  });
});

/** A body of many chunks of one octet. */
const ofOctets = (count: number) =>
  `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${'1\r\n[\r\n'.repeat(count)}`;

it('chunks of one octet hold nobody up: what takes longer than a turn may is parsed in the next ones', async () => {
  let turns = 0;
  let open = true;
  const count = () => {
    turns++;
    if (open) setImmediate(count);
  };
  let octets = 0;
  let took = 0;
  const server = http.createServer((incoming) => {
    const began = turns;
    incoming.on('data', (part: Buffer) => {
      octets += part.length;
      took = turns - began;
    });
  });
  let now = 0;
  readInPieces(server, () => (now += 3));
  const { client } = await listen(server);
  count();
  client.write(ofOctets(4_000));
  await expect.poll(() => octets).toBe(4_000);
  open = false;
  // 24 kB in pieces of 512 octets, of which two at most fit into a turn by this clock.
  expect(took).toBeGreaterThanOrEqual(20);
});

it('a body that nobody reads is not read from its connection either, however long its parts take', async () => {
  const requests: http.IncomingMessage[] = [];
  const server = http.createServer((incoming) => void requests.push(incoming));
  let now = 0;
  readInPieces(server, () => (now += 10));
  const { client } = await listen(server);
  client.on('error', () => {});
  client.write(ofOctets(400_000));
  const kept = () => requests[0]?.readableLength ?? 0;
  await expect.poll(kept).toBeGreaterThan(16_000);
  for (let turn = 0; turn < 2_000; turn++) await new Promise((resolve) => setImmediate(resolve));
  // What is kept by the platform before it holds the connection up, and the chunks of a packet behind that.
  expect(kept()).toBeLessThan(40_000);
});

it('a body comes whole through pieces, however long it is, at the pace of who reads it', async () => {
  const body = Buffer.alloc(1_000_000, 'octets of a body ');
  const read: Buffer[] = [];
  const server = http.createServer(async (incoming, outgoing) => {
    for await (const octets of incoming) read.push(octets as Buffer);
    outgoing.end('read');
  });
  readInPieces(server);
  const { answers, client } = await listen(server);
  client.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n`);
  client.write(body);
  await expect.poll(answers).toContain('read');
  expect(Buffer.concat(read).equals(body)).toBe(true);
});
