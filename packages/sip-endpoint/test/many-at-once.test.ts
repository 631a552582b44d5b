import { createResponse } from '@entente/sip';
import {
  type GivenUp,
  MessageBudget,
  type ServerTransaction,
  type SipConnection,
} from '@entente/sip-endpoint';
import { describe, expect, it } from 'vitest';
import { startServer } from './network.ts';

const offer = { contentType: 'application/sdp', body: 'v=0\r\n' };
const bob = 'sip:bob@contoso.example';
/** The least that a server can be given: 128 KiB for one that has proven nothing, some twenty requests. */
const leastBytes = 16_777_216;

/** A server with as little room as there can be, which answers when it is told to, REGISTER and OPTIONS at once. */
async function startSmallServer(answersLater = true) {
  const connections: SipConnection[] = [];
  const waiting: ServerTransaction[] = [];
  const givenUp: GivenUp[] = [];
  const seen: string[] = [];
  let most = 0;
  const answer = (transaction: ServerTransaction, status = 200) => {
    const { request } = transaction;
    const contact = '<sip:bob@192.0.2.9;transport=tls>';
    transaction.respond(
      createResponse(request, status, undefined, {
        toTag: 'b',
        ...(request.method === 'INVITE' && { contact, ...offer }),
        ...(request.method === 'REGISTER' && {
          headers: { Contact: `${request.contacts[0]};expires=600`, Expires: '600' },
        }),
      }),
    );
  };
  const server = await startServer(
    {
      onConnection: (connection) => void connections.push(connection),
      onAck() {},
      onGivenUp: (why) => void givenUp.push(why),
      onRequest(transaction) {
        const { method } = transaction.request;
        seen.push(method);
        if (method === 'REGISTER' || method === 'OPTIONS' || method === 'BYE') return answer(transaction);
        waiting.push(transaction);
        most = Math.max(most, waiting.length);
        if (answersLater)
          setImmediate(() => {
            waiting.splice(waiting.indexOf(transaction), 1);
            answer(transaction);
          });
      },
    },
    { budget: new MessageBudget({ maxBytes: leastBytes }) },
  );
  return {
    server,
    connections,
    waiting,
    givenUp,
    seen,
    answer,
    most: () => most,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

describe('many requests that a user agent is asked for at once', () => {
  it('are all answered, over one connection: a thousand texts', async () => {
    await using network = await startSmallServer();
    const agent = network.server.agent('sip:alice@contoso.example');
    await agent.connect();
    const texts = Array.from({ length: 1_000 }, (_, index) => agent.message(bob, `number ${index}`));
    const answers = await Promise.all(texts);
    expect(answers.every(({ status }) => status === 200)).toBe(true);
    expect([network.givenUp, network.server.dialled.length]).toEqual([[], 1]);
    expect([network.most(), agent.waiting]).toEqual([16, 0]);
  });

  it('are all answered where the bounds are undefined: those are the default ones', async () => {
    await using network = await startSmallServer();
    const agent = network.server.agent(
      'sip:alice@contoso.example',
      {},
      {
        pace: { atOnce: undefined, unanswered: undefined } as never,
      },
    );
    await agent.connect();
    const texts = Array.from({ length: 100 }, (_, index) => agent.message(bob, `number ${index}`));
    await Promise.all(texts);
    expect([network.givenUp, network.most(), agent.waiting]).toEqual([[], 16, 0]);
  });

  it('are all answered, over one connection: 220 calls', async () => {
    await using network = await startSmallServer();
    const agent = network.server.agent('sip:alice@contoso.example');
    await agent.connect();
    const outcomes = await Promise.all(Array.from({ length: 220 }, () => agent.call(bob, offer)));
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    expect([network.givenUp, network.server.dialled.length]).toEqual([[], 1]);
  });

  it('wait while telephones ring, as many as are to ring at once', async () => {
    await using network = await startSmallServer(false);
    const agent = network.server.agent('sip:alice@contoso.example', {}, { pace: { unanswered: 20 } });
    await agent.connect();
    const outcomes = Promise.all(Array.from({ length: 25 }, () => agent.call(bob, offer)));
    await expect.poll(() => network.waiting.length).toBe(16);
    for (const transaction of [...network.waiting]) network.answer(transaction, 180);
    await expect.poll(() => network.waiting.length).toBe(20);
    for (const transaction of network.waiting.splice(0)) network.answer(transaction, 486);
    await expect.poll(() => network.waiting.length).toBe(5);
    for (const transaction of network.waiting.splice(0)) network.answer(transaction, 486);
    expect((await outcomes).map(({ response }) => response.status)).toEqual(new Array(25).fill(486));
  });

  it('let what belongs to a call, a registration and a call for help pass', async () => {
    await using network = await startSmallServer(false);
    const agent = network.server.agent('sip:alice@contoso.example', {}, { pace: { atOnce: 1 } });
    await agent.connect();
    const calling = agent.call(bob, offer);
    await expect.poll(() => network.waiting.length).toBe(1);
    network.answer(network.waiting.pop() as ServerTransaction);
    const outcome = await calling;
    const texts = [agent.message(bob, 'one'), agent.message(bob, 'two'), agent.call(bob, offer)];
    await expect.poll(() => network.seen).toContain('MESSAGE');
    expect(agent.waiting).toBe(2);
    expect(outcome.ok && (await outcome.call.hangUp()).status).toBe(200);
    expect((await agent.register()).status).toBe(200);
    const help = agent.call('urn:service:sos', offer);
    await expect.poll(() => network.seen).toEqual(['INVITE', 'MESSAGE', 'BYE', 'REGISTER', 'INVITE']);
    await agent[Symbol.asyncDispose]();
    for (const result of await Promise.allSettled([...texts, help])) expect(result.status).toBe('rejected');
  });

  it('wait no longer once they are given up: nothing of them is sent', async () => {
    await using network = await startSmallServer(false);
    const agent = network.server.agent('sip:alice@contoso.example', {}, { pace: { atOnce: 1 } });
    await agent.connect();
    const { signal } = new AbortController();
    const givenUp = new AbortController();
    const first = agent.message(bob, 'one');
    const text = agent.request('MESSAGE', bob, { body: 'two', signal: givenUp.signal });
    const call = agent.call(bob, offer, { signal: givenUp.signal });
    const last = agent.request('MESSAGE', bob, { body: 'three', signal });
    await expect.poll(() => agent.waiting).toBe(3);
    givenUp.abort(new Error('no more'));
    await expect(text).rejects.toThrow('no more');
    expect(await call).toMatchObject({ ok: false, response: { status: 487 } });
    for (const answered of [first, last]) {
      await expect.poll(() => network.waiting.length).toBe(1);
      network.answer(network.waiting.pop() as ServerTransaction);
      expect((await answered).status).toBe(200);
    }
    expect(network.seen).toEqual(['MESSAGE', 'MESSAGE']);
  });

  it('wait no longer once the user agent is disposed of, nor without a connection that another follows', async () => {
    await using network = await startSmallServer(false);
    const ends = [
      ['dispose', 'ENTENTE_SIP_DISPOSED'],
      ['lose', 'ENTENTE_SIP_NOT_CONNECTED'],
    ] as const;
    for (const [end, code] of ends) {
      const agent = network.server.agent('sip:alice@contoso.example', {}, { pace: { atOnce: 1 } });
      const connection = await agent.connect();
      const results = Promise.allSettled([1, 2, 3].map((text) => agent.message(bob, `${text}`)));
      await expect.poll(() => agent.waiting).toBe(2);
      if (end === 'dispose') await agent[Symbol.asyncDispose]();
      else connection.close();
      const codes = (await results).map((result) => result.status === 'rejected' && result.reason.code);
      expect(codes.slice(1)).toEqual([code, code]);
    }
  });

  it('go over the next connection where the one breaks on which they would have gone', async () => {
    await using network = await startSmallServer(false);
    let lost = 0;
    const onDisconnected = () => void lost++;
    const agent = network.server.agent(
      'sip:alice@contoso.example',
      { onDisconnected },
      { pace: { atOnce: 2 } },
    );
    await agent.register();
    const results = Promise.allSettled([1, 2, 3, 4].map((text) => agent.message(bob, `${text}`)));
    await expect.poll(() => network.waiting.length).toBe(2);
    network.waiting.length = 0;
    network.connections[0]?.close();
    await expect.poll(() => lost).toBe(1);
    await agent.register();
    await expect.poll(() => network.waiting.length).toBe(2);
    for (const transaction of network.waiting) network.answer(transaction);
    const told = (await results).map((one) =>
      one.status === 'fulfilled' ? one.value.status : one.reason.code,
    );
    expect(told).toEqual(['ENTENTE_SIP_CONNECTION_LOST', 'ENTENTE_SIP_CONNECTION_LOST', 200, 200]);
  });
});
