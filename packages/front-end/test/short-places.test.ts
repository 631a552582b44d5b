import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { afterEach, expect, it } from 'vitest';
import { startFrontEnd } from './wire-network.ts';

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const item of opened.splice(0).reverse()) await item[Symbol.asyncDispose]();
});

/** Somebody who connects, proves nothing, and keeps the connection alive. */
async function holdOpen(port: number, localAddress: string) {
  const options = { port, host: '127.0.0.1', localAddress, rejectUnauthorized: false };
  const socket = tls.connect({ ...options, servername: 'contoso.example' } as tls.ConnectionOptions);
  socket.on('error', () => {});
  opened.push({
    async [Symbol.asyncDispose]() {
      socket.destroy();
    },
  });
  socket.write('\r\n\r\n');
  // The answer to its keep-alive: it is in.
  await once(socket, 'data');
  return socket;
}

it('who holds connections open and proves nothing shuts out neither users nor servers, and ends none that is proven', async () => {
  const network = await startFrontEnd({ limits: { maxConnections: 5 } });
  opened.push(network);
  const alice = await network.user('alice');
  const edge = await network.server('edge1.contoso.example');
  const ask = () => edge.ask('OPTIONS', 'sip:contoso.example', { as: 'alice' });
  await ask();
  const held: tls.TLSSocket[] = [];
  for (const address of ['127.0.0.2', '127.0.0.3', '127.0.0.3'])
    held.push(await holdOpen(network.port, address));
  const bob = await network.user('bob');
  const gateway = await network.server('app1.contoso.example');
  await gateway.ask('OPTIONS', 'sip:contoso.example', { as: 'alice' });
  // However long all this took: two of them at the least, so that four have places who are proven.
  await expect.poll(() => held.filter((socket) => socket.closed).length).toBeGreaterThanOrEqual(2);
  const throttled = network.lines.filter(({ reason }) => reason === 'throttled');
  expect(throttled).not.toEqual([]);
  const fromHolder = expect.stringMatching(/127\.0\.0\.[23]:/);
  for (const line of throttled)
    expect(line).toMatchObject({ event: 'refused', when: 'admission', peer: 'unknown', from: fromHolder });
  expect((await alice.ask('MESSAGE', 'sip:bob@contoso.example', { as: 'alice' })).status).toBe(200);
  await ask();
  expect([alice, bob, edge].map((peer) => peer.connections)).toEqual([1, 1, 1]);
});

it('connections on which nothing is ever sent shut out neither users nor servers', async () => {
  const network = await startFrontEnd({ limits: { maxPending: 4 } });
  opened.push(network);
  for (const localAddress of ['127.0.0.2', '127.0.0.2', '127.0.0.3', '127.0.0.3', '127.0.0.3', '127.0.0.2']) {
    const socket = net.connect({ port: network.port, host: '127.0.0.1', localAddress });
    socket.on('error', () => {});
    opened.push({
      async [Symbol.asyncDispose]() {
        socket.destroy();
      },
    });
    await once(socket, 'connect');
  }
  const alice = await network.user('alice');
  const edge = await network.server('edge1.contoso.example');
  expect((await alice.ask('MESSAGE', 'sip:alice@contoso.example', { as: 'alice' })).status).toBe(200);
  await edge.ask('OPTIONS', 'sip:contoso.example', { as: 'alice' });
  const fromHolder = expect.stringMatching(/127\.0\.0\.[23]:/);
  const throttled = network.lines.filter(({ reason }) => reason === 'throttled');
  expect(throttled).not.toEqual([]);
  for (const line of throttled) expect(line).toMatchObject({ when: 'admission', from: fromHolder });
});
