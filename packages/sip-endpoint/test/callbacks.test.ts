import { createResponse } from '@entente/sip';
import type { UserAgentEvents } from '@entente/sip-endpoint';
import { describe, expect, it } from 'vitest';
import { startExchange } from './exchange.ts';
import { startServer } from './network.ts';

const offer = { contentType: 'application/sdp', body: 'v=0\r\n' };
const ours = new Error('a fault of the application');
const fail = () => {
  throw ours;
};

/** An exchange whose called side takes calls so. */
async function calledBy(onCall: NonNullable<UserAgentEvents['onCall']>) {
  const faults: unknown[] = [];
  const network = await startExchange({ onFault: (error) => void faults.push(error) });
  network.bob.calls.push(onCall);
  return { ...network, faults };
}

describe('a function of the application that fails', () => {
  it.each([
    ['at once', fail],
    ['later', async () => fail()],
  ])('%s, where it takes a call: the caller gets 500', async (_, onCall) => {
    await using network = await calledBy(onCall);
    const outcome = await network.alice.agent.call('sip:bob@contoso.example', offer);
    expect(outcome).toMatchObject({ ok: false, response: { status: 500 } });
    expect(network.faults).toEqual([ours]);
  });

  it('after it has taken the call leaves the call as it is', async () => {
    await using network = await calledBy(async (call) => {
      call.accept(offer);
      fail();
    });
    const outcome = await network.alice.agent.call('sip:bob@contoso.example', offer);
    expect(outcome.ok && (await outcome.call.hangUp())?.status).toBe(200);
    expect(network.faults).toEqual([ours]);
  });

  it('where a call is cancelled keeps no other from hearing of it', async () => {
    const heard: string[] = [];
    await using network = await calledBy((call) => {
      call.onCancelled(fail);
      call.onCancelled(() => void heard.push('second'));
      call.ring();
    });
    const givingUp = new AbortController();
    const outcome = await network.alice.agent.call('sip:bob@contoso.example', offer, {
      signal: givingUp.signal,
      onProvisional: () => givingUp.abort(),
    });
    expect(outcome).toMatchObject({ ok: false, response: { status: 487 } });
    expect(network.faults).toEqual([ours]);
    expect(heard).toEqual(['second']);
  });

  it('where it rings, is registered or is disconnected is reported, and everything goes on', async () => {
    const faults: unknown[] = [];
    await using server = await startServer({
      onAck() {},
      onRequest(transaction) {
        const { request } = transaction;
        if (request.method === 'INVITE') transaction.respond(createResponse(request, 180));
        transaction.respond(createResponse(request, request.method === 'INVITE' ? 486 : 403));
      },
    });
    const agent = server.agent('sip:alice@contoso.example', {
      onFault: (error) => void faults.push(error),
      onRegistration: fail,
      onDisconnected: fail,
    });
    expect((await agent.register()).status).toBe(403);
    expect(faults).toEqual([ours, ours]);
    const outcome = await agent.call('sip:bob@contoso.example', offer, { onProvisional: fail });
    expect(outcome.response.status).toBe(486);
    expect(faults).toEqual([ours, ours, ours]);
    for (const connection of server.endpoint.connections) connection.close();
    await expect.poll(() => faults).toEqual([ours, ours, ours, ours]);
  });

  it('is a warning of the process where nothing hears of faults', async () => {
    await using server = await startServer({
      onAck() {},
      onRequest: (transaction) => void transaction.respond(createResponse(transaction.request, 403)),
    });
    const warnings: Error[] = [];
    const warn = (warning: Error) => void warnings.push(warning);
    process.on('warning', warn);
    await server.agent('sip:alice@contoso.example', { onRegistration: fail }).register();
    await expect.poll(() => warnings).toContain(ours);
    process.off('warning', warn);
  });
});
