import * as net from 'node:net';
import { describe, expect, it } from 'vitest';
import { bare, ended, presenting } from './fixture.ts';
import { useGreetingServers } from './greeting-server.ts';

const servers = useGreetingServers();

/** Sends a text without TLS, and waits until the server has closed. */
function sendPlain(port: number, text: string): Promise<void> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => socket.write(text));
    socket.on('error', () => {});
    socket.on('close', () => resolve());
    socket.resume();
  });
}

describe('a handshake that fails before there is anything to judge', () => {
  it('is told to onRefusal where the client has no version in common with the listener', async () => {
    const { port } = await servers.greet();
    await ended(bare(port, { ...presenting(servers.world.client), maxVersion: 'TLSv1.2' }));
    await expect
      .poll(() => servers.refusals)
      .toMatchObject([
        {
          when: 'handshake',
          rejection: { reason: 'handshake-failed', error: 'UNSUPPORTED_PROTOCOL' },
          remoteAddress: '127.0.0.1',
        },
      ]);
  });

  it('is told to onRefusal where the client speaks plain HTTP', async () => {
    const { port } = await servers.greet();
    await sendPlain(port, 'GET / HTTP/1.1\r\nHost: pool.contoso.example\r\n\r\n');
    await expect
      .poll(() => servers.refusals)
      .toMatchObject([
        { when: 'handshake', rejection: { reason: 'handshake-failed', error: 'HTTP_REQUEST' } },
      ]);
  });

  it('is told to onRefusal where the client says nothing until its time is over', async () => {
    const { port } = await servers.greet({ limits: { handshakeTimeoutMs: 1 } });
    await sendPlain(port, '');
    await expect
      .poll(() => servers.refusals)
      .toMatchObject([
        { when: 'handshake', rejection: { reason: 'handshake-failed', error: 'HANDSHAKE_TIMEOUT' } },
      ]);
  });

  it('tells nothing where the client goes away by itself', async () => {
    const { port, server } = await servers.greet();
    const gone = new Promise((resolve) => server.once('tlsClientError', resolve));
    const socket = net.connect(port, '127.0.0.1', () => socket.end());
    await gone;
    expect(servers.refusals).toEqual([]);
  });
});
