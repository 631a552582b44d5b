import { getEventListeners } from 'node:events';
import { createResponse } from '@entente/sip';
import type { ServerTransaction } from '@entente/sip-endpoint';
import { describe, expect, it } from 'vitest';
import { startServer } from './network.ts';

const offer = { contentType: 'application/sdp', body: 'v=0\r\n' };

/** A server that writes down what it gets, and answers an INVITE as the test says. */
async function startListening(answer: (transaction: ServerTransaction) => void) {
  const got: string[] = [];
  const server = await startServer({
    onAck: () => void got.push('ACK'),
    onRequest(transaction) {
      const { request } = transaction;
      got.push(request.method);
      if (request.method === 'INVITE') {
        transaction.context.user = { onCancel: () => void got.push('CANCEL') };
        answer(transaction);
      } else transaction.respond(createResponse(request, 200));
    },
  });
  const alice = server.agent('sip:alice@contoso.example');
  await alice.connect();
  return { alice, got, server, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const accept = (transaction: ServerTransaction) =>
  transaction.respond(
    createResponse(transaction.request, 200, undefined, {
      toTag: 'desk',
      contact: '<sip:desk@contoso.example;transport=tls>',
      ...offer,
    }),
  );

/** A signal, and how many listen to it. */
function watched() {
  const givingUp = new AbortController();
  const { signal } = givingUp;
  return {
    signal,
    abort: () => givingUp.abort(),
    listeners: () => getEventListeners(signal, 'abort').length,
  };
}

describe('a call that is given up (RFC 3261 §9.1)', () => {
  it('before it is made sends nothing', async () => {
    await using network = await startListening(accept);
    const { alice, got } = network;
    const outcome = await alice.call('sip:bob@contoso.example', offer, { signal: AbortSignal.abort() });
    expect(outcome).toMatchObject({ ok: false, response: { status: 487 } });
    await alice.request('OPTIONS', 'sip:contoso.example');
    expect(got).toEqual(['OPTIONS']);
  });

  it('before it is made waits for no connection', async () => {
    await using server = await startServer({ onRequest() {}, onAck() {} });
    const outcome = await server
      .agent('sip:alice@contoso.example')
      .call('sip:bob@contoso.example', offer, { signal: AbortSignal.abort() });
    expect(outcome).toMatchObject({ ok: false, response: { status: 487 } });
    expect(server.dialled).toEqual([]);
  });

  it('while it is challenged is not made again', async () => {
    const givingUp = new AbortController();
    await using network = await startListening((transaction) => {
      const challenge = 'Digest realm="contoso.example", nonce="n", algorithm=SHA-256, qop="auth"';
      givingUp.abort();
      transaction.respond(
        createResponse(transaction.request, 407, undefined, { headers: { 'Proxy-Authenticate': challenge } }),
      );
    });
    const { alice, got } = network;
    const outcome = await alice.call('sip:bob@contoso.example', offer, { signal: givingUp.signal });
    expect(outcome).toMatchObject({ ok: false, response: { status: 487 } });
    await alice.request('OPTIONS', 'sip:contoso.example');
    expect(got).toEqual(['INVITE', 'OPTIONS']);
  });

  it('while it is answered is acknowledged, and ended with BYE (RFC 3261 §15)', async () => {
    const givingUp = new AbortController();
    await using network = await startListening((transaction) => {
      // The CANCEL and the 200 cross each other.
      transaction.context.user = { onCancel: () => void accept(transaction) };
      transaction.respond(createResponse(transaction.request, 180));
    });
    const { alice, got } = network;
    const outcome = await alice.call('sip:bob@contoso.example', offer, {
      signal: givingUp.signal,
      onProvisional: ({ status }) => status === 180 && givingUp.abort(),
    });
    expect(outcome).toMatchObject({ ok: false, response: { status: 487 } });
    await expect.poll(() => got).toEqual(['INVITE', 'ACK', 'BYE']);
  });

  it('after it was answered sends no CANCEL, and keeps nothing of the signal', async () => {
    await using network = await startListening((transaction) => {
      transaction.respond(createResponse(transaction.request, 180));
      accept(transaction);
    });
    const { alice, got } = network;
    const { signal, ...givingUp } = watched();
    const outcome = await alice.call('sip:bob@contoso.example', offer, { signal });
    expect(outcome.ok && (await outcome.call.reinvite(offer, { signal })).status).toBe(200);
    expect(givingUp.listeners()).toBe(0);
    givingUp.abort();
    await alice.request('OPTIONS', 'sip:contoso.example');
    expect(got).not.toContain('CANCEL');
  });
});
