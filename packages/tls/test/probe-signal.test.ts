import { getEventListeners, once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { createTestAuthority } from '@entente/testkit';
import { serverChain } from '@entente/tls';
import { afterEach, expect, it, vi } from 'vitest';

let silent: Server | undefined;
afterEach(() => {
  vi.useRealTimers();
  silent?.close();
});

/** A server that accepts connections and never speaks. */
async function silentPort(): Promise<{ readonly port: number; readonly dialled: () => number }> {
  let count = 0;
  silent = createServer((socket) => {
    count += 1;
    socket.on('error', () => {});
  });
  await once(silent.listen(0, '127.0.0.1'), 'listening');
  return { port: (silent.address() as AddressInfo).port, dialled: () => count };
}

const reason = new Error('no longer wanted');

it('serverChain dials nothing where the signal has aborted before', async () => {
  const { dialled, port } = await silentPort();
  const signal = AbortSignal.abort(reason);
  await expect(serverChain({ host: '127.0.0.1', port, signal })).rejects.toBe(reason);
  expect(dialled()).toBe(0);
});

it('serverChain gives up with the reason of the signal, and leaves no timer and no listener', async () => {
  const { port } = await silentPort();
  const controller = new AbortController();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const probe = serverChain({ host: '127.0.0.1', port, signal: controller.signal });
  await once(silent as Server, 'connection');
  controller.abort(reason);
  await expect(probe).rejects.toBe(reason);
  expect(vi.getTimerCount()).toBe(0);
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});

it('serverChain leaves no listener at a signal that its caller uses for long', async () => {
  const authority = await createTestAuthority('Contoso Root CA');
  const { chainPem: cert, keyPem: key } = await authority.issue({ dnsNames: ['fe1.contoso.example'] });
  const server = createTlsServer({ cert, key }, (socket) => socket.on('error', () => {}));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { signal } = new AbortController();
  try {
    const { port } = server.address() as AddressInfo;
    const { presented } = await serverChain({
      host: '127.0.0.1',
      port,
      name: 'fe1.contoso.example',
      signal,
    });
    expect(presented).toBeDefined();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  } finally {
    server.close();
  }
});
