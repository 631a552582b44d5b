import { createResponse } from '@entente/sip';
import { createTokenSource, SipEndpoint, UserAgent, type UserAgentOptions } from '@entente/sip-endpoint';
import { memoryTransport } from '@entente/sip-endpoint/testing';
import { describe, expect, it } from 'vitest';

const newToken = createTokenSource();
const server = { name: 'contoso.example', address: '192.0.2.1', port: 5061 };
const code = 'ENTENTE_SIP_DISPOSED';

/** A registrar in memory, and what makes agents that count how often they dial it. */
function startNetwork() {
  const network = memoryTransport();
  const registrar = new SipEndpoint({
    sentBy: { host: 'sip.contoso.example' },
    newToken,
    dial: network.dial,
    user: {
      onAck() {},
      onRequest(transaction) {
        const { request } = transaction;
        const parts = request.method === 'INVITE' ? { toTag: 'b1', contact: '<sip:bob@192.0.2.2>' } : {};
        transaction.respond(createResponse(request, 200, undefined, parts));
      },
    },
  });
  network.listen(server, (socket, link) => void registrar.accept(socket, link));
  const dials: string[] = [];
  const agent = (options: Partial<UserAgentOptions> = {}) =>
    new UserAgent({
      addressOfRecord: 'sip:alice@contoso.example',
      credentials: { secret: { username: 'alice', password: 'secret' } },
      server,
      newToken,
      dial(hop) {
        dials.push(hop.name);
        return network.dial(hop);
      },
      events: {},
      ...options,
    });
  return { agent, dials, [Symbol.asyncDispose]: () => registrar[Symbol.asyncDispose]() };
}

const asked: readonly [string, (agent: UserAgent) => Promise<unknown>][] = [
  ['register', (agent) => agent.register()],
  ['remove the registration', (agent) => agent.register(0)],
  ['connect', (agent) => agent.connect()],
  ['send a text', (agent) => agent.message('sip:bob@contoso.example', 'hello')],
  ['call', (agent) => agent.call('sip:bob@contoso.example', { contentType: 'application/sdp', body: 'v=0' })],
];

describe('a user agent that was disposed of', () => {
  it.each(asked)('is not asked to %s: that is refused, and nothing is dialled', async (_, ask) => {
    await using network = startNetwork();
    const agent = network.agent();
    await agent[Symbol.asyncDispose]();
    await expect(ask(agent)).rejects.toMatchObject({ code, place: 'contoso.example' });
    expect(agent.registration).toEqual({ state: 'unregistered' });
    expect(network.dials).toEqual([]);
  });

  it('has left no call that could be hung up: that is refused too', async () => {
    await using network = startNetwork();
    const agent = network.agent();
    await agent.connect();
    const offer = { contentType: 'application/sdp', body: 'v=0' };
    const outcome = await agent.call('sip:bob@contoso.example', offer);
    if (!outcome.ok) throw new Error('expected a call');
    await agent[Symbol.asyncDispose]();
    await expect(outcome.call.hangUp()).rejects.toMatchObject({ code, place: 'contoso.example' });
  });

  it('refuses to register where it hears that its connection is gone', async () => {
    await using network = startNetwork();
    const answers: Promise<unknown>[] = [];
    const agent = network.agent({
      events: {
        onDisconnected: () => void answers.push(agent.register().catch((error: unknown) => error)),
        onRegistration: ({ state }) =>
          state === 'unregistered' && void answers.push(agent.connect().catch((error: unknown) => error)),
      },
    });
    await agent.register();
    await agent[Symbol.asyncDispose]();
    await expect.poll(() => answers).toHaveLength(2);
    for (const answer of answers) expect(await answer).toMatchObject({ code });
    expect(network.dials).toHaveLength(1);
  });

  const never = () => new Promise<never>(() => {});
  it.each<[string, Partial<UserAgentOptions>]>([
    ['dial', { dial: never }],
    ['locate', { locate: never }],
  ])('keeps nothing waiting for %s, which never ends', async (_, options) => {
    await using network = startNetwork();
    const agent = network.agent(options);
    const waiting = [agent.register(), agent.connect()].map((one) => one.catch((error: unknown) => error));
    await agent[Symbol.asyncDispose]();
    for (const one of waiting) expect(await one).toMatchObject({ code });
  });
});

describe('a user agent that is disposed of', () => {
  it.each(asked.slice(3))('says so of what it was asked to %s: its time was not over', async (_, ask) => {
    const network = memoryTransport();
    const silent = new SipEndpoint({
      sentBy: { host: 'sip.contoso.example' },
      newToken,
      dial: network.dial,
      user: { onAck() {}, onRequest: () => void heard.push('a request') },
    });
    const heard: string[] = [];
    network.listen(server, (socket, link) => void silent.accept(socket, link));
    const agent = new UserAgent({
      addressOfRecord: 'sip:alice@contoso.example',
      credentials: { secret: { username: 'alice', password: 'secret' } },
      server,
      newToken,
      dial: network.dial,
      events: {},
    });
    await agent.connect();
    const answer = ask(agent).catch((error: unknown) => error);
    await expect.poll(() => heard).toHaveLength(1);
    await agent[Symbol.asyncDispose]();
    expect(await answer).toMatchObject({
      code: 'ENTENTE_SIP_CLOSED',
      message: expect.stringContaining('was given up before it was answered: this side was disposed of'),
      remedy: 'dispose of the endpoint or user agent once its requests are answered',
    });
    await silent[Symbol.asyncDispose]();
  });
});

describe('an endpoint that was disposed of', () => {
  it('dials nothing', async () => {
    const dials: string[] = [];
    const endpoint = new SipEndpoint({
      sentBy: { host: 'sip.contoso.example' },
      newToken,
      user: { onRequest() {}, onAck() {} },
      async dial({ name }) {
        dials.push(name);
        throw new Error('down');
      },
    });
    await endpoint[Symbol.asyncDispose]();
    await expect(endpoint.reach({ ...server, link: { row: 0, name: 'a test' } })).rejects.toMatchObject({
      code,
    });
    expect(dials).toEqual([]);
  });
});
