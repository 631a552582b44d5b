import { createResponse } from '@entente/sip';
import { OverloadControl } from '@entente/sip-endpoint';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loopTurn } from '../src/connection/loop-turn.ts';
import {
  expectServersServed,
  expectWithin,
  mebibyte,
  messageOf,
  type Peer,
  serverOf,
  wire,
} from './hostile-network.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Time stands still, so that all that comes is within one window, however slow the machine is. */
const stopTime = () => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });

describe('a server that is sent more than it can keep', () => {
  it('answers requests of a client beyond what it may have under way, keeps nothing of them, and reads on twice a second', async () => {
    stopTime();
    await using network = await serverOf();
    const client = await network.connect({ user: 'alice@contoso.example' });
    const { connection, statuses } = client;
    let sent = 0;
    for (; !connection.socket.isPaused(); sent += 16)
      await client.write(Array.from({ length: 16 }, () => wire('MESSAGE', 0)).join(''));
    expect(connection.transactions.size).toBe(network.waiting.length);
    await expect.poll(() => statuses.length).toBe(sent - network.waiting.length);
    expect(new Set(statuses)).toEqual(new Set([503]));
    vi.advanceTimersByTime(500);
    expect([connection.socket.isPaused(), connection.isClosed]).toEqual([false, false]);
    await client.write(wire('MESSAGE', 0));
    await expect.poll(() => statuses.length).toBe(sent - network.waiting.length + 1);
  });

  it('holds up a client that sends more than others while there is too much to do, and reads on from those', async () => {
    stopTime();
    const rules = { targetMs: 1e9, intervalMs: 0, newMs: 1e9, holdMs: 0, leastNewPerTurn: 0, spreadMs: 0 };
    const overload = new OverloadControl(rules);
    overload.turn(2 * rules.targetMs, 0, 0);
    vi.spyOn(loopTurn.delay, 'now').mockReturnValue(1.5 * rules.targetMs);
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
      await peer.write(Array.from({ length: count }, () => wire('MESSAGE', 0)).join(''));
      await expect.poll(() => peer.statuses.length - before).toBe(count);
    };
    for (const peer of [alice, carol]) await send(peer, 30);
    // Three times the mean of the others are a fair share: an eighth of a refusal each.
    await send(mallory, 90 + 52);
    expect(mallory.connection.socket.isPaused()).toBe(false);
    await send(mallory, 1);
    expect(mallory.connection.socket.isPaused()).toBe(true);
    for (const peer of [alice, carol, alice, carol]) await send(peer, 30);
    expect([alice, carol].map(({ connection }) => connection.socket.isPaused())).toEqual([false, false]);
    expect(network.waiting).toEqual([]);
  });

  it('holds up a client whose messages are no messages, and reads on from it twice a second', async () => {
    stopTime();
    await using network = await serverOf();
    const client = await network.connect({ user: 'alice@contoso.example' });
    const { connection, statuses } = client;
    const broken = wire('MESSAGE', 0).replace('Max-Forwards', 'Max-Forwards x');
    await client.write(broken.repeat(63));
    await expect.poll(() => statuses).toEqual(new Array(63).fill(400));
    expect(connection.socket.isPaused()).toBe(false);
    await client.write(broken);
    expect(connection.socket.isPaused()).toBe(true);
    vi.advanceTimersByTime(500);
    expect([connection.socket.isPaused(), connection.isClosed]).toEqual([false, false]);
  });

  it('holds up a client that sends more in dialogs than calls do, with all connections of its user, and no server', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    // Time stands still.
    vi.spyOn(loopTurn.delay, 'begunAt', 'get').mockReturnValue(1_000);
    await using network = await serverOf();
    const user = 'alice@contoso.example';
    const first = await network.connect({ user });
    const second = await network.connect({ user });
    const other = await network.connect({ user: 'bob@contoso.example' });
    const server = await network.connect({ server: 'fe2.contoso.example' });
    const acks = (count: number) => Array.from({ length: count }, () => wire('ACK', 0)).join('');
    const isPaused = () =>
      [first, second, other, server].map(({ connection }) => connection.socket.isPaused());
    await first.write(acks(512));
    await other.write(acks(512));
    await server.write(acks(2_000));
    expect(isPaused()).toEqual([false, false, false, false]);
    await second.write(acks(1));
    expect(isPaused()).toEqual([false, true, false, false]);
    expect(network.heldUp).toEqual(['in-dialogs']);
    vi.advanceTimersByTime(100);
    expect(isPaused()).toEqual([false, false, false, false]);
    expect(network.closed).toEqual([]);
  });

  it('lets all devices of a user register at once, and holds up a user who registers without end, over all connections', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    // Time stands still.
    vi.spyOn(loopTurn.delay, 'begunAt', 'get').mockReturnValue(1_000);
    await using network = await serverOf();
    network.onRequest = (transaction) => transaction.respond(createResponse(transaction.request, 200));
    const registers = (count: number) => Array.from({ length: count }, () => wire('REGISTER', 0)).join('');
    const devices: Peer[] = [];
    // As many as a registrar binds; each is challenged, and has two flows.
    for (let i = 0; i < 16; i++) devices.push(await network.connect({ user: 'alice@contoso.example' }));
    for (const device of devices) await device.write(registers(4));
    const [first, second] = devices as [Peer, Peer];
    await first.write(registers(512 - 64));
    const server = await network.connect({ server: 'fe2.contoso.example' });
    await server.write(registers(1_000));
    const all = [...devices, server];
    const paused = () => [...all.keys()].filter((i) => all[i]?.connection.socket.isPaused());
    expect([paused(), network.heldUp]).toEqual([[], []]);
    await second.write(registers(1));
    expect(paused()).toEqual([1]);
    expect(network.heldUp).toEqual(['in-dialogs']);
    vi.advanceTimersByTime(100);
    expect(paused()).toEqual([]);
    await expect.poll(() => second.statuses).toHaveLength(5);
    expect(new Set(devices.flatMap(({ statuses }) => statuses))).toEqual(new Set([200]));
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
    stopTime();
    await using network = await serverOf();
    const client = await network.connect();
    const { connection, statuses } = client;
    await client.write(Array.from({ length: 63 }, next).join(''));
    expect(connection.socket.isPaused()).toBe(false);
    await client.write(next());
    expect(connection.socket.isPaused()).toBe(true);
    await expect.poll(() => statuses).toEqual(new Array(answer === undefined ? 0 : 64).fill(answer));
    vi.advanceTimersByTime(500);
    expect([connection.socket.isPaused(), connection.isClosed]).toEqual([false, false]);
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
    // Otherwise a slow machine gives up the first of them for their time.
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
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
