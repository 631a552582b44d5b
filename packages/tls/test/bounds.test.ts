import * as net from 'node:net';
import * as tls from 'node:tls';
import { keepPlace, serve } from '@entente/tls';
import { describe, expect, it } from 'vitest';
import { bare, clientName, ended, presenting } from './fixture.ts';
import { useGreetingServers } from './greeting-server.ts';

const servers = useGreetingServers();
const { common } = servers;

describe('bounds on connections', () => {
  it('gives the place among the pending back at the verdict, and counts the connection as open', async () => {
    const server = await serve(tls, common(), (socket) => void socket.write('hello'));
    servers.closeAfterwards(() => server.close());
    const socket = bare(server.port, presenting(servers.world.client));
    await new Promise((resolve) => socket.once('data', resolve));
    expect(server).toMatchObject({ pending: 0, connections: 1 });
    socket.destroy();
  });

  it('refuses connections above the greatest number of open ones, and says so', async () => {
    const server = await serve(tls, { ...common(), limits: { maxConnections: 1 } }, (socket) => {
      socket.write('hello');
    });
    servers.closeAfterwards(() => server.close());
    const first = bare(server.port, presenting(servers.world.client));
    await new Promise((resolve) => first.once('data', resolve));
    expect((await ended(bare(server.port, presenting(servers.world.client)))).received).toBe('');
    expect(servers.refusals).toMatchObject([
      { when: 'admission', rejection: { reason: 'throttled' }, remoteAddress: '127.0.0.1' },
    ]);
    first.destroy();
  });

  async function hold(port: number, localAddress = '127.0.0.1') {
    const socket = bare(port, { ...presenting(servers.world.client), localAddress } as tls.ConnectionOptions);
    await new Promise((resolve) => socket.once('data', resolve));
    return socket;
  }

  it('refuses a further open connection from an address that holds the most allowed, before any handshake', async () => {
    const server = await serve(tls, { ...common(), limits: { maxConnectionsPerAddress: 2 } }, (socket) => {
      socket.write('hello');
    });
    servers.closeAfterwards(() => server.close());
    const held = [await hold(server.port), await hold(server.port)];
    let handshakes = 0;
    server.server.on('connection', () => handshakes++);
    expect((await ended(bare(server.port, presenting(servers.world.client)))).received).toBe('');
    expect(handshakes).toBe(0);
    expect(servers.refusals).toMatchObject([
      {
        when: 'admission',
        rejection: {
          reason: 'throttled',
          message: 'expected at most 2 open connections from one address, found one more',
        },
        remoteAddress: '127.0.0.1',
      },
    ]);
    for (const socket of held) socket.destroy();
  });

  it('holds no address up for what another has open', async () => {
    const server = await serve(tls, { ...common(), limits: { maxConnectionsPerAddress: 1 } }, (socket) => {
      socket.write('hello');
    });
    servers.closeAfterwards(() => server.close());
    const held = [await hold(server.port), await hold(server.port, '127.0.0.2')];
    expect(server.connections).toBe(2);
    for (const socket of held) socket.destroy();
    expect(servers.refusals).toEqual([]);
  });

  it.each(['the client', 'the server'])('gives the place of an address back when %s closes', async (who) => {
    const accepted: tls.TLSSocket[] = [];
    const server = await serve(tls, { ...common(), limits: { maxConnectionsPerAddress: 1 } }, (socket) => {
      accepted.push(socket);
      socket.write('hello');
    });
    servers.closeAfterwards(() => server.close());
    for (let round = 0; round < 3; round++) {
      const socket = await hold(server.port);
      const gone = new Promise((resolve) => accepted[round]?.once('close', resolve));
      if (who === 'the client') socket.destroy();
      else accepted[round]?.destroy();
      await gone;
      // The accepted socket under it closes in the same turn or the next.
      await new Promise((resolve) => setImmediate(resolve));
      socket.destroy();
    }
    expect(servers.refusals).toEqual([]);
    expect(server).toMatchObject({ pending: 0, connections: 0 });
  });

  it('refuses a further open connection of a peer that holds the most allowed, from whatever address, and says whose', async () => {
    const server = await serve(tls, { ...common(), limits: { maxConnectionsPerPeer: 2 } }, (socket) => {
      socket.write('hello');
    });
    servers.closeAfterwards(() => server.close());
    const held = [await hold(server.port), await hold(server.port, '127.0.0.2')];
    const third = { ...presenting(servers.world.client), localAddress: '127.0.0.3' } as tls.ConnectionOptions;
    expect((await ended(bare(server.port, third))).received).toBe('');
    expect(servers.refusals).toMatchObject([
      {
        when: 'admission',
        rejection: {
          reason: 'throttled',
          message: 'expected at most 2 open connections of one peer, found one more',
        },
        peer: { dnsNames: [clientName] },
        remoteAddress: '127.0.0.3',
      },
    ]);
    for (const socket of held) socket.destroy();
  });

  it('gives the place of a peer back when its connection closes', async () => {
    const server = await serve(tls, { ...common(), limits: { maxConnectionsPerPeer: 1 } }, (socket) => {
      socket.write('hello');
    });
    servers.closeAfterwards(() => server.close());
    for (let round = 0; round < 3; round++) {
      const closed = new Promise<void>((resolve) =>
        server.server.once('secureConnection', (socket: tls.TLSSocket) =>
          socket.once('close', () => resolve()),
        ),
      );
      (await hold(server.port)).destroy();
      await closed;
    }
    expect(servers.refusals).toEqual([]);
  });

  describe('where places are short', () => {
    /** A listener of three places that asks for certificates and does without; clients, in the order in which they were admitted. */
    async function startShort(maxPendingPerAddress = 500) {
      const admitted: tls.TLSSocket[] = [];
      const bounds = { maxConnections: 3, maxPendingPerAddress };
      const limits = { ...bounds, whenPlacesAreShort: 'close-unproven' } as const;
      const server = await serve(tls, { ...common(), clientCertificate: 'optional', limits }, (socket) => {
        admitted.push(socket);
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
      return { admitted, come, connect, refusals, server };
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
  });

  it('counts a client that comes over IPv6 as mapped IPv4 by its address', async () => {
    const server = await serve(
      tls,
      { ...common(), host: '::', limits: { maxConnectionsPerAddress: 1 } },
      (socket) => void socket.write('hello'),
    );
    servers.closeAfterwards(() => server.close());
    const held = [await hold(server.port), await hold(server.port, '127.0.0.2')];
    expect((await ended(bare(server.port, presenting(servers.world.client)))).received).toBe('');
    expect(servers.refusals).toMatchObject([{ remoteAddress: '::ffff:127.0.0.1' }]);
    for (const socket of held) socket.destroy();
  });

  it.each([
    ['maxConnections', Number.POSITIVE_INFINITY],
    ['maxConnectionsPerAddress', Number.NaN],
    ['maxConnectionsPerAddress', 0],
    ['maxConnectionsPerAddress', 1_000_001],
    ['maxPending', -1],
    ['maxPendingPerAddress', 1.5],
    ['handshakeTimeoutMs', 0],
    ['verdictTimeoutMs', Number.POSITIVE_INFINITY],
    ['drainTimeoutMs', '1' as unknown as number],
    ['maxConnectionsPerPeer', 0],
  ] as const)('refuses to start with %s %s: no limit can be turned off', async (name, value) => {
    await expect(serve(tls, { ...common(), limits: { [name]: value } }, () => {})).rejects.toMatchObject({
      code: 'ENTENTE_OPTION_INVALID',
      place: `limits.${name} of serve`,
    });
  });

  it('accepts nothing more once it is told so, and leaves open connections until it is closed', async () => {
    const server = await serve(tls, { ...common(), limits: { drainTimeoutMs: 1 } }, () => {});
    const open = net.connect(server.port, '127.0.0.1').resume();
    await new Promise((resolve) => open.once('connect', resolve));
    await expect.poll(() => server.pending).toBe(1);
    server.stopAccepting();
    server.stopAccepting();
    const refused = net.connect(server.port, '127.0.0.1');
    expect(await new Promise((resolve) => refused.once('error', resolve))).toMatchObject({
      code: 'ECONNREFUSED',
    });
    expect(open.closed).toBe(false);
    const closed = new Promise((resolve) => open.once('close', resolve));
    await server.close();
    await closed;
  });

  it('closes what has no verdict yet when the time to drain is over', async () => {
    const server = await serve(tls, { ...common(), limits: { drainTimeoutMs: 1 } }, () => {});
    const idle = net.connect(server.port, '127.0.0.1');
    await new Promise((resolve) => idle.once('connect', resolve));
    const closed = new Promise((resolve) => idle.once('close', resolve));
    idle.resume();
    await server.close();
    await closed;
  });
});
