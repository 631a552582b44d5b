import { createResponse } from '@entente/sip';
import type { ServerTransaction, SipConnection } from '@entente/sip-endpoint';
import { describe, expect, it } from 'vitest';
import { startExchange } from './exchange.ts';
import { startServer } from './network.ts';

const offer = { contentType: 'application/sdp', body: 'v=0\r\n' };

describe('SIP over judged connections', () => {
  it('carries a MESSAGE, and says that the connection was lost when no answer can come any more', async () => {
    const seen: string[] = [];
    await using server = await startServer({
      onRequest({ request }: ServerTransaction) {
        seen.push(`${request.method} ${request.bodyText}`);
      },
      onAck() {},
    });
    const alice = server.agent('sip:alice@contoso.example');
    await alice.connect();
    const pending = alice.message('sip:bob@contoso.example', 'hello');
    await expect.poll(() => seen).toEqual(['MESSAGE hello']);
    await server.endpoint[Symbol.asyncDispose]();
    await expect(pending).rejects.toMatchObject({ code: 'ENTENTE_SIP_CONNECTION_LOST' });
  });

  it('answers a request once and names its branch in the Via it sends', async () => {
    await using server = await startServer({
      onRequest(transaction) {
        expect(transaction.request.topVia.branch).toMatch(/^z9hG4bK/);
        expect(transaction.respond(createResponse(transaction.request, 200))).toBe(true);
        expect(transaction.respond(createResponse(transaction.request, 500))).toBe(false);
      },
      onAck() {},
    });
    const alice = server.agent('sip:alice@contoso.example');
    await alice.connect();
    expect((await alice.message('sip:bob@contoso.example', 'hello')).status).toBe(200);
    expect(server.endpoint.transactions).toBe(0);
  });

  it('closes at once what is accepted after it was disposed of', async () => {
    await using server = await startServer({ onRequest() {}, onAck() {} });
    await server.endpoint[Symbol.asyncDispose]();
    let disconnected = false;
    const alice = server.agent('sip:alice@contoso.example', {
      onDisconnected() {
        disconnected = true;
      },
    });
    await alice.connect();
    await expect.poll(() => disconnected).toBe(true);
    expect([...server.endpoint.connections]).toEqual([]);
  });

  it('sets a call up with 180, 200 and ACK, and ends it with BYE', async () => {
    await using network = await startExchange();
    const { alice, bob, acks } = network;
    const statuses: number[] = [];
    bob.calls.push((call) => {
      call.ring();
      const accepted = call.accept({ contentType: 'application/sdp', body: 'v=0\r\na=answer\r\n' });
      void accepted?.ended.then((by) => bob.ended.push(by));
    });
    const outcome = await alice.agent.call('sip:bob@contoso.example', offer, {
      onProvisional: ({ status }) => statuses.push(status),
    });
    expect(outcome.ok && outcome.call.remoteBody).toBe('v=0\r\na=answer\r\n');
    expect(statuses).toContain(180);
    await expect.poll(() => acks.length).toBe(1);
    if (!outcome.ok) throw new Error('the call was refused');
    expect((await outcome.call.hangUp()).status).toBe(200);
    expect(await outcome.call.ended).toBe('local');
    await expect.poll(() => bob.ended).toEqual(['remote']);
  });

  it('shows a Contact that keeps its users on TLS: transport=tls, or sips where the request is', async () => {
    const seen: [string, string | undefined][] = [];
    await using server = await startServer({
      onRequest(transaction) {
        const { request } = transaction;
        seen.push([request.method, request.get('Contact')]);
        transaction.respond(createResponse(request, request.method === 'REGISTER' ? 200 : 480));
      },
      onAck() {},
    });
    const alice = server.agent('sip:alice@contoso.example');
    await alice.register();
    await alice.call('sip:bob@contoso.example', offer);
    await alice.call('sips:bob@contoso.example', offer);
    const plain = expect.stringMatching(/^<sip:alice-\w+@client\.invalid;transport=tls>$/);
    expect(seen).toEqual([
      ['REGISTER', expect.stringMatching(/^<sip:alice-\w+@client\.invalid;transport=tls>;/)],
      ['INVITE', plain],
      ['INVITE', expect.stringMatching(/^<sips:alice-\w+@client\.invalid>$/)],
    ]);
  });

  it('counts a call as lost when its own connection breaks, and not when another does', async () => {
    await using network = await startExchange();
    const { alice, bob, disconnected, server } = network;
    bob.calls.push((call) => void call.accept({ contentType: 'application/sdp', body: 'v=0\r\n' }));
    const outcome = await alice.agent.call('sip:bob@contoso.example', offer);
    if (!outcome.ok) throw new Error('the call was refused');
    const own = alice.agent.connection;
    const others = [...server.endpoint.connections];
    alice.agent.onClosed(others[0] as SipConnection);
    expect(alice.agent.connection).toBe(own);
    expect(disconnected).toEqual([]);
    for (const connection of others) connection.close();
    expect(await outcome.call.ended).toBe('lost');
    await expect.poll(() => disconnected).toEqual(['alice']);
    expect(alice.agent.connection).toBeUndefined();
  });

  it('tells the called side of a CANCEL and answers the INVITE with 487', async () => {
    await using network = await startExchange();
    const { alice, bob } = network;
    const cancelled: boolean[] = [];
    const givingUp = new AbortController();
    bob.calls.push((call) => {
      call.onCancelled(() => cancelled.push(true));
      call.ring();
    });
    const outcome = await alice.agent.call('sip:bob@contoso.example', offer, {
      signal: givingUp.signal,
      onProvisional: ({ status }) => status === 180 && givingUp.abort(),
    });
    expect(outcome.ok).toBe(false);
    expect(outcome.response.status).toBe(487);
    expect(cancelled).toEqual([true]);
  });
});
