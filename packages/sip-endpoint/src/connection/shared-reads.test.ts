import { once } from 'node:events';
import { Duplex } from 'node:stream';
import tls, { type TLSSocket } from 'node:tls';
import { createTestAuthority } from '@entente/testkit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ArrivedBytes } from './arrived-bytes.ts';
import { LoopTurn } from './loop-turn.ts';
import { readShared } from './shared-reads.ts';
import { takeBytes } from './take-bytes.ts';

let server: tls.Server;
let accepted: ((socket: TLSSocket) => void) | undefined;

beforeAll(async () => {
  const own = await (await createTestAuthority('Contoso Test Root')).issue({
    dnsNames: ['fe1.contoso.example'],
  });
  server = tls.createServer({ cert: own.chainPem, key: own.keyPem }, (socket) => accepted?.(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterAll(() => void server.close());

/** Both ends of a connection of TLS. */
async function pair(): Promise<readonly [client: TLSSocket, socket: TLSSocket]> {
  const { port } = server.address() as { port: number };
  const arrived = new Promise<TLSSocket>((resolve) => {
    accepted = resolve;
  });
  const client = tls.connect({ port, host: '127.0.0.1', rejectUnauthorized: false });
  return [client, await arrived];
}

describe('a socket of TLS', () => {
  it('puts all that it reads in one place, where another one puts what it reads as well', async () => {
    const places = new Set<ArrayBufferLike>();
    for (let i = 0; i < 2; i++) {
      const [client, socket] = await pair();
      const read = new Promise<string>((resolve) => {
        const isDone = readShared(socket, (bytes) => {
          places.add(bytes.buffer);
          resolve(bytes.toString());
          return true;
        });
        expect(isDone).toBe(true);
        expect(readShared(socket, () => true)).toBe(false);
      });
      client.write('one');
      expect(await read).toBe('one');
      client.destroy();
      socket.destroy();
    }
    expect(places.size).toBe(1);
  });

  it('hands over each byte once and in order, however it is written, paused and ended', async () => {
    const piece = fc.record({
      size: fc.oneof(fc.integer({ min: 1, max: 700 }), fc.integer({ min: 16_000, max: 70_000 })),
      pauses: fc.boolean(),
      waits: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 12 }), async (pieces) => {
        const [client, socket] = await pair();
        const got: Buffer[] = [];
        let chunks = 0;
        takeBytes(socket, (bytes) => {
          got.push(Buffer.from(bytes));
          if (pieces[chunks++ % pieces.length]!.pauses) {
            socket.pause();
            setImmediate(() => socket.resume());
          }
        });
        const ended = once(socket, 'end');
        const sent: Buffer[] = [];
        for (const [i, { size, waits }] of pieces.entries()) {
          const bytes = Buffer.alloc(size, (i * 37 + 1) % 256);
          sent.push(bytes);
          client.write(bytes);
          if (waits) await new Promise<void>((resolve) => void setImmediate(resolve));
        }
        client.end();
        await ended;
        socket.destroy();
        expect(Buffer.concat(got).equals(Buffer.concat(sent))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('has bytes of its own until the end of the turn, whatever others have sent meanwhile', async () => {
    const ends = await Promise.all([await pair(), await pair(), await pair()]);
    let finish: (() => void) | undefined;
    const turn = new LoopTurn((run) => {
      finish = run;
    });
    const read = ends.map(() => '');
    for (const [i, [, socket]] of ends.entries()) {
      const add = (bytes: Uint8Array): void => {
        read[i] += Buffer.from(bytes).toString();
      };
      new ArrivedBytes(socket, turn, add, false);
    }
    // The first one goes through the stream, as always; what is meant here comes after it.
    for (const text of ['first', 'one', 'two']) {
      const before = ends.map(([, socket]) => socket.bytesRead);
      for (const [i, [client]] of ends.entries()) client.write(`${text}${i};`);
      await expect.poll(() => ends.every(([, socket], i) => socket.bytesRead > before[i]!)).toBe(true);
      expect(read.join('')).not.toContain(text);
      finish?.();
    }
    expect(read).toEqual([0, 1, 2].map((i) => `first${i};one${i};two${i};`));
    for (const [client, socket] of ends) for (const end of [client, socket]) end.destroy();
  });

  it('reads nothing while it is paused, and what came before stays what it was', async () => {
    const [client, socket] = await pair();
    const got: string[] = [];
    takeBytes(socket, (bytes) => void got.push(Buffer.from(bytes).toString()));
    client.write('one');
    await expect.poll(() => got).toEqual(['one']);
    socket.pause();
    const [other, further] = await pair();
    takeBytes(further, () => undefined);
    client.write('two');
    other.write('of somebody else');
    await expect.poll(() => further.bytesRead > 0).toBe(true);
    expect(got).toEqual(['one']);
    socket.resume();
    await expect.poll(() => got.join()).toBe('one,two');
    for (const end of [client, socket, other, further]) end.destroy();
  });
});

it('any other stream reads as it always does', () => {
  expect(readShared(new Duplex(), () => true)).toBe(false);
});
