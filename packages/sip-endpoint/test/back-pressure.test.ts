import type { TLSSocket } from 'node:tls';
import { createRequest, createResponse, type SipRequest } from '@entente/sip';
import { type EndpointUser, type GivenUp, MessageBudget, type SipConnection } from '@entente/sip-endpoint';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startServer } from './network.ts';

const maxPendingBytes = 1_000_000;
const bodyBytes = 100_000;
let lastId = 0;

function message(bytes: number): SipRequest {
  return createRequest({
    method: 'MESSAGE',
    uri: 'sip:bob@contoso.example',
    from: '<sip:alice@contoso.example>;tag=1',
    to: '<sip:bob@contoso.example>',
    callId: 'c',
    cseq: 1,
    via: `SIP/2.0/TLS client.invalid;branch=z9hG4bK${++lastId}`,
    contentType: 'text/plain',
    body: 'x'.repeat(bytes),
  });
}

/** A server that answers every request with a large body, and hands its connections to the test. */
async function serverOf() {
  const opened: SipConnection[] = [];
  const givenUp: GivenUp[] = [];
  let requests = 0;
  const user: EndpointUser = {
    onRequest(transaction) {
      requests++;
      const body = 'y'.repeat(bodyBytes);
      transaction.respond(
        createResponse(transaction.request, 200, undefined, { toTag: 't', contentType: 'text/plain', body }),
      );
    },
    onAck() {},
    onConnection: (connection) => opened.push(connection),
    onGivenUp: (why) => givenUp.push(why),
  };
  const budget = new MessageBudget();
  const server = await startServer(user, { budget, limits: { maxPendingBytes } });
  return {
    budget,
    givenUp,
    requests: () => requests,
    /** A client, or a server of that name, which reads nothing until it is told to. */
    async connect(
      name?: string,
    ): Promise<{ readonly socket: TLSSocket; readonly connection: SipConnection }> {
      const count = opened.length;
      const socket = await server.bare(name);
      await expect.poll(() => opened.length).toBe(count + 1);
      const connection = opened[count] as SipConnection;
      if (name === undefined) connection.prove(`user${count}@contoso.example`);
      return { socket, connection };
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Sends until nothing more is taken, which is when the kernels of both sides are full. */
function fill(connection: SipConnection, sender?: SipConnection): number {
  let sent = 0;
  for (let refused = 0; refused < 3; ) {
    if (connection.send(message(bodyBytes), sender?.ledger)) sent++;
    else refused++;
  }
  return sent;
}

/** The socket has handed to the kernel what that takes. */
const settled = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

afterEach(() => void vi.useRealTimers());

describe('a peer that takes nothing', () => {
  it('keeps its connection: what others send it is refused to them', async () => {
    await using network = await serverOf();
    const { connection } = await network.connect();
    const { connection: sender } = await network.connect();
    for (let i = 0; i < 200; i++) {
      fill(connection, sender);
      await settled();
    }
    expect(connection.send(message(1_000), sender.ledger)).toBe(false);
    expect(connection.isClosed).toBe(false);
    expect(connection.ledger.bytes).toBeLessThan(maxPendingBytes / 8 + 2 * bodyBytes);
    expect(sender.ledger.bytes, 'it costs the sender nothing').toBe(0);
    expect(network.givenUp).toEqual([]);
  });

  it('is sent to again once it takes', async () => {
    await using network = await serverOf();
    const { connection, socket } = await network.connect();
    for (let i = 0; i < 200; i++) {
      fill(connection);
      await settled();
    }
    socket.resume();
    await expect.poll(() => connection.ledger.bytes).toBe(0);
    expect(connection.send(message(1_000))).toBe(true);
  });

  it('is not read from while the answers to its requests wait, and closed after 32 seconds', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await using network = await serverOf();
    const { connection, socket } = await network.connect();
    for (let i = 0; i < 1_000; i++) socket.write(message(10).wire, 'latin1');
    await expect.poll(() => connection.socket.isPaused()).toBe(true);
    const requests = network.requests();
    expect(connection.ledger.bytes).toBeLessThan(maxPendingBytes + 2 * bodyBytes);
    expect(connection.isClosed).toBe(false);
    vi.advanceTimersByTime(32_000);
    expect(connection.isClosed).toBe(false);
    vi.advanceTimersByTime(1_000);
    expect(network.givenUp).toEqual(['answers-not-taken']);
    expect(connection.socket.destroyed).toBe(true);
    expect(network.requests()).toBe(requests);
    await expect.poll(() => network.budget.bytes).toBe(0);
  });

  it('is read from, and keeps its connection, however many provisional answers and further 2xx others write for it', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await using network = await serverOf();
    const { connection } = await network.connect();
    const body = 'y'.repeat(bodyBytes);
    const ringing = createResponse(message(10), 183, undefined, {
      toTag: 't',
      contentType: 'text/plain',
      body,
    });
    for (let i = 0; i < 400; i++) {
      connection.pass(ringing);
      if (i % 4 === 0) await settled();
    }
    expect(connection.socket.isPaused()).toBe(false);
    expect(connection.ledger.bytes).toBeLessThan(maxPendingBytes / 8 + 2 * bodyBytes);
    vi.advanceTimersByTime(60_000);
    expect([connection.isClosed, network.givenUp]).toEqual([false, []]);
    expect(connection.send(createResponse(message(10), 200, undefined, { toTag: 't' }))).toBe(true);
  });

  it('is read from again once it has taken the answers', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await using network = await serverOf();
    const { connection, socket } = await network.connect();
    for (let i = 0; i < 1_000; i++) socket.write(message(10).wire, 'latin1');
    await expect.poll(() => connection.socket.isPaused()).toBe(true);
    vi.advanceTimersByTime(20_000);
    let last = '';
    socket.on('data', (bytes: Buffer) => {
      last = (last + bytes.toString('latin1')).slice(-2 * bodyBytes);
    });
    await expect.poll(() => network.budget.bytes).toBe(0);
    const late = message(10);
    socket.write(late.wire, 'latin1');
    await expect.poll(() => last).toContain(late.topVia.branch);
    vi.advanceTimersByTime(60_000);
    expect(network.givenUp).toEqual([]);
    await expect.poll(() => network.budget.bytes).toBe(0);
  });
});

describe('a link between servers whose other end takes nothing', () => {
  it('stays, refuses a sender with much under way first, and then all', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await using network = await serverOf();
    const { connection: link } = await network.connect('fe2.contoso.example');
    const { connection: heavy } = await network.connect();
    const { connection: light } = await network.connect();
    expect(heavy.ledger.take(maxPendingBytes / 10, 1)).toBe(true);
    for (let i = 0; i < 200; i++) {
      fill(link, heavy);
      await settled();
    }
    expect(link.send(message(1_000), heavy.ledger)).toBe(false);
    expect(link.send(message(1_000), light.ledger)).toBe(true);
    fill(link, light);
    expect(link.send(message(1_000), light.ledger)).toBe(false);
    expect(link.ledger.bytes).toBeLessThan(maxPendingBytes + 2 * bodyBytes);
    vi.advanceTimersByTime(600_000);
    expect(link.isClosed).toBe(false);
    expect(link.socket.isPaused()).toBe(false);
    expect(network.givenUp).toEqual([]);
  });

  it('is read from although its answers wait, and its requests are dropped as long as none fits', async () => {
    await using network = await serverOf();
    const { connection: link, socket } = await network.connect('fe2.contoso.example');
    const send = async (count: number) => {
      for (let i = 0; i < count; i++) socket.write(message(10).wire, 'latin1');
      await expect.poll(() => socket.writableLength).toBe(0);
      await settled();
    };
    while (!link.isFull) await send(100);
    const before = network.requests();
    const read = link.socket.bytesRead;
    await send(100);
    await expect.poll(() => link.socket.bytesRead).toBeGreaterThan(read + 99 * message(10).wire.length);
    expect(network.requests()).toBe(before);
    expect(link.ledger.bytes).toBeLessThan(maxPendingBytes + 2 * bodyBytes);
    expect([link.isClosed, link.socket.isPaused()]).toEqual([false, false]);
  });
});

describe('a connection that we close while its peer takes nothing', () => {
  it('reads no more: what the peer begins to send counts nowhere, and nothing of it counts in the end', async () => {
    await using network = await serverOf();
    const { connection, socket } = await network.connect();
    while (connection.takes(message(bodyBytes))) fill(connection);
    connection.close();
    const read = connection.socket.bytesRead;
    socket.write('MESSAGE sip:bob@contoso.example SIP/2.0\r\n');
    await expect.poll(() => connection.socket.bytesRead).toBeGreaterThan(read);
    await settled();
    connection.socket.destroy();
    await expect.poll(() => connection.socket.closed).toBe(true);
    expect(network.budget.bytes).toBe(0);
    expect(network.budget.peers).toBe(0);
  });
});
