import { createRequest } from '@entente/sip';
import type { EndpointUser, HeldUp, SipConnection } from '@entente/sip-endpoint';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type ServerUnderTest, startServer } from './network.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** A server that hands each connection to the test. */
async function serverOf({ onPong, ...options }: ServerUnderTest & Pick<EndpointUser, 'onPong'> = {}) {
  const closed: number[] = [];
  const heldUp: HeldUp[] = [];
  const opened: SipConnection[] = [];
  const user: EndpointUser = {
    onRequest() {},
    onAck() {},
    onHeldUp: (why) => heldUp.push(why),
    onConnection: (connection) => opened.push(connection),
    onClosed: (connection) => closed.push(connection.id),
    ...(onPong === undefined ? {} : { onPong }),
  };
  const server = await startServer(user, options);
  return {
    server,
    opened,
    closed,
    heldUp,
    async connect() {
      const socket = await server.bare();
      await expect.poll(() => opened.length).toBe(1);
      return { socket, connection: opened[0] as SipConnection };
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const message = (body: string) =>
  createRequest({
    method: 'MESSAGE',
    uri: 'sip:bob@contoso.example',
    from: '<sip:alice@contoso.example>;tag=1',
    to: '<sip:bob@contoso.example>',
    callId: 'c',
    cseq: 1,
    via: 'SIP/2.0/TLS fe1.contoso.example;branch=z9hG4bK1',
    contentType: 'text/plain',
    body,
  });

describe('keep-alive', () => {
  it('answers each ping with one pong, however many come at once (RFC 5626 §5.4, §6)', async () => {
    await using network = await serverOf();
    const { socket } = await network.connect();
    let received = '';
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1');
    });
    socket.write('\r\n\r\n'.repeat(3));
    await expect.poll(() => received).toBe('\r\n'.repeat(3));
  });

  it('takes each answer to a ping for one, and answers none: two, one after the other, look like a ping', async () => {
    let pongs = 0;
    await using network = await serverOf({ onPong: () => void pongs++ });
    const { connection, socket } = await network.connect();
    let received = '';
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1');
      socket.write('\r\n');
    });
    for (let sent = 1; sent <= 4; sent++) {
      connection.ping();
      await expect.poll(() => pongs).toBe(sent);
    }
    expect(received).toBe('\r\n\r\n'.repeat(4));
  });

  it('answers eight of the pings that come at once, and no more', async () => {
    await using network = await serverOf();
    const { connection, socket } = await network.connect();
    let received = '';
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1');
    });
    socket.write('\r\n\r\n'.repeat(9));
    await expect.poll(() => connection.socket.bytesRead).toBeGreaterThanOrEqual(36);
    await expect.poll(() => received).toBe('\r\n'.repeat(8));
    socket.write('\r\n\r\n');
    await expect.poll(() => received).toBe('\r\n'.repeat(9));
    expect(network.heldUp).toEqual([]);
  });

  it('adds no more pongs than may wait', async () => {
    await using network = await serverOf({ limits: { maxPendingBytes: 10 } });
    const { connection } = await network.connect();
    let written = 0;
    connection.socket.write = () => {
      written++;
      return true;
    };
    for (let i = 0; i < 20; i++) connection.keepAlive('ping', 8);
    await expect.poll(() => written).toBe(1);
    expect(connection.ledger.bytes).toBe(16);
    expect(network.closed).toEqual([]);
  });

  it.each([
    ['pings', undefined],
    ['pings of a user', 'alice@contoso.example'],
  ])(
    'holds up a client that sends many %s, says so, and reads on from it twice a second',
    async (_, user) => {
      // Time stands still, so that all of them come within one window.
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
      await using network = await serverOf();
      const { connection, socket } = await network.connect();
      if (user !== undefined) connection.prove(user);
      let received = '';
      socket.on('data', (bytes: Buffer) => {
        received += bytes.toString('latin1');
      });
      socket.write('\r\n\r\n'.repeat(63));
      await expect.poll(() => received).toBe('\r\n'.repeat(8));
      expect([connection.socket.isPaused(), network.heldUp]).toEqual([false, []]);
      socket.write('\r\n\r\n');
      await expect.poll(() => connection.socket.bytesRead).toBe(64 * 4);
      expect(connection.socket.isPaused()).toBe(true);
      expect(network.heldUp).toEqual(['keep-alives']);
      vi.advanceTimersByTime(500);
      expect([connection.socket.isPaused(), connection.isClosed]).toEqual([false, false]);
    },
  );

  it('holds up a client for many pongs to nothing', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    await using network = await serverOf();
    const { connection } = await network.connect();
    for (let i = 0; i < 63; i++) connection.keepAlive('pong', 1);
    expect(network.heldUp).toEqual([]);
    connection.keepAlive('pong', 1);
    expect([connection.socket.isPaused(), network.heldUp]).toEqual([true, ['keep-alives']]);
  });

  it('holds up no client that writes a line break before each message (RFC 3261 §7.5), which answers a ping all the same', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    let pongs = 0;
    await using network = await serverOf({ onPong: () => void pongs++ });
    const { connection, socket } = await network.connect();
    let received = '';
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1');
    });
    const withBreak = `\r\n${message('x').wire}`;
    socket.write(`${withBreak.repeat(100)}\r\n\r\n`, 'latin1');
    await expect.poll(() => received).toBe('\r\n');
    expect([connection.socket.isPaused(), network.heldUp, pongs]).toEqual([false, [], 0]);
    connection.ping();
    socket.write(withBreak, 'latin1');
    await expect.poll(() => pongs).toBe(1);
    for (let i = 1; i < 63; i++) connection.keepAlive('pong', 1);
    expect(network.heldUp, 'the ping and 62 pongs to nothing').toEqual([]);
    connection.keepAlive('pong', 1);
    expect(network.heldUp).toEqual(['keep-alives']);
  });

  it('holds up no server, for many stand behind it', async () => {
    await using network = await serverOf();
    const server = await network.server.bare('fe2.contoso.example');
    await expect.poll(() => network.opened).toHaveLength(1);
    let received = '';
    server.on('data', (bytes: Buffer) => {
      received += bytes.toString('latin1');
    });
    server.write('\r\n\r\n'.repeat(1_000));
    await expect.poll(() => received).toBe('\r\n'.repeat(8));
    expect([network.opened[0]?.socket.isPaused(), network.heldUp]).toEqual([false, []]);
  });
});

describe('a peer that takes nothing', () => {
  it('keeps its socket for five seconds when the connection is closed, and no longer', async () => {
    await using network = await serverOf({ limits: { maxPendingBytes: 200_000_000 } });
    const { connection } = await network.connect();
    // More than the kernels of both sides hold.
    const big = message('x'.repeat(65_000));
    for (let sent = 0; sent < 1_000; sent++) connection.send(big);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    connection.close();
    expect(network.closed).toEqual([connection.id]);
    vi.advanceTimersByTime(4_999);
    expect(connection.socket.destroyed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(connection.socket.destroyed).toBe(true);
  });
});

describe('a connection that broke between its verdict and its first use', () => {
  it('counts as closed, and is reported closed where it was reported open', async () => {
    await using network = await serverOf({ before: (socket) => void socket.destroy() });
    await network.server.bare().catch(() => {});
    await expect.poll(() => network.closed).toHaveLength(1);
    expect(network.opened.map(({ id }) => id)).toEqual(network.closed);
    expect([...network.server.endpoint.connections]).toEqual([]);
  });
});

describe('a peer that is judged again', () => {
  it('has the role of the last verdict, not that of the first', async () => {
    let role = 'front-end';
    await using network = await serverOf({
      allow: () => ({ ok: true, server: 'fe2.contoso.example', role }),
    });
    await network.server.bare('fe2.contoso.example');
    await expect.poll(() => network.opened[0]?.protection.peer?.role).toBe('front-end');
    role = 'edge';
    network.server.judgeAgain();
    await expect.poll(() => network.opened[0]?.protection.peer?.role).toBe('edge');
    expect(network.closed).toEqual([]);
  });
});

describe('a silent peer', () => {
  it('is kept for longer than two minutes, the Flow-Timer of our registrars (RFC 5626 §5.4)', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await using network = await serverOf();
    await network.server.bare();
    await expect.poll(() => network.opened).toHaveLength(1);
    vi.advanceTimersByTime(240_000);
    expect(network.opened[0]?.isClosed).toBe(false);
    vi.advanceTimersByTime(900_000);
    await expect.poll(() => network.closed).toHaveLength(1);
  });

  it('is disconnected when its time is over', async () => {
    await using network = await serverOf({ limits: { idleTimeoutMs: 1 } });
    await network.server.bare();
    await expect.poll(() => network.closed).toHaveLength(1);
  });
});
