import { createRequest, createResponse, type SipRequest } from '@entente/sip';
import { createTokenSource, SipEndpoint, UserAgent } from '@entente/sip-endpoint';
import { forwardRequest, register, registeredAddress } from '@entente/sip-proxy';
import { MemoryLocations } from '@entente/sip-proxy/locations';
import { FlowNames, type ProxyDecision, type ProxyPolicy, type RequestOrigin } from '@entente/sip-relay';
import { connect } from '@entente/tls';
import { links } from '@entente/topology';
import { afterEach, describe, expect, it } from 'vitest';
import { domain, startListeningRuntime } from './listening-runtime.ts';

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const item of opened.splice(0).reverse()) await item[Symbol.asyncDispose]();
});

/** A proxy that relays everything to the client that has sent first, and that client, which notes what it receives. */
async function start(decide?: (request: SipRequest) => ProxyDecision | Promise<ProxyDecision>) {
  const flows = new FlowNames();
  const origins: RequestOrigin[] = [];
  const policy: ProxyPolicy<RequestOrigin> = {
    admit(_request, origin) {
      if (!origins.includes(origin)) origins.push(origin);
      return origin;
    },
    decide(request) {
      if (decide !== undefined) return decide(request);
      const flow = flows.of(origins[0] as RequestOrigin);
      return {
        kind: 'relay',
        targets: [[{ uri: 'sip:bob@client.invalid', flow, routes: [], instance: undefined }]],
        rules: {
          nextHop: () => ({ status: 504 }),
          build: ({ uri }, via) => forwardRequest(request, { via, uri }),
        },
      };
    },
  };
  const { lines, port, trust } = await startListeningRuntime(policy, flows, opened);
  const link = links.clientToFrontEnd;
  const hop = { name: domain, address: '127.0.0.1', port, link };
  const dial = async () => ({
    socket: await connect({
      host: hop.address,
      port,
      trust,
      expect: { mode: 'sip-domain', domain },
      allow: [domain],
    }),
    link,
  });
  const received: SipRequest[] = [];
  const client = new SipEndpoint({
    sentBy: { host: 'client.invalid' },
    newToken: createTokenSource(),
    dial,
    user: {
      onAck() {},
      onRequest(transaction) {
        received.push(transaction.request);
        transaction.respond(createResponse(transaction.request, 200, undefined, { toTag: 'far' }));
      },
    },
  });
  opened.push(client);
  const connection = await client.reach(hop);
  const ask = (method: string, headers: Record<string, string> = {}) =>
    client.ask(
      createRequest({
        method,
        uri: 'sip:bob@contoso.example',
        from: '<sip:alice@contoso.example>;tag=1',
        to: '<sip:alice@contoso.example>',
        callId: 'the-same',
        cseq: 7,
        headers,
      }),
      connection,
    );
  const caller = new UserAgent({
    addressOfRecord: `sip:alice@${domain}`,
    credentials: { secret: { username: 'alice', password: 'secret' } },
    server: hop,
    newToken: createTokenSource(),
    events: {},
    dial,
  });
  opened.push(caller);
  return { ask, caller, lines, received };
}

describe('a stateful proxy (RFC 3261 §16.2, §16.3)', () => {
  it('relays a request whatever its method is, and whatever fields it has that nobody knows', async () => {
    const { ask, received } = await start();
    for (const method of ['OPTIONS', 'FROBNICATE', 'x-y'])
      expect((await ask(method, { 'X-Unknown': '<<>;=', Supported: 'nothing-of-ours' })).status).toBe(200);
    expect(received.map(({ method }) => method)).toEqual(['OPTIONS', 'FROBNICATE', 'x-y']);
    expect(received.map((request) => request.get('X-Unknown'))).toEqual(['<<>;=', '<<>;=', '<<>;=']);
  });

  it('refuses no request for being merged: the same Call-ID, tag and CSeq twice go on twice', async () => {
    const { ask, received } = await start();
    for (let count = 1; count <= 2; count++) expect((await ask('MESSAGE')).status).toBe(200);
    expect(received).toHaveLength(2);
    expect(received[0]?.topVia.branch).not.toBe(received[1]?.topVia.branch);
  });

  it('answers an INVITE with 100 where nothing else has come, before it knows where that goes', async () => {
    let decided: (decision: ProxyDecision) => void = () => {};
    const { caller } = await start(
      () =>
        new Promise((resolve) => {
          decided = resolve;
        }),
    );
    await caller.connect();
    const statuses: number[] = [];
    const outcome = caller.call(
      'sip:bob@contoso.example',
      { contentType: 'text/plain', body: 'x' },
      { onProvisional: ({ status }) => statuses.push(status) },
    );
    await expect.poll(() => statuses).toEqual([100]);
    decided({
      kind: 'relay',
      targets: [],
      rules: {
        nextHop: () => ({ status: 504 }),
        build: () => {
          throw new Error('there is no target');
        },
      },
    });
    expect((await outcome).response.status, 'of a response context without branches (§16.7 step 6)').toBe(
      408,
    );
  });
});

describe('a registrar whose store fails (RFC 3261 §10.3 step 7)', () => {
  it('answers 500, and keeps nothing of the REGISTER', async () => {
    const locations = new MemoryLocations();
    const now = 1_700_000_000_000;
    const aor = 'alice@contoso.example';
    const { ask, lines } = await start((request) => {
      expect(registeredAddress(request, [aor])).toMatchObject({ ok: true });
      return locations.update<ProxyDecision>(aor, now, (current) => {
        const result = register(request, aor, current, { now, toTag: 't', flow: 'f1' });
        if (!result.ok || request.has('X-Break')) throw new Error('the database is away');
        return { bindings: result.bindings, result: { kind: 'serve', response: result.response } };
      });
    });
    const Contact = '<sip:alice@client.invalid>';
    expect((await ask('REGISTER', { Contact, 'X-Break': 'yes' })).status).toBe(500);
    expect(locations.lookup(aor, now)).toEqual([]);
    expect(lines).toMatchObject([{ event: 'fault' }]);
    expect((await ask('REGISTER', { Contact })).status).toBe(200);
    expect(locations.lookup(aor, now)).toHaveLength(1);
  });
});
