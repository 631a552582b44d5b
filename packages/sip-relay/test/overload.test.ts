import tls, { type TLSSocket } from 'node:tls';
import { createResponse, type SipRequest, type SipResponse, StreamFramer } from '@entente/sip';
import { OverloadControl } from '@entente/sip-endpoint';
import { refusal } from '@entente/sip-proxy';
import { FlowNames, type ProxyDecision, type ProxyPolicy, type RequestOrigin } from '@entente/sip-relay';
import { requestBetween } from '@entente/testkit/request';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fqdn, startListeningRuntime } from './listening-runtime.ts';

const bob = '<sip:bob@contoso.example>';
const ours = '<sip:token@fe1.contoso.example;lr>';
const unknownUser = refusal('authentication-required', 401, 'expected credentials', 'Authenticate.');

/** Answers 200 to everything; a user is known by Authorization. */
class Answering implements ProxyPolicy<RequestOrigin> {
  readonly admitted: string[] = [];
  readonly decided: string[] = [];

  admit(request: SipRequest, origin: RequestOrigin) {
    this.admitted.push(request.method);
    const user = request.get('Authorization');
    if (user !== undefined) origin.users.set(user, Number.POSITIVE_INFINITY);
    return origin.users.size > 0 ? origin : unknownUser;
  }

  isInDialog(request: SipRequest): boolean {
    return request.get('Route') === ours;
  }

  decide(request: SipRequest): ProxyDecision {
    this.decided.push(request.method);
    return { kind: 'serve', response: createResponse(request, 200, undefined, { toTag: 't' }) };
  }
}

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const item of opened.splice(0).reverse()) await item[Symbol.asyncDispose]();
});

let lastId = 0;

function wire(method: string, headers: Record<string, string>, to: string): string {
  const via = `SIP/2.0/TLS client.invalid;branch=z9hG4bK${lastId}`;
  const contact = '<sip:alice@client.invalid>';
  const parts = { method, via, contact, to, headers };
  return requestBetween('sip:alice@contoso.example', 'sip:bob@contoso.example', parts).wire;
}

class Client {
  readonly received: SipResponse[] = [];
  readonly #socket: TLSSocket;

  constructor(socket: TLSSocket) {
    this.#socket = socket;
    const framer = new StreamFramer();
    const sink = {
      message: (message: SipRequest | SipResponse) => {
        if (message.kind === 'response' && message.status >= 200) this.received.push(message);
      },
      error: () => {},
    };
    socket.on('data', (bytes: Buffer) => framer.push(bytes, sink));
  }

  get statuses(): number[] {
    return this.received.map(({ status }) => status);
  }

  send(method: string, headers: Record<string, string> = {}, to = bob): void {
    lastId++;
    this.sendAgain(method, headers, to);
  }

  /** With the branch of the request before. */
  sendAgain(method: string, headers: Record<string, string> = {}, to = bob): void {
    this.#socket.write(wire(method, headers, to), 'latin1');
  }

  /** The same, and each From goes on in a second line, so that a glance is not enough. */
  sendFolded(method: string, again = false): void {
    if (!again) lastId++;
    this.#socket.write(wire(method, {}, bob).replace('\r\nFrom: ', '\r\nFrom:\r\n '), 'latin1');
  }
}

/**
 * A runtime in a turn that has lasted for a while.
 * @param part - of the time that a turn gives to new work
 */
async function start(part: number) {
  // A time that no test reaches, so that the part stays what it is.
  const targetMs = 1e9;
  const overload = new OverloadControl({
    targetMs,
    intervalMs: 0,
    newMs: targetMs,
    holdMs: 0,
    leastNewPerTurn: 0,
    spreadMs: 0,
  });
  const policy = new Answering();
  const { lines, port } = await startListeningRuntime(policy, new FlowNames(), opened, { overload });
  const connect = async () => {
    const socket = tls.connect({ host: '127.0.0.1', port, servername: fqdn, rejectUnauthorized: false });
    socket.on('error', () => {});
    opened.push({ [Symbol.asyncDispose]: async () => void socket.destroy() });
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    return new Client(socket);
  };
  /** A client whose user has authenticated. */
  const user = async (name: string) => {
    const client = await connect();
    client.send('OPTIONS', { Authorization: name });
    await expect.poll(() => client.statuses).toEqual([200]);
    client.received.length = 0;
    return client;
  };
  return {
    connect,
    lines,
    policy,
    user,
    overload: () => overload.turn(2 * targetMs, 0, performance.now() - part * targetMs),
  };
}

describe('a flood of new requests', () => {
  it('is answered 503 without Retry-After, and stops no BYE in a dialog of ours', async () => {
    const { lines, overload, policy, user } = await start(1.5);
    const [mallory, alice] = [await user('mallory@contoso.example'), await user('alice@contoso.example')];
    policy.decided.length = 0;
    overload();
    for (let i = 0; i < 60; i++) mallory.send(i % 2 === 0 ? 'MESSAGE' : 'INVITE');
    alice.send('BYE', { Route: ours }, `${bob};tag=t`);
    await expect.poll(() => alice.statuses).toEqual([200]);
    await expect.poll(() => mallory.statuses).toEqual(new Array(60).fill(503));
    expect(mallory.received.filter((response) => response.has('Retry-After'))).toEqual([]);
    expect(policy.decided).toEqual(['BYE']);
    expect(lines).toContainEqual(
      expect.objectContaining({ event: 'refused', reason: 'overloaded', peer: 'mallory@contoso.example' }),
    );
  });

  it('gets through with no tag or route of its own making', async () => {
    const { overload, policy, user } = await start(1.5);
    const mallory = await user('mallory@contoso.example');
    policy.decided.length = 0;
    overload();
    mallory.send('BYE', {}, `${bob};tag=t`);
    mallory.send('BYE', { Route: '<sip:invented@fe1.contoso.example;lr>' }, `${bob};tag=t`);
    mallory.send('MESSAGE', { Route: ours });
    await expect.poll(() => mallory.statuses).toEqual([503, 503, 503]);
    expect(policy.decided).toEqual([]);
  });

  it('is known at a glance, with the ACKs of what was refused; what is written in another way is treated the same', async () => {
    const { overload, policy, user } = await start(1.5);
    const alice = await user('alice@contoso.example');
    policy.admitted.length = 0;
    overload();
    alice.send('INVITE');
    alice.sendAgain('ACK', {}, `${bob};tag=t`);
    alice.sendFolded('INVITE');
    alice.sendAgain('ACK', {}, `${bob};tag=t`);
    alice.send('INVITE');
    alice.sendFolded('ACK', true);
    alice.send('BYE', { Route: ours }, `${bob};tag=t`);
    await expect.poll(() => alice.statuses).toEqual([503, 503, 503, 200]);
    expect(policy.admitted).toEqual(['BYE']);
    const [first, second] = alice.received;
    expect(first?.cseq.toString()).toBe(second?.cseq.toString());
    expect(first?.to.tag).toMatch(/^[0-9a-f]{18}$/);
  });

  it('of one user leaves time for what others begin', async () => {
    const { overload, user } = await start(0.7);
    const [mallory, alice, carol] = [
      await user('mallory@contoso.example'),
      await user('alice@contoso.example'),
      await user('carol@contoso.example'),
    ];
    // What a peer sends is counted for half a second.
    vi.spyOn(performance, 'now').mockReturnValue(performance.now());
    overload();
    alice.send('MESSAGE');
    await expect.poll(() => alice.statuses).toEqual([200]);
    for (let i = 0; i < 60; i++) mallory.send('MESSAGE');
    await expect.poll(() => mallory.statuses.length).toBe(60);
    expect(mallory.statuses.filter((status) => status === 503).length).toBeGreaterThan(20);
    carol.send('MESSAGE');
    await expect.poll(() => carol.statuses).toEqual([200]);
  });
});

describe('a storm of registrations', () => {
  it('is told when to come back, and stops no MESSAGE', async () => {
    const { connect, overload, policy, user } = await start(0.7);
    const [telephone, alice] = [await connect(), await user('alice@contoso.example')];
    policy.decided.length = 0;
    overload();
    for (let i = 0; i < 20; i++) telephone.send('REGISTER');
    alice.send('MESSAGE');
    await expect.poll(() => alice.statuses).toEqual([200]);
    await expect.poll(() => telephone.statuses).toEqual(new Array(20).fill(503));
    for (const response of telephone.received) {
      const seconds = Number(response.get('Retry-After'));
      expect(seconds).toBeGreaterThanOrEqual(1);
      expect(seconds).toBeLessThanOrEqual(30);
    }
    expect(policy.decided).toEqual(['MESSAGE']);
  });

  it('tells a client that is registered to send this request later, and everything else as before: 500, not 503', async () => {
    const { overload, user } = await start(0.4);
    const alice = await user('alice@contoso.example');
    overload();
    alice.send('REGISTER');
    await expect.poll(() => alice.statuses).toEqual([500]);
    expect(Number(alice.received[0]?.get('Retry-After'))).toBeGreaterThanOrEqual(1);
    alice.send('MESSAGE');
    await expect.poll(() => alice.statuses).toEqual([500, 200]);
  });

  it('takes those first that nobody reaches without it', async () => {
    const { connect, overload } = await start(0.4);
    const telephone = await connect();
    overload();
    telephone.send('REGISTER');
    await expect.poll(() => telephone.statuses).toEqual([401]);
  });
});

describe('a server that is not overloaded any more', () => {
  it('refuses nothing', async () => {
    const { user } = await start(5);
    const alice = await user('alice@contoso.example');
    for (let i = 0; i < 60; i++) alice.send('MESSAGE');
    await expect.poll(() => alice.statuses).toEqual(new Array(60).fill(200));
  });
});
