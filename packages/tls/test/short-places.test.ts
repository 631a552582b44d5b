import * as net from 'node:net';
import * as tls from 'node:tls';
import { serve } from '@entente/tls';
import { keepPlace } from '@entente/tls/internal';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { patienceMs } from '../src/listen/unproven-places.ts';
import { bare, ended, presenting } from './fixture.ts';
import { useGreetingServers } from './greeting-server.ts';

const servers = useGreetingServers();
const { common } = servers;

afterEach(() => vi.restoreAllMocks());

/** From now on each client that is there has had its time to prove who it is. */
function patienceEnds() {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, 'now').mockImplementation(() => now() + patienceMs);
}

describe('where places are short', () => {
  /** A listener of three places that asks for certificates and does without; clients, in the order in which they were admitted. */
  async function startShort(maxPendingPerAddress = 500) {
    const admitted: tls.TLSSocket[] = [];
    const counts: number[] = [];
    const bounds = { maxConnections: 3, maxPendingPerAddress };
    const limits = { ...bounds, whenPlacesAreShort: 'close-unproven' } as const;
    const server = await serve(tls, { ...common(), clientCertificate: 'optional', limits }, (socket) => {
      admitted.push(socket);
      counts.push(server.connections);
      socket.write('hello');
    });
    servers.closeAfterwards(() => server.close());
    const come = async (localAddress: string, options: tls.ConnectionOptions = {}) => {
      const socket = bare(server.port, { ...options, localAddress } as tls.ConnectionOptions);
      socket.on('error', () => {});
      const closed = new Promise<string>((resolve) => socket.once('close', () => resolve('closed')));
      await Promise.race([new Promise((resolve) => socket.once('data', resolve)), closed]);
      return { closed, isOpen: () => !socket.closed, [Symbol.dispose]: () => void socket.destroy() };
    };
    /** Connects and sends nothing. */
    const connect = async (localAddress: string) => {
      const socket = net.connect({ port: server.port, host: '127.0.0.1', localAddress }).resume();
      socket.on('error', () => {});
      await new Promise((resolve) => socket.once('connect', resolve));
      return socket;
    };
    const refusals = () => servers.refusals.map(({ rejection }) => rejection.message);
    return { admitted, come, connect, counts, refusals, server };
  }

  it('closes the oldest client that has proven nothing for one more, of the address that has most, and none that has', async () => {
    const { admitted, come, server } = await startShort();
    using certified = await come('127.0.0.2', presenting(servers.world.client));
    using kept = await come('127.0.0.3');
    keepPlace(admitted[1] as tls.TLSSocket);
    using silent = await come('127.0.0.3');
    using further = await come('127.0.0.4');
    expect(await silent.closed).toBe('closed');
    expect(servers.refusals).toMatchObject([
      {
        when: 'admission',
        rejection: {
          reason: 'throttled',
          message: 'expected that the client proves who it is, found nothing proven while places are short',
        },
        remoteAddress: '127.0.0.3',
      },
    ]);
    using server2 = await come('127.0.0.5', presenting(servers.world.client));
    expect(await further.closed).toBe('closed');
    expect([certified, kept, server2].map((one) => one.isOpen())).toEqual([true, true, true]);
    expect(server).toMatchObject({ connections: 3, pending: 0 });
  });

  it('refuses the newest once all have proven who they are', async () => {
    const { admitted, come } = await startShort();
    const proven = [];
    for (const address of ['127.0.0.2', '127.0.0.3', '127.0.0.4']) {
      proven.push(await come(address));
      keepPlace(admitted.at(-1) as tls.TLSSocket);
    }
    using late = await come('127.0.0.5');
    expect(await late.closed).toBe('closed');
    expect(servers.refusals).toMatchObject([
      { rejection: { message: 'expected at most 3 open connections, found one more' } },
    ]);
    expect(proven.map((one) => one.isOpen())).toEqual([true, true, true]);
    for (const one of proven) one[Symbol.dispose]();
  });

  it('closes no client for a handshake that has not ended, as long as few are under way, and none for one that it refuses', async () => {
    const { come, connect, refusals, server } = await startShort(1);
    const clients = [await come('127.0.0.2'), await come('127.0.0.3'), await come('127.0.0.4')];
    const open = () => clients.filter((client) => client.isOpen()).length;
    const stalled = [];
    for (const address of ['127.0.0.5', '127.0.0.6', '127.0.0.7']) stalled.push(await connect(address));
    await expect.poll(() => server.pending).toBe(3);
    expect([open(), refusals()]).toEqual([3, []]);
    for (let further = 1; further <= 3; further++) {
      stalled.push(await connect('127.0.0.5'));
      await expect.poll(() => refusals().length).toBe(further);
    }
    expect(new Set(refusals())).toEqual(new Set(['expected at most 3 open connections, found one more']));
    expect([open(), server.pending]).toEqual([3, 3]);
    stalled.push(await connect('127.0.0.8'));
    await expect.poll(() => [open(), server.pending]).toEqual([2, 4]);
    for (const socket of stalled) socket.destroy();
    for (const client of clients) client[Symbol.dispose]();
  });

  it('closes one for a client whose handshake has ended, also while others hold handshakes open', async () => {
    const { come, connect, refusals, server } = await startShort();
    using first = await come('127.0.0.2');
    const stalled = [await connect('127.0.0.5'), await connect('127.0.0.5')];
    await expect.poll(() => server.pending).toBe(2);
    using second = await come('127.0.0.3');
    using third = await come('127.0.0.4');
    expect([first, second, third].map((one) => one.isOpen())).toEqual([true, true, true]);
    using fourth = await come('127.0.0.6');
    expect(await first.closed).toBe('closed');
    expect(refusals()).toEqual([
      'expected that the client proves who it is, found nothing proven while places are short',
    ]);
    expect([second, third, fourth].map((one) => one.isOpen())).toEqual([true, true, true]);
    expect(server).toMatchObject({ connections: 3, pending: 2 });
    for (const socket of stalled) socket.destroy();
  });

  it('refuses a client after its handshake where all have proven who they are in the meantime', async () => {
    const { admitted, come, connect, refusals, server } = await startShort();
    const proven = [await come('127.0.0.2'), await come('127.0.0.3'), await come('127.0.0.4')];
    const late = await connect('127.0.0.5');
    await expect.poll(() => server.pending).toBe(1);
    for (const socket of admitted) keepPlace(socket);
    const closed = new Promise((resolve) => late.once('close', resolve));
    const socket = bare(server.port, { socket: late });
    socket.on('error', () => {});
    await closed;
    expect(refusals()).toEqual(['expected at most 3 open connections, found one more']);
    expect(proven.map((one) => one.isOpen())).toEqual([true, true, true]);
    for (const one of proven) one[Symbol.dispose]();
  });

  it('closes one for one more, not a second one because those that have proven nothing are many', async () => {
    const { come, counts, refusals } = await startShort();
    const clients = [await come('127.0.0.2'), await come('127.0.0.3'), await come('127.0.0.4')];
    patienceEnds();
    clients.push(await come('127.0.0.5'));
    expect(refusals()).toHaveLength(1);
    await clients[0]?.closed;
    expect(clients.map((client) => client.isOpen())).toEqual([false, true, true, true]);
    expect(counts, 'of those that are admitted').toEqual([1, 2, 3, 3]);
    for (const client of clients) client[Symbol.dispose]();
  });

  it('closes one for one more whose handshake had no place either, and no second one after it', async () => {
    const { come, connect, refusals, server } = await startShort();
    const clients = [await come('127.0.0.2'), await come('127.0.0.3'), await come('127.0.0.4')];
    const stalled = [await connect('127.0.0.6'), await connect('127.0.0.6'), await connect('127.0.0.6')];
    await expect.poll(() => server.pending).toBe(3);
    patienceEnds();
    clients.push(await come('127.0.0.5'));
    expect(refusals()).toHaveLength(1);
    await clients[0]?.closed;
    expect(clients.map((client) => client.isOpen())).toEqual([false, true, true, true]);
    for (const socket of stalled) socket.destroy();
    for (const client of clients) client[Symbol.dispose]();
  });
});

describe('the place of a connection that is refused after its handshake', () => {
  it('is free for the next one at once, before the refused one has closed', async () => {
    // Accepts for the listener: what it hands over comes at the time that the test wants.
    const door = net.createServer({ pauseOnConnect: true });
    await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
    const waiting = new Promise<net.Socket>((resolve) => door.once('connection', resolve));
    const next = ended(bare((door.address() as net.AddressInfo).port, presenting(servers.world.client)));
    const handed = await waiting;
    const server = await serve(
      tls,
      {
        ...common(),
        limits: { maxConnections: 1 },
        onRefusal(refusal) {
          servers.refusals.push(refusal);
          if (servers.refusals.length === 1) server.server.emit('connection', handed);
        },
      },
      (socket) => socket.end('hello'),
    );
    servers.closeAfterwards(() => server.close());
    await ended(bare(server.port));
    expect((await next).received).toBe('hello');
    expect(servers.refusals.map(({ rejection }) => rejection.reason)).toEqual(['no-certificate']);
    door.close();
  });
});
