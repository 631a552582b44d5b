import { createResponse } from '@entente/sip';
import type { EndpointUser } from '@entente/sip-endpoint';
import { describe, expect, it } from 'vitest';
import { startServer } from './network.ts';

const ours = new Error('a fault of the application');

/** A server whose user takes requests so. */
async function startFailing(onRequest: EndpointUser['onRequest']) {
  const faults: unknown[] = [];
  const server = await startServer({ onAck() {}, onRequest, onFault: (error) => void faults.push(error) });
  const agent = server.agent('sip:alice@contoso.example');
  await agent.connect();
  return { agent, faults, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

describe('an async user of an endpoint that fails', () => {
  it('is reported, and the request is answered 500, as where it throws at once', async () => {
    await using network = await startFailing(async () => Promise.reject(ours));
    expect((await network.agent.request('OPTIONS', 'sip:bob@contoso.example')).status).toBe(500);
    expect(network.faults).toEqual([ours]);
  });

  it('after it has answered is reported, and the answer stands', async () => {
    await using network = await startFailing(async (transaction) => {
      transaction.respond(createResponse(transaction.request, 204));
      await Promise.reject(ours);
    });
    expect((await network.agent.request('OPTIONS', 'sip:bob@contoso.example')).status).toBe(204);
    await expect.poll(() => network.faults).toEqual([ours]);
  });
});
