import { createResponse } from '@entente/sip';
import { createTokenSource, type RegistrationState, SipEndpoint, UserAgent } from '@entente/sip-endpoint';
import { memoryTransport } from '@entente/sip-endpoint/testing';
import { StepClock } from '@entente/testkit';
import { describe, expect, it } from 'vitest';

/** Of a user agent, where nothing else is said. */
const pingMs = 2_000;
const pongMs = 1_500;
const link = { row: 0, name: 'a test' };
const places = [1, 2].map((last) => ({
  host: 'sip.contoso.example',
  address: `192.0.2.${last}`,
  port: 5061,
}));

/** Two servers that accept everything, and a user agent that stays registered with one of them, all in memory. */
async function start() {
  const network = memoryTransport();
  const clock = new StepClock(1_000_000);
  const newToken = createTokenSource();
  const requests: string[] = [];
  const servers = places.map((place) => {
    const server = new SipEndpoint({
      sentBy: { host: place.host },
      newToken,
      dial: network.dial,
      user: {
        onAck() {},
        onRequest(transaction) {
          const { request } = transaction;
          requests.push(`${request.method} ${place.address}`);
          const headers = { Require: 'outbound', 'Flow-Timer': 100, Expires: request.expires ?? 0 };
          transaction.respond(createResponse(request, 200, undefined, { toTag: 'server', headers }));
        },
      },
    });
    return { server, stop: network.listen(place, (socket) => void server.accept(socket, link)) };
  });
  const states: RegistrationState['state'][] = [];
  const alice = new UserAgent({
    addressOfRecord: 'sip:alice@contoso.example',
    credentials: { secret: { username: 'alice', password: 'secret' } },
    server: { name: 'contoso.example', address: '', port: 0, link },
    locate: async () => places,
    dial: network.dial,
    newToken,
    clock,
    random: () => 0,
    events: { onRegistration: ({ state }) => void states.push(state) },
  });
  return {
    alice,
    clock,
    network,
    requests,
    servers,
    states,
    async [Symbol.asyncDispose]() {
      await alice[Symbol.asyncDispose]();
      for (const { server } of servers) await server[Symbol.asyncDispose]();
    },
  };
}

describe('a network in memory', () => {
  it('carries requests and answers, and refuses where nobody listens', async () => {
    await using test = await start();
    const { alice, network, requests, servers } = test;
    expect((await alice.register()).status).toBe(200);
    expect((await alice.message('sip:bob@contoso.example', 'x'.repeat(10_000))).status).toBe(200);
    expect(requests).toEqual(['REGISTER 192.0.2.1', 'MESSAGE 192.0.2.1']);
    expect(network.open).toBe(1);
    for (const { stop } of servers) stop();
    const [first] = places;
    const refused = network.dial({ ...(first as (typeof places)[0]), name: 'contoso.example', link });
    await expect(refused).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('breaks at both ends, and a user agent registers at the next server at once', async () => {
    await using test = await start();
    const { alice, network, requests } = test;
    await alice.register();
    await expect.poll(() => test.clock.pending(pongMs)).toBe(0);
    network.break();
    await expect.poll(() => requests).toEqual(['REGISTER 192.0.2.1', 'REGISTER 192.0.2.2']);
    await expect.poll(() => alice.registration.state).toBe('registered');
    expect(network.open).toBe(1);
  });

  it('goes dark, and a user agent finds out by the answer to a keep-alive that does not come', async () => {
    await using test = await start();
    const { alice, clock, network, requests, states } = test;
    await alice.register();
    await expect.poll(() => clock.pending(pongMs)).toBe(0);
    network.goDark();
    clock.move(pingMs);
    expect(states.at(-1)).toBe('registered');
    clock.move(pongMs);
    await expect.poll(() => requests).toEqual(['REGISTER 192.0.2.1', 'REGISTER 192.0.2.2']);
  });
});
