import { once } from 'node:events';
import * as net from 'node:net';
import * as tls from 'node:tls';
import { type ConnectionRefusal, connect, serve } from '@entente/tls';
import { expect, it } from 'vitest';
import { bare, clientName, presenting, serverName } from './fixture.ts';
import { useGreetingServers } from './greeting-server.ts';

const servers = useGreetingServers();

/** A record of data that no key opens. */
const broken = Buffer.from([23, 3, 3, 0, 40, ...new Uint8Array(40)]);

it.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'closes a client whose records are broken after the handshake (%s)',
  async (version) => {
    const errors: unknown[] = [];
    const server = await serve(tls, { ...servers.common(), minVersion: 'TLSv1.2' }, (socket) => {
      socket.on('error', (error) => errors.push(error));
      socket.write('hello');
    });
    servers.closeAfterwards(() => server.close());
    const below = net.connect(server.port, '127.0.0.1');
    const client = bare(server.port, {
      ...presenting(servers.world.client),
      socket: below,
      minVersion: version,
      maxVersion: version,
    });
    client.on('error', () => {});
    await once(client, 'data');
    expect(server.connections).toBe(1);
    below.write(broken);
    await expect.poll(() => server.connections).toBe(0);
    expect(errors).toHaveLength(1);
    expect(servers.refusals).toMatchObject([
      {
        when: 'live',
        rejection: { reason: 'tls-broken', error: expect.any(String) },
        peer: { dnsNames: [clientName] },
        remoteAddress: '127.0.0.1',
      },
    ]);
    client.destroy();
  },
);

it('closes a server that was dialled and whose records are broken after the handshake', async () => {
  const { server: identity, trust } = servers.world;
  const listener = tls.createServer(presenting(identity));
  servers.closeAfterwards(async () => void listener.close());
  const accepted = once(listener, 'connection') as Promise<[net.Socket]>;
  listener.on('secureConnection', (socket) => {
    socket.on('error', () => {});
    socket.write('hello');
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as net.AddressInfo;
  const expectation = { mode: 'host', name: serverName } as const;
  const refusals: ConnectionRefusal[] = [];
  const socket = await connect({
    host: '127.0.0.1',
    port,
    trust,
    expect: expectation,
    allow: [serverName],
    onRefusal: (refusal) => refusals.push(refusal),
  });
  const errors: unknown[] = [];
  socket.on('error', (error) => errors.push(error));
  await once(socket, 'data');
  const [below] = await accepted;
  below.write(broken);
  await expect.poll(() => socket.closed).toBe(true);
  expect(errors).toHaveLength(1);
  expect(refusals).toMatchObject([
    { when: 'live', rejection: { reason: 'tls-broken' }, peer: { dnsNames: [serverName] } },
  ]);
  below.destroy();
});

it('refuses no client that resets its connection: it goes away by itself', async () => {
  const server = await serve(tls, servers.common(), (socket) => {
    socket.on('error', () => {});
    socket.write('hello');
  });
  servers.closeAfterwards(() => server.close());
  const below = net.connect(server.port, '127.0.0.1');
  const client = bare(server.port, { ...presenting(servers.world.client), socket: below });
  client.on('error', () => {});
  await once(client, 'data');
  below.resetAndDestroy();
  await expect.poll(() => server.connections).toBe(0);
  expect(servers.refusals).toEqual([]);
});
