import { randomBytes } from 'node:crypto';
import { type Account, verifiersOf } from '@entente/accounts';
import { type FedChange, KnownAccounts } from '@entente/accounts/feed';
import { answerChallenge, createResponse, edit, type SipRequest, selectChallenges, Via } from '@entente/sip';
import { createSealing, singleEpoch } from '@entente/sip-proxy';
import { type Binding, type Locations, MemoryLocations } from '@entente/sip-proxy/locations';
import { FlowNames, type ProxyDecision, type RequestOrigin } from '@entente/sip-relay';
import { accountCredentials } from '@entente/sip-relay/users';
import { requestBetween } from '@entente/testkit/request';
import { sampleDocument, sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { links } from '@entente/topology';
import { describe, expect, it, vi } from 'vitest';
import { FrontEnd } from './front-end.ts';

const [fe1, fe2] = ['fe1.contoso.example', 'fe2.contoso.example'] as const;
const edge = 'edge1.contoso.example';
const pool2 = 'pool2.contoso.example';
const topology = sampleTopology({
  pools: [...(sampleDocument().pools ?? []), { fqdn: pool2, role: 'front-end' }],
  servers: [sampleFrontEnd, { ...sampleFrontEnd, fqdn: fe2, pool: pool2 }, sampleEdge],
  users: { 'bob@contoso.example': fe2 },
});
const address = 'alice@contoso.example';
const alice = `sip:${address}`;
const account = (home: string, state: Account['state'] = 'enabled'): Account => ({
  address,
  verifiers: verifiersOf(address, 'secret') ?? {},
  home,
  state,
  rights: [],
});

let lastId = 0;
const client = (): RequestOrigin => ({
  id: ++lastId,
  server: undefined,
  isClosed: false,
  users: new Map(),
  link: links.clientToFrontEnd,
  protection: {},
});
const server = (fqdn: string): RequestOrigin => ({
  id: ++lastId,
  server: fqdn,
  isClosed: false,
  users: new Map(),
  link: links.frontEndToFrontEnd,
  protection: { peer: { role: 'front-end', dnsNames: [fqdn], sipDomains: [] } },
});
const throughEdge = (): RequestOrigin => ({
  id: ++lastId,
  server: edge,
  isClosed: false,
  users: new Map(),
  link: links.edgeToFrontEnd,
  protection: { peer: { role: 'edge', dnsNames: [edge], sipDomains: [] } },
});
const register = (headers: Record<string, string> = {}) =>
  requestBetween(alice, alice, {
    method: 'REGISTER',
    uri: 'sip:contoso.example',
    contact: '<sip:alice@client.invalid>',
    headers,
  });

/** A front end of which alice is a user, at home at one of the two. */
function start(home: string, locations?: Locations) {
  const known = new KnownAccounts();
  known.apply([{ address, account: account(home) }]);
  const sealing = createSealing(singleEpoch(randomBytes(32)), randomBytes);
  const moved: (readonly RequestOrigin[])[] = [];
  const frontEnd = new FrontEnd({
    fqdn: fe1,
    port: 5061,
    sealing,
    gruus: sealing,
    topology: () => topology,
    credentials: accountCredentials({ known } as Parameters<typeof accountCredentials>[0]),
    accounts: { known, isStale: false },
    onMoved: (_user, connections) => void moved.push(connections),
    flows: new FlowNames(),
    newToken: () => 'token',
    onUser() {},
    clock: () => 1_000,
    ...(locations === undefined ? {} : { locations }),
    hopTo: (name) => ({ name, address: '192.0.2.1', port: 5061, link: links.frontEndToFrontEnd }),
  });
  const send = async (request: SipRequest, origin: RequestOrigin): Promise<ProxyDecision> => {
    const sender = frontEnd.admit(request, origin);
    return 'reason' in sender ? { kind: 'refuse', refusal: sender } : await frontEnd.decide(request, sender);
  };
  return {
    send,
    /** A request of alice, with the answer to its challenge. */
    async asAlice(request: SipRequest, origin: RequestOrigin) {
      const challenged = await send(request, origin);
      if (challenged.kind !== 'refuse') return challenged;
      const [challenge] = selectChallenges(challenged.refusal.headers.map(([, value]) => `${value}`));
      if (challenge === undefined) return challenged;
      const answer = answerChallenge(
        challenge,
        { method: request.method, uri: request.uriText },
        { username: 'alice', password: 'secret' },
        { cnonce: 'c', nonceCount: 1 },
      );
      const field = request.method === 'REGISTER' ? 'Authorization' : 'Proxy-Authorization';
      return send(edit(request).append(field, answer).toMessage(), origin);
    },
    known,
    moved,
    hears: (changes: readonly FedChange[]) => frontEnd.accountsChanged(known.apply(changes)),
    disable: () => frontEnd.accountsChanged(known.apply([{ address, account: account(home, 'disabled') }])),
    enable: () => frontEnd.accountsChanged(known.apply([{ address, account: account(home) }])),
    remove: () => frontEnd.accountsChanged(known.apply([{ address }])),
  };
}

function relayed(decision: ProxyDecision) {
  if (decision.kind !== 'relay') throw new Error(`expected that it goes on, found ${decision.kind}`);
  const { rules, targets } = decision;
  const [target] = targets.flat();
  if (target === undefined) throw new Error('no target');
  const via = Via.from({ transport: 'TLS', host: fe1, branch: `z9hG4bK${++lastId}` });
  const sent = rules.build(target, via) as SipRequest;
  return { sent, target, rules };
}

describe('a user who is moved to another pool', () => {
  it('has connections that are to end, so that the devices register there at once', async () => {
    const { asAlice, hears, moved } = start(fe1);
    const own = client();
    expect((await asAlice(register(), own)).kind).toBe('serve');
    hears([{ address, account: { ...account(fe1), number: '+4930123456' } }]);
    expect(moved).toEqual([]);
    hears([{ address, account: account(pool2) }]);
    expect(moved).toEqual([[own]]);
  });
});

describe('a user with another password', () => {
  const [before, since] = ['1.e', '2.e'];
  const told = (version: string, secret: string): FedChange => ({
    address,
    account: { ...account(fe1), verifiers: verifiersOf(address, secret) ?? {} },
    version,
  });
  const stale = { kind: 'refuse', refusal: { status: 500, reason: 'accounts-stale' } };

  it('is not registered by the one before, where another server has asked for it and not heard of the change', async () => {
    const locations = new MemoryLocations();
    const { hears, send } = start(fe1, locations);
    hears([told(before, 'secret')]);
    const vouched = (version: string) =>
      register({ 'P-Asserted-Identity': `<${alice}>`, 'Entente-Account-Version': version });
    expect((await send(vouched(before), server(fe2))).kind).toBe('serve');
    hears([told(since, 'another')]);
    const stored = vi.spyOn(locations, 'update');
    expect(await send(vouched(before), server(fe2))).toMatchObject(stale);
    expect(stored, 'not even for a moment').not.toHaveBeenCalled();
    expect(locations.lookup(address, 1_000)).toEqual([]);
    expect((await send(vouched(since), server(fe2))).kind).toBe('serve');
    expect(locations.lookup(address, 1_000)).toMatchObject([{ account: since }]);
  });

  it('is not registered by the one before, where the change comes while the store is asked', async () => {
    const locations = new MemoryLocations();
    const update = locations.update.bind(locations);
    const { asAlice, hears } = start(fe1, locations);
    hears([told(before, 'secret')]);
    locations.update = ((...asked: Parameters<typeof update>) => {
      const result = update(...asked);
      return Promise.resolve().then(() => {
        hears([told(since, 'another')]);
        update(address, 1_000, () => ({ bindings: [], result: undefined }));
        update(...asked);
        return result;
      });
    }) as typeof update;
    expect(await asAlice(register(), client())).toMatchObject(stale);
    locations.update = update;
    expect(locations.lookup(address, 1_000)).toEqual([]);
  });

  it('is known to the registrar of another pool by the account that was asked for, whatever the client says of it', async () => {
    const { asAlice, hears } = start(fe2);
    hears([{ ...told(before, 'secret'), account: account(fe2) }]);
    const { sent } = relayed(await asAlice(register({ 'Entente-Account-Version': since }), client()));
    expect(sent.all('Entente-Account-Version')).toEqual([before]);
  });
});

describe('a user who is disabled', () => {
  it('is not registered, whichever server has authenticated the user before it heard of it', async () => {
    const { disable, send } = start(fe1);
    const vouched = register({ 'P-Asserted-Identity': `<${alice}>` });
    expect((await send(vouched, server(fe2))).kind).toBe('serve');
    disable();
    expect(await send(vouched, server(fe2))).toMatchObject({
      kind: 'refuse',
      refusal: { status: 403, reason: 'account-disabled' },
    });
  });

  it('is not registered after the account was removed, whichever server has authenticated the user before it heard of it', async () => {
    const { remove, send } = start(fe1);
    const vouched = register({ 'P-Asserted-Identity': `<${alice}>` });
    expect((await send(vouched, server(fe2))).kind).toBe('serve');
    remove();
    expect(await send(vouched, server(fe2))).toMatchObject({ kind: 'refuse', refusal: { status: 403 } });
  });

  it('is not found by bindings of before, once enabled again', async () => {
    const { asAlice, disable, enable, send } = start(fe1);
    const behindEdge = register({ Path: `<sip:${edge};lr>` });
    expect((await asAlice(behindEdge, throughEdge())).kind).toBe('serve');
    const text = requestBetween('sip:bob@contoso.example', alice, {
      headers: { 'P-Asserted-Identity': '<sip:bob@contoso.example>' },
    });
    expect((await send(text, server(fe2))).kind).toBe('relay');
    disable();
    enable();
    expect(await send(text, server(fe2))).toMatchObject({ kind: 'refuse', refusal: { status: 480 } });
  });

  it('acknowledges nothing, on a connection that is nobody’s either', async () => {
    const { asAlice, disable, send } = start(fe1);
    const own = client();
    await asAlice(register(), own);
    const invite = requestBetween(alice, 'sip:bob@contoso.example', { method: 'INVITE' });
    const { sent } = relayed(await send(invite, own));
    const ack = requestBetween(alice, 'sip:bob@contoso.example', {
      method: 'ACK',
      from: sent.from,
      to: `${sent.to};tag=far`,
      headers: { Route: `${sent.get('Record-Route')}, <sip:t@${fe2};lr>` },
    });
    expect(await send(ack, client())).toMatchObject({ kind: 'relay' });
    disable();
    for (const origin of [own, client()]) expect((await send(ack, origin)).kind).toBe('refuse');
  });

  it('is not found by bindings that could not be removed, be they of an earlier run, of a store that was away or of another server', async () => {
    const locations = new MemoryLocations();
    locations.removeUser = () => 0;
    const binding: Binding = {
      aor: address,
      uri: 'sip:alice@client.invalid',
      q: 1,
      expiresAt: 3_600_000,
      callId: 'c',
      cseq: 1,
      path: ['<sip:edge1.contoso.example;lr>'],
      updatedAt: 0,
    };
    locations.update(address, 0, () => ({ bindings: [binding], result: undefined }));
    const { disable, send } = start(fe1, locations);
    const text = requestBetween('sip:bob@contoso.example', alice, {
      headers: { 'P-Asserted-Identity': '<sip:bob@contoso.example>' },
    });
    expect((await send(text, server(fe2))).kind).toBe('relay');
    disable();
    expect(await send(text, server(fe2))).toMatchObject({ kind: 'refuse', refusal: { status: 480 } });
  });

  it('sends nothing through a server that has not heard of it', async () => {
    const { disable, send } = start(fe1);
    const own = { 'P-Asserted-Identity': `<${alice}>` };
    const text = requestBetween(alice, 'sip:bob@contoso.example', { headers: own });
    const toNumber = requestBetween('sip:+15550100@contoso.example', 'sip:bob@contoso.example', {
      headers: { 'P-Asserted-Identity': '<tel:+15550100>' },
    });
    expect((await send(text, server(fe2))).kind).toBe('relay');
    disable();
    expect(await send(text, server(fe2))).toMatchObject({
      kind: 'refuse',
      refusal: { status: 403, reason: 'account-disabled' },
    });
    expect((await send(toNumber, server(fe2))).kind).toBe('relay');
  });

  it('behind an edge gets and acknowledges nothing in a dialog that was up', async () => {
    const { asAlice, disable, send } = start(fe1);
    const register = requestBetween(alice, alice, {
      method: 'REGISTER',
      uri: 'sip:contoso.example',
      contact: '<sip:alice@client.invalid>',
      headers: { Path: `<sip:${edge};lr>` },
    });
    expect((await asAlice(register, throughEdge())).kind).toBe('serve');
    const invite = requestBetween('sip:bob@contoso.example', alice, {
      method: 'INVITE',
      headers: { 'P-Asserted-Identity': '<sip:bob@contoso.example>' },
    });
    const { sent } = relayed(await send(invite, server(fe2)));
    const dialog = { from: sent.from, to: `${sent.to};tag=far`, callId: sent.callId };
    const [own = ''] = sent.values('Record-Route');
    const text = requestBetween('sip:bob@contoso.example', alice, {
      ...dialog,
      method: 'INFO',
      headers: { Route: `${own}, <sip:${edge};lr>`, 'P-Asserted-Identity': '<sip:bob@contoso.example>' },
    });
    const ack = requestBetween(alice, 'sip:bob@contoso.example', {
      method: 'ACK',
      from: dialog.to,
      to: dialog.from,
      callId: dialog.callId,
      headers: { Route: `${own}, <sip:${fe2};lr>` },
    });
    expect((await send(text, server(fe2))).kind).toBe('relay');
    expect((await send(ack, throughEdge())).kind).toBe('relay');
    disable();
    expect(await send(text, server(fe2))).toMatchObject({
      kind: 'refuse',
      refusal: { reason: 'flow-failed' },
    });
    expect((await send(ack, throughEdge())).kind).toBe('refuse');
  });

  it('has no device here, also where the registrar answers afterwards', async () => {
    for (const isDisabled of [false, true]) {
      const { asAlice, disable, send } = start(fe2);
      const { rules, sent, target } = relayed(await asAlice(register(), client()));
      if (isDisabled) disable();
      rules.arrived?.(createResponse(sent, 200, undefined, { toTag: 'far' }), target);
      const toDevice = requestBetween('sip:bob@contoso.example', alice, {
        headers: {
          Route: sent.get('Path') ?? '',
          'P-Asserted-Identity': '<sip:bob@contoso.example>',
        },
      });
      const decision = await send(toDevice, server(fe2));
      if (isDisabled) expect(decision).toMatchObject({ refusal: { reason: 'flow-failed' } });
      else expect(relayed(decision).target.flow).toBeDefined();
    }
  });
});

describe('a server that hears late of a changed account', () => {
  it('removes what was registered before the change, and nothing that was registered at another server since', async () => {
    const locations = new MemoryLocations();
    const [early, late] = [start(fe1, locations), start(fe1, locations)];
    const [disabled, enabled] = [
      { address, account: account(fe1, 'disabled'), version: '7.a' },
      { address, account: account(fe1), version: '8.a' },
    ];
    early.hears([{ ...enabled, version: '6.a' }]);
    await early.asAlice(register(), client());
    expect(locations.lookup(address, 1_000).map(({ account: made }) => made)).toEqual(['6.a']);
    early.hears([disabled]);
    expect(locations.lookup(address, 1_000)).toEqual([]);
    early.hears([enabled]);
    await early.asAlice(register(), client());
    late.hears([disabled]);
    expect(locations.lookup(address, 1_000).map(({ account: made }) => made)).toEqual(['8.a']);
    late.hears([enabled]);
    late.hears([{ ...disabled, version: '9.a' }]);
    expect(locations.lookup(address, 1_000)).toEqual([]);
  });
});
