import type { TLSSocket } from 'node:tls';
import { createRequest, createResponse, parseWire, type SipRequest } from '@entente/sip';
import {
  type EndpointUser,
  type GivenUp,
  MessageBudget,
  OverloadControl,
  type PeerKind,
  type ServerTransaction,
  type SipConnection,
} from '@entente/sip-endpoint';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startServer } from './network.ts';

const mebibyte = 1_048_576;
const maxBytes = 32 * mebibyte;
let lastId = 0;

function wire(method: string, bodyBytes: number): string {
  return createRequest({
    method,
    uri: 'sip:bob@contoso.example',
    from: '<sip:alice@contoso.example>;tag=1',
    to: '<sip:bob@contoso.example>',
    callId: 'c',
    cseq: 1,
    contact: '<sip:alice@client.invalid>',
    via: `SIP/2.0/TLS client.invalid;branch=z9hG4bK${++lastId}`,
    contentType: 'text/plain',
    body: 'x'.repeat(bodyBytes),
  }).wire;
}

function messageOf(text: string): SipRequest {
  const parsed = parseWire(text);
  if (!parsed.ok || parsed.message.kind !== 'request') throw new Error('this is no request');
  return parsed.message;
}

/** A server that answers nothing, with a small ceiling. */
async function serverOf(more: { readonly overload?: OverloadControl } & Pick<EndpointUser, 'weigh'> = {}) {
  const budget = new MessageBudget({ maxBytes, maxTransactions: 2_000 });
  const opened: SipConnection[] = [];
  const closed: SipConnection[] = [];
  const givenUp: GivenUp[] = [];
  const waiting: ServerTransaction[] = [];
  const codes: string[] = [];
  const user: EndpointUser = {
    onRequest(transaction) {
      waiting.push(transaction);
      network.onRequest(transaction);
    },
    onAck() {},
    ...(more.weigh === undefined ? {} : { weigh: more.weigh }),
    onConnection: (connection) => opened.push(connection),
    onGivenUp: (why) => givenUp.push(why),
    onMalformed: ({ code, status }) => codes.push(`${code} ${status}`),
    onClosed: (connection) => closed.push(connection),
  };
  const { overload } = more;
  const server = await startServer(user, { budget, ...(overload === undefined ? {} : { overload }) });
  const network = {
    budget,
    onRequest(_transaction: ServerTransaction): void {},
    closed,
    codes,
    givenUp,
    waiting,
    async connect(as: { readonly server?: string; readonly user?: string } = {}): Promise<Peer> {
      const count = opened.length;
      const socket = await server.bare(as.server);
      await expect.poll(() => opened.length).toBe(count + 1);
      const connection = opened[count] as SipConnection;
      if (as.user !== undefined) connection.prove(as.user);
      return new Peer(socket, connection);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
  return network;
}

/** Writes whatever it likes, and notes the statuses of what comes back. */
class Peer {
  readonly socket: TLSSocket;
  readonly connection: SipConnection;
  readonly statuses: number[] = [];

  constructor(socket: TLSSocket, connection: SipConnection) {
    this.socket = socket;
    this.connection = connection;
    socket.on('data', (bytes: Buffer) => {
      for (const [, status] of bytes.toString('latin1').matchAll(/SIP\/2\.0 (\d+)/g))
        this.statuses.push(Number(status));
    });
  }

  /** Writes, and waits until the server has read all of it. */
  async write(bytes: string): Promise<void> {
    const { socket } = this.connection;
    const all = socket.bytesRead + bytes.length;
    this.socket.write(bytes, 'latin1');
    await expect.poll(() => socket.bytesRead >= all || socket.destroyed).toBe(true);
  }
}

function expectWithin(budget: MessageBudget, kind: PeerKind, part = 1): void {
  const { bytes, maxBytes, maxTransactions, transactions } = budget.of(kind);
  expect(bytes).toBeLessThanOrEqual(maxBytes * part);
  expect(transactions).toBeLessThanOrEqual(maxTransactions * part);
}

/** Another server sends a call, as it might at any time. */
async function expectServersServed(network: Awaited<ReturnType<typeof serverOf>>): Promise<void> {
  const waiting = network.waiting.length;
  const other = await network.connect({ server: 'fe2.contoso.example' });
  await other.write(wire('INVITE', mebibyte - 1_000));
  expect(network.waiting).toHaveLength(waiting + 1);
  expect(other.statuses).not.toContain(503);
}

afterEach(() => void vi.useRealTimers());

describe('a server that is sent more than it can keep', () => {
  it('answers requests of a client beyond what it may have under way, keeps nothing of them, and reads on twice a second', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await using network = await serverOf();
    const { connection, socket, statuses } = await network.connect({ user: 'alice@contoso.example' });
    for (let i = 0; i < 20_000; i++) socket.write(wire('MESSAGE', 0), 'latin1');
    await vi.waitFor(() => expect(connection.socket.isPaused()).toBe(true));
    await vi.waitFor(() => expect(statuses).toContain(503));
    expect(connection.transactions.size).toBe(network.waiting.length);
    const read = connection.socket.bytesRead;
    vi.advanceTimersByTime(500);
    expect(connection.socket.isPaused()).toBe(false);
    await vi.waitFor(() => expect(connection.socket.bytesRead).toBeGreaterThan(read));
    expect(connection.isClosed).toBe(false);
  });

  it('holds up a client that sends more than others while there is too much to do, and reads on from those', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const rules = { targetMs: 1e9, intervalMs: 0, newMs: 1e9, holdMs: 0, leastNewPerTurn: 0, spreadMs: 0 };
    const overload = new OverloadControl(rules);
    overload.turn(2 * rules.targetMs, 0, performance.now() - 1.5 * rules.targetMs);
    await using network = await serverOf({
      overload,
      weigh: (_, { ledger }) => ({ urgency: 'new', peer: ledger.name }),
    });
    const [alice, carol, mallory] = [
      await network.connect({ user: 'alice@contoso.example' }),
      await network.connect({ user: 'carol@contoso.example' }),
      await network.connect({ user: 'mallory@contoso.example' }),
    ];
    const send = async (peer: Peer, count: number) => {
      const before = peer.statuses.length;
      peer.socket.write(Array.from({ length: count }, () => wire('MESSAGE', 0)).join(''), 'latin1');
      await vi.waitFor(() => expect(peer.statuses.length - before).toBe(count));
    };
    for (const peer of [alice, carol]) await send(peer, 30);
    await send(mallory, 400);
    expect(mallory.connection.socket.isPaused()).toBe(true);
    for (const peer of [alice, carol, alice, carol]) await send(peer, 30);
    expect([alice, carol].map(({ connection }) => connection.socket.isPaused())).toEqual([false, false]);
    expect(network.waiting).toEqual([]);
  });

  it('holds up a client whose messages are no messages, and reads on from it twice a second', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await using network = await serverOf();
    const { connection, socket, statuses } = await network.connect({ user: 'alice@contoso.example' });
    const broken = wire('MESSAGE', 0).replace('Max-Forwards', 'Max-Forwards x');
    for (let i = 0; i < 63; i++) socket.write(broken, 'latin1');
    await vi.waitFor(() => expect(statuses.length).toBe(63));
    expect(connection.socket.isPaused()).toBe(false);
    for (let i = 0; i < 2_000; i++) socket.write(broken, 'latin1');
    await vi.waitFor(() => expect(connection.socket.isPaused()).toBe(true));
    vi.advanceTimersByTime(500);
    expect(connection.socket.isPaused()).toBe(false);
    expect(connection.isClosed).toBe(false);
  });

  it.each([
    ['cancels what was never begun', () => wire('CANCEL', 0), 481],
    ['writes branches of RFC 2543', () => wire('MESSAGE', 0).replace('z9hG4bK', 'old'), 400],
    ['acknowledges with branches of RFC 2543', () => wire('ACK', 0).replace('z9hG4bK', 'old'), undefined],
    [
      'answers what nobody has asked',
      () => createResponse(messageOf(wire('MESSAGE', 0)), 200).wire,
      undefined,
    ],
  ])('holds up a client that %s, and reads on from it twice a second', async (_, next, answer) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await using network = await serverOf();
    const client = await network.connect();
    const { connection, socket, statuses } = client;
    await client.write(Array.from({ length: 63 }, next).join(''));
    await vi.waitFor(() => expect(statuses.length).toBe(answer === undefined ? 0 : 63));
    expect(connection.socket.isPaused()).toBe(false);
    for (let i = 0; i < 2_000; i++) socket.write(next(), 'latin1');
    await vi.waitFor(() => expect(connection.socket.isPaused()).toBe(true));
    vi.advanceTimersByTime(500);
    expect(connection.socket.isPaused()).toBe(false);
    expect([connection.isClosed, new Set(statuses)]).toEqual([
      false,
      new Set(answer === undefined ? [] : [answer]),
    ]);
  });

  it('reads on from a server whose requests it refuses, for many stand behind it', async () => {
    await using network = await serverOf();
    const server = await network.connect({ server: 'fe2.contoso.example' });
    await server.write(Array.from({ length: 2_000 }, () => wire('MESSAGE', 0)).join(''));
    await expect.poll(() => server.statuses).toContain(503);
    expect(server.connection.socket.isPaused()).toBe(false);
  });

  it('refuses at once what goes on to a target where requests of the client led to nothing, and takes what goes elsewhere', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await using network = await serverOf();
    const { connection, socket, statuses } = await network.connect({ user: 'alice@contoso.example' });
    const toCarol = () => wire('MESSAGE', 0).replaceAll('bob@', 'carol@');
    for (let i = 0; i < 32; i++) connection.failed(messageOf(wire('MESSAGE', 0)));
    socket.write(wire('MESSAGE', 0) + toCarol(), 'latin1');
    await expect.poll(() => statuses).toEqual([503]);
    await expect
      .poll(() => network.waiting.map(({ request }) => request.uriText))
      .toEqual(['sip:carol@contoso.example']);
    expect(connection.socket.isPaused(), 'what others send it is answered there').toBe(false);
    // After the rest a few are carried, and everything once it is forgotten.
    vi.advanceTimersByTime(1_000);
    for (let i = 0; i < 20; i++) socket.write(wire('MESSAGE', 0), 'latin1');
    await expect.poll(() => [network.waiting.length, statuses.length]).toEqual([9, 13]);
    vi.advanceTimersByTime(2_000);
    for (let i = 0; i < 20; i++) socket.write(wire('MESSAGE', 0), 'latin1');
    await expect.poll(() => network.waiting.length).toBe(29);
  });

  it('takes all requests of a server, for many stand behind it', async () => {
    await using network = await serverOf();
    const { connection, socket } = await network.connect({ server: 'fe2.contoso.example' });
    for (let i = 0; i < 200; i++) connection.failed(messageOf(wire('MESSAGE', 0)));
    socket.write(wire('MESSAGE', 0), 'latin1');
    await expect.poll(() => network.waiting.length).toBe(1);
  });

  it('keeps INVITEs with large bodies that nobody answers only as far as their senders may have them', async () => {
    await using network = await serverOf();
    const { budget } = network;
    const peers: Peer[] = [];
    for (let i = 0; i < 6; i++) {
      const peer = await network.connect({ user: `user${i}@contoso.example` });
      peers.push(peer);
      for (let sent = 0; sent < 10; sent++) await peer.write(wire('INVITE', mebibyte - 1_000));
      expectWithin(budget, 'user', 1 / 4);
    }
    await expect
      .poll(() => peers.map(({ statuses }) => statuses.filter((status) => status === 503).length > 0))
      .toEqual(new Array(6).fill(true));
    expect(network.waiting.length).toBeGreaterThan(0);
    expect(network.codes).toContain('no-room 503');
    expect(network.closed).toEqual([]);
    await expectServersServed(network);
  });

  it('holds unfinished messages only as far as their senders may have them', async () => {
    await using network = await serverOf();
    for (let i = 0; i < 40; i++) {
      const peer = await network.connect(i % 2 === 0 ? {} : { user: `user${i}@contoso.example` });
      await peer.write(wire('INVITE', i % 2 === 0 ? 16_000 : mebibyte - 1_000).slice(0, -1));
      expectWithin(network.budget, 'unknown', 1 / 4);
      expectWithin(network.budget, 'user', 1 / 4);
    }
    await expectServersServed(network);
    expect(network.waiting).toHaveLength(1);
  });

  it('holds the headers that unknown peers have begun only as far as these may have them, and then no more of their connections', async () => {
    await using network = await serverOf();
    const head = `INVITE sip:bob@contoso.example SIP/2.0\r\nX: ${'a'.repeat(30_000)}`;
    for (let i = 0; i < 60; i++) {
      const peer = await network.connect();
      await peer.write(head);
      expectWithin(network.budget, 'unknown', 1 / 4);
    }
    await expect.poll(() => network.closed.length).toBeGreaterThan(20);
    expect(new Set(network.givenUp)).toEqual(new Set(['no-room']));
    await expectServersServed(network);
  });

  it('begins only as many transactions for a few connections as these may have', async () => {
    await using network = await serverOf();
    const { budget } = network;
    for (let i = 0; i < 26; i++) {
      const peer = await network.connect(i % 2 === 0 ? {} : { user: 'alice@contoso.example' });
      await peer.write(
        new Array(150)
          .fill('')
          .map(() => wire('INVITE', 0))
          .join(''),
      );
      expectWithin(budget, 'unknown', 1 / 4);
      expectWithin(budget, 'user', 1 / 4);
    }
    expect(budget.of('unknown').transactions).toBeGreaterThan(0);
    expect(budget.of('user').transactions).toBeGreaterThan(0);
    expect(network.closed).toEqual([]);
    await expectServersServed(network);
  });

  it('is left with nothing once its peers are gone', async () => {
    await using network = await serverOf();
    const peers = [await network.connect(), await network.connect({ user: 'alice@contoso.example' })];
    for (const peer of peers) {
      await peer.write(wire('INVITE', 10_000));
      await peer.write(wire('INVITE', 10_000).slice(0, -1));
    }
    expect(network.budget.bytes).toBeGreaterThan(40_000);
    for (const { socket } of peers) socket.destroy();
    await expect.poll(() => network.closed.length).toBe(2);
    expect([network.budget.bytes, network.budget.transactions, network.budget.peers]).toEqual([0, 0, 0]);
  });
});

describe('a connection that is closed', () => {
  it('counts nothing of what comes behind the message that closed it', async () => {
    await using network = await serverOf();
    const peer = await network.connect({ server: 'fe2.contoso.example' });
    network.onRequest = ({ context }) => context.connection.close();
    peer.socket.write(wire('MESSAGE', 10) + wire('MESSAGE', 10_000).slice(0, -1), 'latin1');
    await expect.poll(() => network.closed.length).toBe(1);
    await expect.poll(() => network.closed[0]?.socket.destroyed).toBe(true);
    expect([network.budget.bytes, network.budget.transactions, network.budget.peers]).toEqual([0, 0, 0]);
  });
});

describe('an unknown peer', () => {
  it('may send a body of 16 KiB, and a larger one once it has authenticated', async () => {
    await using network = await serverOf();
    const peer = await network.connect();
    await peer.write(wire('MESSAGE', 16_384));
    expect(network.waiting).toHaveLength(1);
    await peer.write(wire('MESSAGE', 16_385));
    await expect.poll(() => peer.statuses).toEqual([413]);
    peer.connection.prove('alice@contoso.example');
    await peer.write(wire('MESSAGE', 16_385));
    expect(network.waiting).toHaveLength(2);
    expect(network.closed).toEqual([]);
  });
});

describe('a message that has begun', () => {
  it.each([
    ['of an unknown peer, its header', {}, 40, 10],
    ['of an unknown peer, its body', {}, -1, 10],
    ['of a user', { user: 'alice@contoso.example' }, 40, 32],
    ['of a server', { server: 'fe2.contoso.example' }, -1, 32],
  ] as const)(
    'ends the connection where its last byte does not come in time: %s',
    async (_, as, to, seconds) => {
      vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
      await using network = await serverOf();
      const peer = await network.connect(as);
      await peer.write(wire('MESSAGE', 5_000).slice(0, to));
      vi.advanceTimersByTime((seconds - 1) * 1_000);
      // It counts from the first byte on, however many follow.
      await peer.write('x'.repeat(0));
      expect(network.givenUp).toEqual([]);
      vi.advanceTimersByTime(1_000);
      expect(network.givenUp).toEqual(['message-incomplete']);
      expect(network.closed).toHaveLength(1);
    },
  );

  it('has its time for itself: the next one starts at its own first byte', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await using network = await serverOf();
    const peer = await network.connect({ server: 'fe2.contoso.example' });
    const stream = new Array(20).fill('').map(() => wire('MESSAGE', 100));
    await peer.write((stream[0] as string).slice(0, 40));
    for (const [i, message] of stream.entries()) {
      vi.advanceTimersByTime(20_000);
      await peer.write(message.slice(40) + (stream[i + 1] ?? '').slice(0, 40));
    }
    vi.advanceTimersByTime(60_000);
    expect(network.givenUp).toEqual([]);
    expect(network.waiting).toHaveLength(20);
  });

  it('is late though its bytes come one after the other', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await using network = await serverOf();
    const peer = await network.connect();
    const bytes = wire('MESSAGE', 100);
    for (let i = 0; i < 20 && network.givenUp.length === 0; i++) {
      await peer.write(bytes.slice(i, i + 1));
      vi.advanceTimersByTime(1_000);
    }
    expect(network.givenUp).toEqual(['message-incomplete']);
  });
});
