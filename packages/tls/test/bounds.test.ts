import { X509Certificate } from 'node:crypto';
import * as net from 'node:net';
import * as tls from 'node:tls';
import { serve } from '@entente/tls';
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

  it('refuses a further open connection of a peer on whose connections as many octets of certificates were presented as may be, and counts what is open', async () => {
    const { certificatePem } = servers.world.client.current;
    const chain = certificatePem.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];
    const octets = chain.reduce((sum, pem) => sum + new X509Certificate(pem).raw.length, 0);
    const limits = { maxCertificateBytesPerPeer: 2 * octets };
    const server = await serve(tls, { ...common(), limits }, (socket) => void socket.write('hello'));
    servers.closeAfterwards(() => server.close());
    const [first, second] = [await hold(server.port), await hold(server.port)];
    expect((await ended(bare(server.port, presenting(servers.world.client)))).received).toBe('');
    expect(servers.refusals).toMatchObject([
      {
        when: 'admission',
        rejection: {
          reason: 'throttled',
          message: `expected at most ${2 * octets} octets of certificates on open connections of one peer, found one more`,
        },
      },
    ]);
    first.destroy();
    await expect.poll(() => server.connections).toBe(1);
    const third = await hold(server.port);
    for (const socket of [second, third]) socket.destroy();
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
    ['maxCertificateBytesPerPeer', 0],
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
