import { randomBytes } from 'node:crypto';
import {
  answerChallenge,
  createCredentialRecord,
  createResponse,
  edit,
  type RequestParts,
  type SipRequest,
  selectChallenges,
  Via,
} from '@entente/sip';
import { createSealing, forwardResponse, singleEpoch, type Target } from '@entente/sip-proxy';
import { FlowNames, type RequestOrigin } from '@entente/sip-relay';
import { requestBetween } from '@entente/testkit/request';
import { sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { type Link, links } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { FrontEnd } from './front-end.ts';

const edge = 'edge1.contoso.example';
const alice = 'sip:alice@contoso.example';
const bob = 'sip:bob@contoso.example';
const partner = 'sip:carl@fabrikam.example';
const password = 'secret';

const topology = sampleTopology({
  servers: [sampleFrontEnd, { ...sampleFrontEnd, fqdn: 'fe2.contoso.example' }, sampleEdge],
  partners: [{ kind: 'allowed-domain', id: 'fabrikam', domains: ['fabrikam.example'] }],
  users: { 'alice@contoso.example': 'fe1.contoso.example', 'bob@contoso.example': 'fe2.contoso.example' },
});

let lastId = 0;

function client(...users: string[]): RequestOrigin {
  const proven = users.map((user) => [user.slice('sip:'.length), 2_000] as const);
  return {
    id: ++lastId,
    server: undefined,
    users: new Map(proven),
    link: links.clientToFrontEnd,
    protection: {},
  };
}

function server(fqdn: string, link: Link = links.frontEndToFrontEnd): RequestOrigin {
  const peer = { role: fqdn === edge ? 'edge' : 'front-end', dnsNames: [fqdn], sipDomains: [] };
  return { id: ++lastId, server: fqdn, users: new Map(), link, protection: { peer } };
}

const throughEdge = () => server(edge, links.edgeToFrontEnd);
const newSealing = () => createSealing(singleEpoch(randomBytes(32)), randomBytes);

/** A front end whose decisions are carried out on paper. */
function start(fqdn = 'fe1.contoso.example', sealing = newSealing()) {
  const flows = new FlowNames();
  const frontEnd = new FrontEnd({
    fqdn,
    port: 5061,
    sealing,
    gruus: sealing,
    topology: () => topology,
    credentials: {
      find: (username, realm) => createCredentialRecord({ username, realm, password }),
      hasMd5: () => false,
    },
    flows,
    newToken: () => 'token',
    onUser() {},
    clock: () => 1_000,
    hopTo: (name) => ({ name, address: '192.0.2.1', port: 5061, link: links.frontEndToFrontEnd }),
  });
  return {
    flows,
    frontEnd,
    /** What becomes of a request: its refusal, the answer, or the request as it goes on, with where to and how its answer comes back. */
    send(request: SipRequest, origin: RequestOrigin) {
      const sender = frontEnd.admit(request, origin);
      const decision =
        'reason' in sender ? { kind: 'refuse' as const, refusal: sender } : frontEnd.decide(request, sender);
      if (decision.kind === 'refuse')
        return {
          status: decision.refusal.status,
          reason: decision.refusal.reason,
          headers: decision.refusal.headers,
        };
      if (decision.kind === 'serve') return { status: decision.response.status };
      const [target] = decision.targets.flat() as [Target];
      const via = Via.from({ transport: 'TLS', host: fqdn, branch: `z9hG4bK${++lastId}` });
      const sent = decision.rules.build(target, via);
      const hop = target.flow === undefined ? decision.rules.nextHop(target) : undefined;
      return {
        sent,
        to: target.flow ?? (hop !== undefined && 'name' in hop ? hop.name : undefined),
        answer(status: number) {
          const response = createResponse(sent, status, undefined, { toTag: 'far' });
          const arrived = decision.rules.arrived?.(response, target) ?? response;
          return forwardResponse(arrived);
        },
      };
    },
  };
}

type Sending = ReturnType<typeof start>;

/** Sends a request of a user, and again with the answer to the challenge. */
function proven(network: Sending, request: SipRequest, origin: RequestOrigin) {
  const challenged = network.send(request, origin);
  const values = 'headers' in challenged ? (challenged.headers ?? []).map(([, value]) => `${value}`) : [];
  const [challenge] = selectChallenges(values);
  if (challenge === undefined) throw new Error(JSON.stringify(challenged));
  const { method, uriText: uri } = request;
  const username = request.from.uri.kind === 'sip' ? (request.from.uri.user ?? '') : '';
  const secret = { username, password };
  const answer = answerChallenge(challenge, { method, uri }, secret, { cnonce: 'c', nonceCount: 1 });
  const outcome = network.send(edit(request).set('Authorization', answer).toMessage(), origin);
  if (outcome.status !== undefined && outcome.status !== 200) throw new Error(JSON.stringify(outcome));
  return outcome;
}

/** A request that goes on. */
function relayed(network: Sending, request: SipRequest, origin: RequestOrigin) {
  const outcome = network.send(request, origin);
  if (!('sent' in outcome) || outcome.sent === undefined) throw new Error(JSON.stringify(outcome));
  return outcome;
}

const device = (user: string) => `<${user.replace('@contoso.example', '@client.invalid')}>`;
const register = (user: string, parts: Partial<RequestParts> = {}) =>
  requestBetween(user, user, {
    method: 'REGISTER',
    uri: 'sip:contoso.example',
    contact: device(user),
    ...parts,
  });
const asserting = (user: string) => ({ 'P-Asserted-Identity': `<${user}>` });

/** In the dialog that a request as it went on has begun, of the end that was called. */
function ofCalled(begun: SipRequest, method: string, parts: Partial<RequestParts> = {}): SipRequest {
  return requestBetween(bob, alice, {
    method,
    from: `${begun.to};tag=far`,
    to: begun.from,
    callId: begun.callId,
    headers: { Route: begun.values('Record-Route').join() },
    ...parts,
  });
}

/** The same of the end that began it. */
function ofCaller(begun: SipRequest, method: string, parts: Partial<RequestParts> = {}): SipRequest {
  return ofCalled(begun, method, { from: begun.from, to: `${begun.to};tag=far`, ...parts });
}

describe('a dialog whose front end was started again', () => {
  it('goes on once its client has registered again, under the keys of the pool', () => {
    const sealing = newSealing();
    const before = start('fe1.contoso.example', sealing);
    const invite = requestBetween(partner, alice, { method: 'INVITE' });
    proven(before, register(alice), client(alice));
    const { sent } = relayed(before, invite, throughEdge());
    const hangUp = ofCaller(sent, 'BYE', { uri: 'sip:alice@client.invalid' });

    const after = start('fe1.contoso.example', sealing);
    expect(after.send(hangUp, throughEdge())).toMatchObject({ status: 430, reason: 'flow-failed' });
    const again = client(alice);
    proven(after, register(alice), again);
    expect(relayed(after, hangUp, throughEdge()).to).toBe(after.flows.of(again));
    const ownEnd = ofCalled(sent, 'BYE', {
      uri: partner,
      headers: { Route: `${sent.get('Record-Route')}, <sip:t@${edge};lr>` },
    });
    expect(relayed(after, ownEnd, again).to).toBe(edge);
  });

  it('ends where the keys are lost: nothing of it is sent to anybody', () => {
    const before = start();
    proven(before, register(alice), client(alice));
    const { sent } = relayed(before, requestBetween(partner, alice, { method: 'INVITE' }), throughEdge());
    const after = start();
    const again = client(alice);
    proven(after, register(alice), again);
    expect(after.send(ofCaller(sent, 'BYE', { uri: alice }), throughEdge())).toMatchObject({ status: 403 });
    expect(after.send(ofCalled(sent, 'BYE', { uri: partner }), again)).toMatchObject({ status: 403 });
    expect(after.send(ofCaller(sent, 'ACK', { uri: alice }), throughEdge())).not.toHaveProperty('sent');
  });
});

describe('a client at a front end that is not its home', () => {
  /** Bob, whose home is fe2, connects to fe1; the registrar has accepted. */
  function connected(network: Sending) {
    const origin = client(bob);
    const outcome = proven(network, register(bob), origin);
    if (!('sent' in outcome) || outcome.sent === undefined) throw new Error(JSON.stringify(outcome));
    outcome.answer(200);
    return { origin, path: outcome.sent.get('Path') ?? '' };
  }

  it('is reached by its Path over the connection that it has, and 430 tells the registrar that it has none', () => {
    const network = start();
    const { origin, path } = connected(network);
    const call = requestBetween(alice, bob, {
      method: 'INVITE',
      uri: 'sip:bob@client.invalid',
      headers: { Route: path, ...asserting(alice) },
    });
    expect(relayed(network, call, server('fe2.contoso.example')).to).toBe(network.flows.of(origin));
    network.frontEnd.onClosed(origin);
    expect(network.send(call, server('fe2.contoso.example'))).toMatchObject({ status: 430 });
  });

  it('keeps its dialogs when it connects again', () => {
    const network = start();
    const { origin } = connected(network);
    const { sent } = relayed(network, requestBetween(bob, partner, { method: 'INVITE' }), origin);
    network.frontEnd.onClosed(origin);
    const info = ofCalled(sent, 'INFO', { uri: 'sip:bob@client.invalid' });
    expect(network.send(info, throughEdge())).toMatchObject({ status: 430 });
    const next = connected(network).origin;
    expect(relayed(network, info, throughEdge()).to).toBe(network.flows.of(next));
  });
});

describe('who is at an end of a dialog', () => {
  it('is vouched for by the server that sends: another user’s assertion counts for nothing', () => {
    const network = start();
    proven(network, register(alice), client(alice));
    const invite = requestBetween(bob, alice, { method: 'INVITE', headers: asserting(bob) });
    const { sent } = relayed(network, invite, server('fe2.contoso.example'));
    const info = (user: string) =>
      ofCalled(sent, 'INFO', {
        uri: `sip:bob@fe2.contoso.example`,
        headers: { Route: sent.get('Record-Route') ?? '', ...asserting(user) },
      });
    expect(network.send(info('sip:eve@contoso.example'), server('fe2.contoso.example'))).toMatchObject({
      status: 403,
      reason: 'identity-not-authorised',
    });
    expect(relayed(network, info(alice), server('fe2.contoso.example')).to).toBe('fe2.contoso.example');
  });

  it.each(['sip:helpdesk@contoso.example', 'sip:alice@fabrikam.example', 'tel:+12015550123'])(
    'authenticates behind an edge as the user who was called, whatever address that was: %s',
    (to) => {
      const network = start();
      const path = { Path: `<sip:t@${edge};lr;ob>`, ...asserting(alice) };
      network.send(register(alice, { headers: path }), server('fe2.contoso.example'));
      const invite = requestBetween(partner, alice, { method: 'INVITE', to: `<${to}>` });
      const { sent } = relayed(network, invite, throughEdge());
      // From may name an outsider; only the one at the other end is not challenged.
      expect(network.send(ofCalled(sent, 'BYE', { uri: partner }), throughEdge())).toMatchObject({
        status: 407,
        reason: 'authentication-required',
      });
      const theirs = ofCaller(sent, 'BYE', {
        uri: 'sip:alice@client.invalid',
        headers: { Route: `${sent.get('Record-Route')}, <sip:u@${edge};lr>` },
      });
      expect(relayed(network, theirs, throughEdge()).to).toBe(edge);
    },
  );

  it('acknowledges on the connection of that user, or by the token alone on one that is nobody’s; on that of another user never', () => {
    const network = start();
    const hers = client(alice);
    proven(network, register(alice), hers);
    const { sent } = relayed(network, requestBetween(alice, partner, { method: 'INVITE' }), hers);
    const Route = `${sent.get('Record-Route')}, <sip:t@${edge};lr>`;
    const of = (method: string, headers: Record<string, string> = { Route }) =>
      ofCaller(sent, method, { uri: partner, headers });
    for (const origin of [hers, client()]) expect(relayed(network, of('ACK'), origin).to).toBe(edge);
    expect(network.send(of('ACK'), client('sip:eve@contoso.example'))).not.toHaveProperty('sent');
    expect(network.send(of('ACK', {}), client())).not.toHaveProperty('sent');
    const second = client();
    relayed(network, of('ACK'), second);
    for (const method of ['BYE', 'INVITE', 'MESSAGE', 'UPDATE'])
      expect(network.send(of(method), second), method).toMatchObject({ status: 407 });
    expect(second.users.size, 'the ACK has proven nobody').toBe(0);
  });

  it('acknowledges no more than 16 times at once, and 32 KiB, where nobody has authenticated', () => {
    const network = start();
    const hers = client(alice);
    proven(network, register(alice), hers);
    const { sent } = relayed(network, requestBetween(alice, partner, { method: 'INVITE' }), hers);
    const Route = `${sent.get('Record-Route')}, <sip:t@${edge};lr>`;
    const ack = (body = '') => ofCaller(sent, 'ACK', { uri: partner, headers: { Route }, body });
    const passed = (origin: RequestOrigin, body?: string) =>
      Array.from({ length: 40 }, () => network.send(ack(body), origin)).filter((one) => 'sent' in one).length;
    expect(passed(client())).toBe(16);
    expect(passed(client(), 'x'.repeat(10_000))).toBe(3);
    expect(passed(hers)).toBe(40);
  });
});
