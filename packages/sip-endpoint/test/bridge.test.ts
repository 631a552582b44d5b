import { createResponse, type SipRequest } from '@entente/sip';
import type {
  BridgeOutcome,
  Call,
  IncomingCall,
  ServerTransaction,
  SessionBody,
  SipConnection,
} from '@entente/sip-endpoint';
import { expect, it } from 'vitest';
import { startServer } from './network.ts';

const names = ['alice', 'desk', 'bob'] as const;

function session(version: number, direction = 'sendrecv'): SessionBody {
  return {
    contentType: 'application/sdp',
    body: `v=0\r\no=- 7 ${version} IN IP4 127.0.0.1\r\ns=-\r\nm=audio 9 RTP/SAVP 0\r\na=${direction}\r\n`,
  };
}

/**
 * A desk that bridges each call of alice to bob, and a server that passes requests on by the user of their Request-URI.
 * @param answers - whether the server answers a request itself
 */
async function startDesk(answers: (transaction: ServerTransaction) => boolean = () => false) {
  const connections: SipConnection[] = [];
  const seen: SipRequest[] = [];
  const to = ({ uri }: SipRequest): SipConnection => {
    const user = uri.kind === 'sip' ? (uri.rawUser ?? '') : '';
    const at = names.findIndex((name) => user.startsWith(name));
    return connections[at] as SipConnection;
  };
  const server = await startServer({
    onConnection: (connection) => connections.push(connection),
    onAck: (ack) => void to(ack).send(ack),
    onRequest(transaction: ServerTransaction) {
      const { request } = transaction;
      seen.push(request);
      if (answers(transaction)) return;
      server.endpoint.forward(request, to(request), {
        onResponse: (response) => void transaction.respond(response),
        onEnd() {},
      });
      transaction.context.user = {
        onCancel: (cancel) =>
          void server.endpoint.forward(cancel, to(request), { onResponse() {}, onEnd() {} }),
      };
    },
  });
  const bridged: Promise<BridgeOutcome>[] = [];
  const calls: ((call: IncomingCall) => void)[] = [];
  const agents = names.map((name) =>
    server.agent(`sip:${name}@contoso.example`, {
      onCall(call) {
        if (name === 'desk') bridged.push(call.bridge('sip:bob@contoso.example'));
        else calls.shift()?.(call);
      },
    }),
  );
  for (const agent of agents) await agent.connect();
  await expect.poll(() => connections.length).toBe(3);
  const [alice] = agents as [(typeof agents)[number]];
  return {
    alice,
    bridged,
    calls,
    seen,
    server,
    /** Calls bob by way of the desk; both sides once it is answered. */
    async answered() {
      const accepted: Call[] = [];
      calls.push((call) => {
        const answer = call.accept(session(1, 'recvonly'));
        if (answer !== undefined) accepted.push(answer);
      });
      const outcome = await alice.call('sip:desk@contoso.example', session(1));
      const [bob] = accepted;
      if (!outcome.ok || bob === undefined) throw new Error(`refused: ${outcome.response.status}`);
      const bridge = await bridged[0];
      if (bridge?.ok !== true) throw new Error('not bridged');
      return { alice: outcome.call, bob, ...bridge };
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

it('passes offer, ringing and answer on, in two dialogs that have nothing in common', async () => {
  await using desk = await startDesk();
  const ringing: number[] = [];
  let ring: IncomingCall | undefined;
  desk.calls.push((call) => {
    ring = call;
    call.ring();
  });
  const outcome = desk.alice.call('sip:desk@contoso.example', session(1), {
    onProvisional: ({ status }) => void ringing.push(status),
  });
  await expect.poll(() => ringing).toContain(180);
  expect(ring?.request.bodyText).toBe(session(1).body);
  expect(ring?.request.from.uri.toString()).toBe('sip:desk@contoso.example');
  ring?.accept(session(1, 'recvonly'));
  const { response } = await outcome;
  expect([response.status, response.bodyText]).toEqual([200, session(1, 'recvonly').body]);
  const [first, second] = desk.seen.filter(({ method }) => method === 'INVITE');
  expect(second?.callId).not.toBe(first?.callId);
  // A bridge is a hop (RFC 7332 §4.1).
  expect(second?.maxForwards).toBe((first?.maxForwards ?? 0) - 1);
});

it('passes a BYE of either side on', async () => {
  for (const side of ['alice', 'bob'] as const) {
    await using desk = await startDesk();
    const call = await desk.answered();
    await call[side].hangUp();
    const other = side === 'alice' ? call.bob : call.alice;
    expect(await other.ended).toBe('remote');
  }
});

it('passes CANCEL on, and the caller hears 487', async () => {
  await using desk = await startDesk();
  const giveUp = new AbortController();
  const cancelled = new Promise<void>((resolve) => {
    desk.calls.push((call) => {
      call.onCancelled(resolve);
      call.ring();
    });
  });
  const outcome = await desk.alice.call('sip:desk@contoso.example', session(1), {
    signal: giveUp.signal,
    onProvisional: ({ status }) => {
      if (status === 180) giveUp.abort();
    },
  });
  await cancelled;
  expect(outcome.response.status).toBe(487);
  expect(await desk.bridged[0]).toMatchObject({ ok: false, status: 487 });
});

it.each([
  [486, 486],
  [603, 603],
  [302, 480],
  [503, 500],
])('answers the caller for a callee that answers %i: %i', async (status, passed) => {
  await using desk = await startDesk();
  desk.calls.push((call) => call.reject(status));
  const { ok, response } = await desk.alice.call('sip:desk@contoso.example', session(1));
  expect([ok, response.status]).toEqual([false, passed]);
  expect(await desk.bridged[0]).toEqual({ ok: false, status: passed });
});

it('passes re-INVITE and UPDATE of either side on, with offer and answer', async () => {
  await using desk = await startDesk();
  const { alice, bob } = await desk.answered();
  const offers: string[] = [];
  bob.onRequest = ({ bodyText, method }) => {
    offers.push(`${method} ${bodyText}`);
    return { status: 200, ...session(2, 'recvonly') };
  };
  alice.onRequest = () => ({ status: 488 });
  const held = await alice.hold();
  expect([held.status, alice.remoteBody]).toEqual([200, session(2, 'recvonly').body]);
  expect((await alice.update(session(3))).status).toBe(200);
  expect(offers).toEqual([`INVITE ${session(2, 'sendonly').body}`, `UPDATE ${session(3).body}`]);
  const before = alice.remoteBody;
  expect((await bob.reinvite(session(4))).status).toBe(488);
  expect(alice.remoteBody).toBe(before);
});

it('passes the CANCEL of a re-INVITE on, and both sides keep the session that they have', async () => {
  await using desk = await startDesk();
  const { alice, bob } = await desk.answered();
  const giveUp = new AbortController();
  const before = bob.remoteBody;
  bob.onRequest = (_request, signal) => {
    giveUp.abort();
    return new Promise((resolve) =>
      signal.addEventListener('abort', () => resolve({ status: 200, ...session(2) }), { once: true }),
    );
  };
  // Only once there is a provisional response may it be taken back (RFC 3261 §9.1).
  const response = await alice.reinvite(session(2, 'inactive'), { signal: giveUp.signal });
  expect(response.status).toBe(487);
  expect(bob.remoteBody).toBe(before);
});

it('passes INFO and MESSAGE on with their bodies, and refuses to transfer', async () => {
  await using desk = await startDesk();
  const { alice, bob } = await desk.answered();
  const got: (string | undefined)[] = [];
  bob.onRequest = (request) => {
    got.push(request.method, request.get('Info-Package'), request.bodyText);
    return { status: 200 };
  };
  const parts = { contentType: 'application/dtmf-relay', body: 'Signal=1' };
  const { status } = await alice.request('INFO', { ...parts, headers: { 'Info-Package': 'dtmf' } });
  expect([status, got]).toEqual([200, ['INFO', 'dtmf', 'Signal=1']]);
  expect((await alice.request('MESSAGE', { contentType: 'text/plain', body: 'hello' })).status).toBe(200);
  expect((await alice.refer('sip:carol@contoso.example')).status).toBe(405);
});

it('ends at Max-Forwards 0, and takes no INVITE without an offer', async () => {
  await using desk = await startDesk();
  const call = (offer: SessionBody, maxForwards: number) =>
    desk.alice.call('sip:desk@contoso.example', offer, { maxForwards });
  expect((await call(session(1), 0)).response.status).toBe(483);
  expect((await call({ ...session(1), body: '' }, 70)).response.status).toBe(488);
});

it('passes each device of the callee on as one of its own, and the answer as that of the device that answers', async () => {
  await using desk = await startDesk((transaction) => {
    const { request } = transaction;
    if (request.method !== 'INVITE' || !request.uriText.startsWith('sip:bob@')) return false;
    const contact = '<sip:bob@client.invalid>';
    for (const toTag of ['first', 'second'])
      transaction.respond(createResponse(request, 180, undefined, { toTag, contact }));
    transaction.respond(createResponse(request, 200, undefined, { toTag: 'second', contact, ...session(1) }));
    return true;
  });
  const tags: string[] = [];
  const { response } = await desk.alice.call('sip:desk@contoso.example', session(1), {
    onProvisional: ({ status, to: { tag = '' } }) => {
      if (status === 180) tags.push(tag);
    },
  });
  expect(new Set(tags).size).toBe(2);
  expect(tags).not.toContain('second');
  expect(response.to.tag).toBe(tags[1]);
});
