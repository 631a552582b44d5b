import * as net from 'node:net';
import * as tls from 'node:tls';
import { type ServeLimits, serve } from '@entente/tls';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { handshakePatienceMs } from '../src/listen/pending-turns.ts';
import { bare, presenting } from './fixture.ts';
import { useGreetingServers } from './greeting-server.ts';

const servers = useGreetingServers();
const { common } = servers;
const open: net.Socket[] = [];

afterEach(() => {
  vi.restoreAllMocks();
  for (const socket of open.splice(0)) socket.destroy();
});

/** From now on each handshake that has begun has had its time. */
function patienceEnds() {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + handshakePatienceMs);
}

/** A listener where silent connections give way. */
async function start(bounds: ServeLimits) {
  const limits = { ...bounds, whenPendingIsFull: 'close-silent' } as const;
  const server = await serve(tls, { ...common(), limits }, (socket) => void socket.write('hello'));
  servers.closeAfterwards(() => server.close());
  const accepted: net.Socket[] = [];
  server.server.on('connection', (socket: net.Socket) => accepted.push(socket));
  /** Connects and sends nothing. */
  const connect = async (localAddress: string) => {
    const socket = net.connect({ port: server.port, host: '127.0.0.1', localAddress }).resume();
    open.push(socket.on('error', () => {}));
    const count = accepted.length + 1;
    await new Promise((resolve) => socket.once('connect', resolve));
    await expect.poll(() => accepted.length + servers.refusals.length).toBeGreaterThanOrEqual(count);
    return socket;
  };
  const hold = async (...addresses: string[]) => {
    const sockets: net.Socket[] = [];
    for (const address of addresses) {
      sockets.push(await connect(address));
      await expect.poll(() => server.pending).toBe(sockets.length);
    }
    return sockets;
  };
  /** Sends the first byte of TLS, and no more. */
  const speak = async (...sockets: net.Socket[]) => {
    const before = accepted.filter(({ bytesRead }) => bytesRead > 0).length;
    for (const socket of sockets) socket.write(Buffer.of(0x16));
    await expect
      .poll(() => accepted.filter(({ bytesRead }) => bytesRead > 0).length)
      .toBe(before + sockets.length);
  };
  /** Gives what a client hears whose handshake ends, or nothing. */
  const come = async (localAddress: string) => {
    const options = { ...presenting(servers.world.client), localAddress } as tls.ConnectionOptions;
    const socket = bare(server.port, options);
    open.push(socket.on('error', () => {}));
    return new Promise<string>((resolve) => {
      socket.once('data', (data) => resolve(data.toString()));
      socket.once('close', () => resolve(''));
    });
  };
  const refused = () => servers.refusals.map(({ remoteAddress }) => remoteAddress);
  return { come, connect, hold, refused, server, speak };
}

describe('where silent connections give way', () => {
  it('a newcomer is admitted in the place of the oldest one of the address that has most, of all that sent nothing', async () => {
    const { come, hold, refused, server } = await start({ maxPending: 4 });
    const [one, first, second, third] = await hold('127.0.0.3', '127.0.0.2', '127.0.0.2', '127.0.0.2');
    expect(await come('127.0.0.4')).toBe('hello');
    await expect.poll(() => first?.closed).toBe(true);
    expect([one, second, third].map((socket) => socket?.closed)).toEqual([false, false, false]);
    expect(servers.refusals).toMatchObject([
      {
        when: 'admission',
        rejection: {
          reason: 'throttled',
          message: 'expected at most 4 connections without a verdict, found one more',
        },
        remoteAddress: '127.0.0.2',
      },
    ]);
    expect(server).toMatchObject({ pending: 3, connections: 1 });
    // Its place is free again: nobody goes for the next one.
    expect(await come('127.0.0.4')).toBe('hello');
    expect(refused()).toHaveLength(1);
  });

  it('a handshake that gets on is ended by no newcomers from an address that has more', async () => {
    const { connect, hold, refused, server, speak } = await start({ maxPending: 3 });
    const [honest, ...silent] = await hold('127.0.0.4', '127.0.0.2', '127.0.0.2');
    await speak(honest as net.Socket);
    for (let further = 1; further <= 4; further++) {
      await connect('127.0.0.2');
      await expect.poll(() => refused().length).toBe(further);
    }
    expect(new Set(refused())).toEqual(new Set(['127.0.0.2']));
    expect([honest, ...silent].map((socket) => socket?.closed)).toEqual([false, false, false]);
    expect(server.pending).toBe(3);
  });

  it('a newcomer is admitted where an address has sent a byte on each of many, and none of an address that has fewer goes', async () => {
    const { come, hold, refused, speak } = await start({ maxPending: 4 });
    const held = await hold('127.0.0.3', '127.0.0.2', '127.0.0.2', '127.0.0.2');
    await speak(...held);
    expect(await come('127.0.0.4')).toBe('hello');
    expect(refused()).toEqual(['127.0.0.2']);
    await expect.poll(() => held.map((socket) => socket.closed)).toEqual([false, true, false, false]);
  });

  it('clients that come all at once do not end each other’s handshakes, until one has had its time', async () => {
    const { come, hold, refused, speak } = await start({ maxPending: 3 });
    const held = await hold('127.0.0.2', '127.0.0.2', '127.0.0.3');
    await speak(...held);
    expect(await come('127.0.0.2')).toBe('');
    expect(await come('127.0.0.3')).toBe('');
    expect(refused()).toEqual(['127.0.0.2', '127.0.0.3']);
    expect(held.map((socket) => socket.closed)).toEqual([false, false, false]);
    patienceEnds();
    expect(await come('127.0.0.2')).toBe('hello');
    await expect.poll(() => held.map((socket) => socket.closed)).toEqual([true, false, false]);
  });

  it('a client behind the address of silent ones is admitted, however many that may have', async () => {
    const { come, hold, refused } = await start({ maxPending: 9, maxPendingPerAddress: 2 });
    const [elsewhere, first, second] = await hold('127.0.0.3', '127.0.0.2', '127.0.0.2');
    expect(await come('127.0.0.2')).toBe('hello');
    await expect.poll(() => first?.closed).toBe(true);
    expect([elsewhere, second].map((socket) => socket?.closed)).toEqual([false, false]);
    expect(servers.refusals).toMatchObject([
      {
        rejection: {
          message: 'expected at most 2 connections without a verdict from one address, found one more',
        },
      },
    ]);
    expect(refused()).toEqual(['127.0.0.2']);
  });

  it.each([
    ['of the listener', { maxConnections: 2 }, '127.0.0.4'],
    ['of the address', { maxConnectionsPerAddress: 2 }, '127.0.0.2'],
  ])('a newcomer is admitted where they have all places %s', async (_whose, bounds, from) => {
    const { come, hold, refused, server } = await start(bounds);
    const [first, second] = await hold('127.0.0.2', '127.0.0.2');
    expect(await come(from)).toBe('hello');
    await expect.poll(() => first?.closed).toBe(true);
    expect(second?.closed).toBe(false);
    expect(refused()).toEqual(['127.0.0.2']);
    expect(server).toMatchObject({ pending: 1, connections: 1 });
  });
});
