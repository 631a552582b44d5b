import { createResponse, type SipRequest, type SipResponse } from '@entente/sip';
import { createTokenSource, type NextHop, UserAgent } from '@entente/sip-endpoint';
import { forwardRequest, refusal } from '@entente/sip-proxy';
import {
  FlowNames,
  type ProxyDecision,
  type ProxyPolicy,
  type ProxyRuntime,
  type RelayRules,
  type RequestOrigin,
} from '@entente/sip-relay';
import { connect } from '@entente/tls';
import { links } from '@entente/topology';
import { afterEach, describe, expect, it } from 'vitest';
import { domain, fqdn, startListeningRuntime } from './listening-runtime.ts';

/** A policy that decides as the test says, and notes what it was asked. */
class ScriptedPolicy implements ProxyPolicy<RequestOrigin> {
  readonly asked: string[] = [];
  readonly origins: RequestOrigin[] = [];
  next: (request: SipRequest, origin: RequestOrigin) => ProxyDecision | Promise<ProxyDecision> = (
    request,
  ) => ({
    kind: 'serve',
    response: createResponse(request, 200, undefined, { toTag: 'policy' }),
  });

  admit(request: SipRequest, origin: RequestOrigin): RequestOrigin {
    this.asked.push(`admit ${request.method}`);
    if (!this.origins.includes(origin)) this.origins.push(origin);
    return origin;
  }

  decide(request: SipRequest, origin: RequestOrigin): ProxyDecision | Promise<ProxyDecision> {
    this.asked.push(`decide ${request.method}`);
    return this.next(request, origin);
  }
}

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const item of opened.splice(0).reverse()) await item[Symbol.asyncDispose]();
});

/** A runtime on a real listener, and user agents that dial it. */
async function start(
  more: { readonly sides?: Readonly<Record<string, () => ProxyRuntime<RequestOrigin>>> } = {},
) {
  const policy = new ScriptedPolicy();
  const flows = new FlowNames();
  const { lines, port, runtime, trust } = await startListeningRuntime(policy, flows, opened, {
    diagnosticsFrom: fqdn,
    ...more,
  });
  const hop: NextHop = {
    name: domain,
    address: '127.0.0.1',
    port,
    link: links.clientToFrontEnd,
  };
  const received: string[] = [];
  const agent = async (name: string) => {
    const one = new UserAgent({
      addressOfRecord: `sip:${name}@${domain}`,
      credentials: { secret: { username: name, password: 'secret' } },
      server: hop,
      newToken: createTokenSource(),
      events: { onMessage: ({ text }) => void received.push(text) },
      dial: async () => ({
        socket: await connect({
          host: hop.address,
          port: hop.port,
          trust,
          expect: { mode: 'sip-domain', domain },
          allow: [domain],
        }),
        link: hop.link,
      }),
    });
    opened.push(one);
    await one.connect();
    return one;
  };
  return { agent, flows, lines, policy, received, runtime };
}

const refusing: ProxyDecision = {
  kind: 'refuse',
  refusal: refusal('relay-not-allowed', 403, 'expected nothing', 'Send nothing.'),
};

/** Relays over the client connection of that number, untouched but for what the runtime adds. */
function relayTo(request: SipRequest, flow: string, side?: string): ProxyDecision {
  const rules: RelayRules = {
    nextHop: () => ({ status: 504 }),
    build: ({ uri }, via) => forwardRequest(request, { via, uri }),
  };
  const targets = [[{ uri: request.uriText, flow, routes: [], instance: undefined }]];
  return { kind: 'relay', targets, rules, ...(side === undefined ? {} : { side }) };
}

/** A decision that the test gives when it likes. */
function later() {
  let give: (decision: ProxyDecision) => void = () => {};
  let fail: (error: unknown) => void = () => {};
  const decision = new Promise<ProxyDecision>((resolve, reject) => {
    give = resolve;
    fail = reject;
  });
  return { decision, give, fail };
}

describe('a request that reaches the runtime', () => {
  it('is admitted once and decided once, and answered as its policy says', async () => {
    const { agent, policy } = await start();
    const alice = await agent('alice');
    expect((await alice.message('sip:bob@contoso.example', 'hello')).status).toBe(200);
    expect(policy.asked).toEqual(['admit MESSAGE', 'decide MESSAGE']);
  });

  it('is refused with the status, a log line and, for a user who has authenticated, the reason', async () => {
    const { agent, lines, policy } = await start();
    policy.next = (_request, origin) => {
      origin.users.set('alice@contoso.example', Number.POSITIVE_INFINITY);
      return refusing;
    };
    const answer = (await (await agent('alice')).message('sip:bob@contoso.example', 'x')) as SipResponse;
    expect(answer.status).toBe(403);
    expect(answer.get('Entente-Diagnostics')).toBe(`1000;reason="relay-not-allowed";source="${fqdn}"`);
    expect(lines).toMatchObject([{ event: 'refused', reason: 'relay-not-allowed', remedy: 'Send nothing.' }]);
  });

  it('is refused with the status alone where nobody has authenticated', async () => {
    const { agent, policy } = await start();
    policy.next = () => refusing;
    const answer = await (await agent('alice')).message('sip:bob@contoso.example', 'x');
    expect(answer.has('Entente-Diagnostics')).toBe(false);
  });

  it('leaves by another side where the decision says so, and by none that does not exist', async () => {
    const outside = await start();
    const bob = await outside.agent('bob');
    const inside = await start({ sides: { outside: () => outside.runtime } });
    await bob.message('sip:carol@contoso.example', 'so that the server knows the connection');
    const flow = outside.flows.of(outside.policy.origins[0] as RequestOrigin);
    const alice = await inside.agent('alice');
    inside.policy.next = (request) => relayTo(request, flow, 'outside');
    expect((await alice.message('sip:bob@contoso.example', 'across')).status).toBe(200);
    expect(outside.received).toEqual(['across']);
    inside.policy.next = (request) => relayTo(request, flow, 'above');
    expect((await alice.message('sip:bob@contoso.example', 'nowhere')).status).toBe(500);
    expect(inside.lines.at(-1)).toMatchObject({ event: 'fault' });
  });

  it('is answered with the address it came from in its Via, also by this server itself (RFC 3261 §18.2.1)', async () => {
    const { agent, flows, policy } = await start();
    const alice = await agent('alice');
    const bob = await agent('bob');
    await bob.message('sip:alice@contoso.example', 'so that the server knows the connection');
    const flow = flows.of(policy.origins[0] as RequestOrigin);
    const served = policy.next;
    for (const next of [served, () => refusing, (request: SipRequest) => relayTo(request, flow)]) {
      policy.next = next;
      const answer = await alice.message('sip:bob@contoso.example', 'x');
      expect(answer.get('Via')).toMatch(/^SIP\/2\.0\/TLS client\.invalid;.*;received=127\.0\.0\.1$/);
    }
  });

  it('counts as 430 where its client connection is gone', async () => {
    const { agent, flows, policy } = await start();
    const alice = await agent('alice');
    policy.next = (request) => relayTo(request, flows.of({ id: -1 }));
    expect((await alice.message('sip:bob@contoso.example', 'x')).status).toBe(430);
  });
});

describe('a decision that takes time', () => {
  it('holds the request back until it is there', async () => {
    const { agent, flows, policy, received } = await start();
    const alice = await agent('alice');
    const bob = await agent('bob');
    await bob.message('sip:alice@contoso.example', 'so that the server knows the connection');
    const flow = flows.of(policy.origins[0] as RequestOrigin);
    const { decision, give } = later();
    let asked: SipRequest | undefined;
    policy.next = (request) => {
      asked = request;
      return decision;
    };
    const answer = alice.message('sip:bob@contoso.example', 'late');
    await expect.poll(() => asked?.method).toBe('MESSAGE');
    expect(received).toEqual([]);
    give(relayTo(asked as SipRequest, flow));
    expect((await answer).status).toBe(200);
    expect(received).toEqual(['late']);
  });

  it('that fails is answered 500 and logged, and the server goes on', async () => {
    const { agent, lines, policy } = await start();
    const alice = await agent('alice');
    const { next } = policy;
    policy.next = () => Promise.reject(new Error('the database is away'));
    expect((await alice.message('sip:bob@contoso.example', 'x')).status).toBe(500);
    expect(lines).toMatchObject([{ event: 'fault' }]);
    policy.next = next;
    expect((await alice.message('sip:bob@contoso.example', 'y')).status).toBe(200);
  });

  it('no longer counts once the caller has cancelled: the INVITE is answered 487', async () => {
    const { agent, policy, received } = await start();
    const alice = await agent('alice');
    const { decision, give } = later();
    policy.next = () => decision;
    const abort = new AbortController();
    const provisional: number[] = [];
    const outcome = alice.call(
      'sip:bob@contoso.example',
      { contentType: 'text/plain', body: 'x' },
      { signal: abort.signal, onProvisional: ({ status }) => provisional.push(status) },
    );
    await expect.poll(() => policy.asked).toContain('decide INVITE');
    // A CANCEL waits for a provisional response (RFC 3261 §9.1).
    await expect.poll(() => provisional).toEqual([100]);
    abort.abort();
    await expect.poll(() => policy.asked.length).toBeGreaterThan(1);
    // The CANCEL is answered by the transaction layer; a MESSAGE behind it shows that it has arrived.
    policy.next = (request) => ({
      kind: 'serve',
      response: createResponse(request, 200, undefined, { toTag: 'p' }),
    });
    await alice.message('sip:bob@contoso.example', 'behind');
    give({
      kind: 'relay',
      targets: [],
      rules: { nextHop: () => ({ status: 504 }), build: () => neverBuilt() },
    });
    expect((await outcome).response.status).toBe(487);
    expect(received).toEqual([]);
  });
});

function neverBuilt(): never {
  throw new Error('a cancelled request was relayed');
}
