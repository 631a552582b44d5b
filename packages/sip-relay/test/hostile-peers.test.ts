import tls, { type TLSSocket } from 'node:tls';
import { createResponse, type SipRequest, type SipResponse, StreamFramer } from '@entente/sip';
import { defaultOverloadRules, MessageBudget, OverloadControl } from '@entente/sip-endpoint';
import { forwardRequest, refusal } from '@entente/sip-proxy';
import {
  FlowNames,
  type ProxyDecision,
  type ProxyPolicy,
  type RelayRules,
  type RequestOrigin,
} from '@entente/sip-relay';
import { requestBetween } from '@entente/testkit/request';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fqdn, startListeningRuntime } from './listening-runtime.ts';

const mebibyte = 1_048_576;
const challenge = refusal(
  'authentication-required',
  401,
  'expected credentials, found none',
  'Authenticate.',
);
let lastId = 0;

/** A peer that brings credentials has authenticated; what it sends goes to the connections that `targets` names. */
class OpenPolicy implements ProxyPolicy<RequestOrigin> {
  readonly origins: RequestOrigin[] = [];
  targets: readonly RequestOrigin[] = [];
  acks = 0;
  readonly #flows: FlowNames;

  constructor(flows: FlowNames) {
    this.#flows = flows;
  }

  admit(request: SipRequest, origin: RequestOrigin) {
    if (!this.origins.includes(origin)) this.origins.push(origin);
    if (request.method === 'ACK') this.acks++;
    const user = request.get('Authorization')?.split('"')[1];
    if (user !== undefined) origin.users.set(`${user}@contoso.example`, Number.POSITIVE_INFINITY);
    return origin.users.size > 0 ? origin : challenge;
  }

  onBehalfOf(request: SipRequest): string | undefined {
    return request.get('X-Sender');
  }

  decide(request: SipRequest): ProxyDecision {
    if (request.get('X-Sender') === 'nobody') return { kind: 'refuse', refusal: challenge };
    const rules: RelayRules = {
      nextHop: () => ({ status: 504 }),
      build: ({ uri }, via) => forwardRequest(request, { via, uri }),
    };
    const targets = this.targets.map((origin) => ({
      uri: request.uriText,
      flow: this.#flows.of(origin),
      routes: [],
      instance: undefined,
    }));
    return { kind: 'relay', targets: [targets], rules };
  }
}

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const item of opened.splice(0).reverse()) await item[Symbol.asyncDispose]();
});

/** Writes what the test says, and keeps what arrives. */
class Peer {
  readonly socket: TLSSocket;
  readonly #user: string;
  readonly received: (SipRequest | SipResponse)[] = [];

  constructor(socket: TLSSocket, user: string) {
    this.socket = socket;
    this.#user = user;
    const framer = new StreamFramer();
    const sink = {
      message: (message: SipRequest | SipResponse) => void this.received.push(message),
      error: () => {},
    };
    socket.on('data', (bytes: Buffer) => framer.push(bytes, sink));
  }

  get finals(): number[] {
    return this.received.flatMap((one) => (one.kind === 'response' && one.status >= 200 ? [one.status] : []));
  }

  get requests(): readonly SipRequest[] {
    return this.received.filter((one) => one.kind === 'request');
  }

  send(method: string, bodyBytes: number, hasCredentials: boolean, sender?: string, toTag?: string): void {
    const request = requestBetween('sip:alice@contoso.example', 'sip:bob@contoso.example', {
      method,
      ...(toTag === undefined ? {} : { to: `<sip:bob@contoso.example>;tag=${toTag}` }),
      via: `SIP/2.0/TLS client.invalid;branch=z9hG4bK${++lastId}`,
      contact: '<sip:alice@client.invalid>',
      contentType: 'text/plain',
      body: 'x'.repeat(bodyBytes),
      headers: {
        ...(hasCredentials ? { Authorization: `Digest username="${this.#user}"` } : {}),
        ...(sender === undefined ? {} : { 'X-Sender': sender }),
      },
    });
    this.socket.write(request.wire, 'latin1');
  }
}

async function start(maxTransactions = 2_000) {
  const budget = new MessageBudget({ maxBytes: 32 * mebibyte, maxTransactions });
  const flows = new FlowNames();
  const policy = new OpenPolicy(flows);
  // However slow the machine is, nothing is refused for want of time.
  const overload = new OverloadControl({ ...defaultOverloadRules, targetMs: 1e9 });
  const { accepted, lines, port } = await startListeningRuntime(policy, flows, opened, { budget, overload });
  const connect = async (user = 'alice') => {
    const socket = tls.connect({
      host: '127.0.0.1',
      port,
      servername: fqdn,
      rejectUnauthorized: false,
    });
    socket.on('error', () => {});
    opened.push({ [Symbol.asyncDispose]: async () => void socket.destroy() });
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    return new Peer(socket, user);
  };
  /** Devices to which everything goes, and which answer nothing: of nobody, or all of one user. */
  const silentDevices = async (count: number, areOfUser = false) => {
    const devices: Peer[] = [];
    for (let i = 0; i < count; i++) {
      const device = await connect();
      const before = policy.origins.length;
      device.send('OPTIONS', 0, areOfUser);
      await expect.poll(() => policy.origins.length).toBe(before + 1);
      devices.push(device);
    }
    policy.targets = policy.origins.slice(-count);
    return devices;
  };
  return { accepted, budget, connect, lines, policy, silentDevices };
}

describe('a device that answers nothing', () => {
  it('gets no more requests than a small part of what a link may carry, and the next ones once it answers', async () => {
    const { connect, lines, silentDevices } = await start(200_000);
    const [device] = await silentDevices(1);
    const peer = await connect();
    // Fewer fail than would have the peer rest.
    const most = 110;
    for (let i = 0; i < most; i++) peer.send('MESSAGE', 0, true);
    await expect.poll(() => peer.finals).toContain(500);
    const waiting = device?.requests.length ?? 0;
    expect(waiting).toBeGreaterThan(40);
    expect(waiting).toBeLessThan(most);
    expect(new Set(peer.finals)).toEqual(new Set([500]));
    expect(lines).toContainEqual(expect.objectContaining({ reason: 'no-room' }));
    await expect.poll(() => (device?.requests.length ?? 0) + peer.finals.length).toBe(most);
    const requests = [...(device?.requests ?? [])];
    const before = requests.length;
    for (const request of requests)
      device?.socket.write(createResponse(request, 200, undefined, { toTag: 't' }).wire, 'latin1');
    await expect.poll(() => peer.finals.filter((status) => status === 200).length).toBe(before);
    peer.send('MESSAGE', 0, true);
    await expect.poll(() => device?.requests.length).toBe(before + 1);
  });

  it('shares that part with the other devices of its user', async () => {
    const { connect, silentDevices } = await start(200_000);
    const devices = await silentDevices(4, true);
    const peer = await connect();
    for (let i = 0; i < 250; i++) peer.send('MESSAGE', 0, true);
    await expect.poll(() => peer.finals).toContain(500);
    const waiting = devices.reduce((sum, device) => sum + device.requests.length, 0);
    expect(waiting).toBeGreaterThan(40);
    expect(waiting).toBeLessThan(250);
  });

  it('is reached by others when one sender has asked it all that one may', async () => {
    const { connect, silentDevices } = await start(200_000);
    const [device] = await silentDevices(1);
    // Over two servers, as it were, each of which has room for it.
    const ways = [await connect('carol'), await connect('dave')];
    for (const way of ways)
      for (let i = 0; i < 100; i++) way.send('MESSAGE', 0, true, 'mallory@contoso.example');
    await expect.poll(() => ways.flatMap(({ finals }) => finals)).toContain(500);
    const asked = () =>
      device?.requests.filter((one) => one.get('X-Sender') === 'bob@contoso.example').length ?? 0;
    const bob = await connect();
    for (let i = 0; i < 3; i++) bob.send('MESSAGE', 0, true, 'bob@contoso.example');
    await expect.poll(() => asked() + bob.finals.length).toBe(3);
    expect(bob.finals).toEqual([]);
  });

  it('has those that go on asking it refused at once, and leaves them all else', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const { accepted, connect, silentDevices } = await start(200_000);
    const [device] = await silentDevices(1);
    const peer = await connect();
    await expect.poll(() => accepted.length).toBe(2);
    for (let i = 0; i < 400; i++) peer.send('MESSAGE', 0, true);
    await expect.poll(() => peer.finals).toContain(503);
    await expect.poll(() => peer.finals.length + (device?.requests.length ?? 0)).toBe(400);
    // Half a second at most, as for all that is refused at once.
    await expect.poll(() => accepted[1]?.isPaused()).toBe(false);
    // In a dialog it may end what it has begun.
    const asked = device?.requests.length ?? 0;
    for (const request of device?.requests.slice(0, 40) ?? [])
      device?.socket.write(createResponse(request, 200, undefined, { toTag: 't' }).wire, 'latin1');
    await expect.poll(() => peer.finals.filter((status) => status === 200).length).toBe(40);
    peer.send('MESSAGE', 0, true, undefined, 't');
    await expect.poll(() => device?.requests.length).toBe(asked + 1);
  });
});

describe('a client that acknowledges what nobody has asked', () => {
  it.each([
    ['is not known', false, undefined],
    ['is known, and may not send it', true, 'nobody'],
  ])(
    'is not read for a while, where it %s: an ACK has no answer, and costs as much as a request',
    async (...row) => {
      // Time stands still, so that all of them come within one window.
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
      const [, isKnown, sender] = row;
      const { accepted, connect, policy } = await start();
      const peer = await connect();
      for (let i = 0; i < 63; i++) peer.send('ACK', 0, isKnown, sender);
      await expect.poll(() => policy.acks).toBe(63);
      expect(accepted[0]?.isPaused()).toBe(false);
      peer.send('ACK', 0, isKnown, sender);
      await expect.poll(() => policy.acks).toBe(64);
      expect(accepted[0]?.isPaused()).toBe(true);
      vi.advanceTimersByTime(500);
      expect(accepted[0]?.isPaused()).toBe(false);
    },
  );
});

describe('a client whose requests go nowhere because of what they are', () => {
  it('is not read for a while: a refusal takes time as well, before anybody is asked', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { accepted, connect } = await start();
    const peer = await connect();
    const send = () => {
      const request = requestBetween('sip:alice@contoso.example', 'sip:bob@contoso.example', {
        method: 'OPTIONS',
        via: `SIP/2.0/TLS client.invalid;branch=z9hG4bK${++lastId}`,
        maxForwards: 0,
      });
      peer.socket.write(request.wire, 'latin1');
    };
    for (let i = 0; i < 63; i++) send();
    await expect.poll(() => peer.finals).toEqual(new Array(63).fill(483));
    expect(accepted[0]?.isPaused()).toBe(false);
    send();
    await expect.poll(() => peer.finals.length).toBe(64);
    expect(accepted[0]?.isPaused()).toBe(true);
    vi.advanceTimersByTime(500);
    expect(accepted[0]?.isPaused()).toBe(false);
  });
});

describe('a connection that many share', () => {
  it('carries requests of the others when one of them has taken half of its room', async () => {
    const { connect, lines, silentDevices } = await start(20_000);
    const [device] = await silentDevices(4);
    const peer = await connect();
    for (let i = 0; i < 200; i++) peer.send('MESSAGE', 0, true, 'mallory@contoso.example');
    await expect.poll(() => peer.finals).toContain(500);
    const text = expect.stringContaining('leaves room for others of the same server');
    expect(lines).toContainEqual(expect.objectContaining({ reason: 'no-room', status: 500, text }));
    const asked = () =>
      device?.requests.filter((one) => one.get('X-Sender') === 'bob@contoso.example').length;
    peer.send('MESSAGE', 0, true, 'bob@contoso.example');
    await expect.poll(asked).toBe(1);
    expect(new Set(peer.finals), 'never 503, which counts for the whole server').toEqual(new Set([500]));
  });
});

describe('a peer that is asked who it is', () => {
  it('leaves nothing behind, however often it is asked', async () => {
    const { budget, connect } = await start();
    const peer = await connect();
    for (let i = 0; i < 200; i++) peer.send(i % 2 === 0 ? 'INVITE' : 'REGISTER', 10_000, false);
    await expect.poll(() => peer.finals).toEqual(new Array(200).fill(401));
    expect([budget.bytes, budget.transactions]).toEqual([0, 0]);
  });

  it('may send a body of more than 16 KiB once it has answered', async () => {
    const { connect, silentDevices } = await start();
    const [device] = await silentDevices(1);
    const peer = await connect();
    peer.send('MESSAGE', 20_000, true);
    await expect.poll(() => peer.finals).toEqual([413]);
    peer.send('MESSAGE', 100, true);
    await expect.poll(() => device?.requests.length).toBe(1);
    peer.send('MESSAGE', 20_000, false);
    await expect.poll(() => device?.requests.length).toBe(2);
    expect(peer.finals).toEqual([413]);
  });
});

describe('a client that sends keep-alives without end', () => {
  it('is named in the log', async () => {
    const { connect, lines } = await start();
    const peer = await connect();
    peer.socket.write('\r\n\r\n'.repeat(64));
    await expect
      .poll(() => lines.find(({ event }) => event === 'held-up'))
      .toMatchObject({
        reason: 'keep-alives',
        peer: `127.0.0.1:${peer.socket.localPort}`,
      });
  });
});

describe('a user whose requests nobody answers', () => {
  it('has no more of them under way than a user may have, with all that they have led to', async () => {
    const { budget, connect, lines, silentDevices } = await start();
    const devices = await silentDevices(2);
    const peer = await connect();
    peer.send('MESSAGE', 0, true);
    for (let i = 0; i < 30; i++) peer.send('INVITE', mebibyte - 1_000, false);
    await expect.poll(() => peer.finals.filter((status) => status === 503).length).toBeGreaterThan(20);
    const user = budget.of('user');
    expect(user.bytes).toBeGreaterThan(mebibyte);
    expect(user.bytes).toBeLessThanOrEqual(user.maxBytes / 4);
    const { length } = devices[0]?.requests ?? [];
    for (let i = 0; i < 1_000; i++) peer.send('MESSAGE', 0, false);
    await expect.poll(() => lines.some(({ reason }) => reason === 'no-room')).toBe(true);
    expect(user.transactions).toBeLessThanOrEqual(user.maxTransactions / 4);
    expect(length).toBeLessThan(30);
    const other = await connect();
    other.send('OPTIONS', 0, false);
    // Anybody else is served.
    await expect.poll(() => other.finals).toEqual([401]);
  });

  it('has room for the failures that wait until they are known to be the best', async () => {
    const { budget, connect, silentDevices } = await start();
    const [device] = await silentDevices(2);
    const peer = await connect();
    peer.send('MESSAGE', 0, true);
    await expect.poll(() => device?.requests.length).toBe(1);
    const before = budget.of('user').bytes;
    const via = device?.requests[0]
      ?.all('Via')
      .map((value) => `Via: ${value}\r\n`)
      .join('');
    const fields = ['From', 'To', 'Call-ID', 'CSeq']
      .map((name) => `${name}: ${device?.requests[0]?.get(name)}\r\n`)
      .join('');
    const body = 'y'.repeat(10_000);
    device?.socket.write(
      `SIP/2.0 486 Busy Here\r\n${via}${fields}Content-Length: ${body.length}\r\n\r\n${body}`,
    );
    await expect.poll(() => budget.of('user').transactions).toBe(2);
    expect(budget.of('user').bytes - before).toBeGreaterThan(0);
    expect(peer.finals).toEqual([]);
  });
});
