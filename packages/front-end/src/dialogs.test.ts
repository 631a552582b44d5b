import { MemoryLocations } from '@entente/sip-proxy/locations';
import type { RequestOrigin } from '@entente/sip-relay';
import { requestBetween } from '@entente/testkit/request';
import { sampleTopology } from '@entente/testkit/topology';
import { links } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import {
  alice,
  asserting,
  bob,
  carol,
  client,
  close,
  edge,
  newSealing,
  ofCalled,
  ofCaller,
  partner,
  proven,
  register,
  relayed,
  type Sending,
  server,
  start,
  throughEdge,
  topology,
} from '../test/front-end-on-paper.ts';

const withMediation = sampleTopology({
  ...topology.document,
  servers: [...topology.document.servers, { fqdn: 'med1.contoso.example', role: 'mediation' }],
});

describe('a dialog whose front end was started again', () => {
  it('goes on once its client has registered again, under the keys of the pool', () => {
    const sealing = newSealing();
    const before = start('fe1.contoso.example', sealing);
    const invite = requestBetween(partner, alice, { method: 'INVITE' });
    proven(before, register(alice), client(alice));
    const { sent } = relayed(before, invite, throughEdge());
    const hangUp = ofCaller(sent, 'BYE', { uri: 'sip:alice@client.invalid' });

    const after = start('fe1.contoso.example', sealing);
    expect(relayed(after, hangUp, throughEdge()).to).toBe('fe2.contoso.example');
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

describe('a client at a front end of another pool than its home', () => {
  /** Carol, whose home is fe4, connects to fe1; the registrar has accepted. */
  function connected(network: Sending) {
    const origin = client(carol);
    const outcome = proven(network, register(carol), origin);
    if (!('sent' in outcome) || outcome.sent === undefined) throw new Error(JSON.stringify(outcome));
    outcome.answer(200);
    return { origin, path: outcome.sent.get('Path') ?? '' };
  }

  it('is reached by its Path over the connection that it has, and 430 tells the registrar that it has none', () => {
    const network = start();
    const { origin, path } = connected(network);
    const call = requestBetween(alice, carol, {
      method: 'INVITE',
      uri: 'sip:carol@client.invalid',
      headers: { Route: path, ...asserting(alice) },
    });
    expect(relayed(network, call, server('fe4.contoso.example')).to).toBe(network.flows.of(origin));
    close(network, origin);
    expect(network.send(call, server('fe4.contoso.example'))).toMatchObject({ status: 430 });
  });

  it('is not kept where the registrar answers when the connection is gone', () => {
    const network = start();
    const origin = client(carol);
    const outcome = proven(network, register(carol), origin);
    if (!('sent' in outcome) || outcome.sent === undefined) throw new Error(JSON.stringify(outcome));
    close(network, origin);
    outcome.answer(200);
    const call = requestBetween(alice, carol, {
      method: 'INVITE',
      uri: 'sip:carol@client.invalid',
      headers: { Route: outcome.sent.get('Path') ?? '', ...asserting(alice) },
    });
    expect(network.send(call, server('fe4.contoso.example'))).toMatchObject({ status: 430 });
  });

  it('keeps its dialogs when it connects again', () => {
    const network = start();
    const { origin } = connected(network);
    const { sent } = relayed(network, requestBetween(carol, partner, { method: 'INVITE' }), origin);
    close(network, origin);
    const info = ofCalled(sent, 'INFO', { uri: 'sip:carol@client.invalid' });
    expect(relayed(network, info, throughEdge()).to).toBe('fe2.contoso.example');
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

  it.each([
    ['an edge', 'edge1.contoso.example', 'edge'],
    ['a mediation server', 'med1.contoso.example', 'mediation'],
  ] as const)('is not %s, where another server is next on that side: it skips no entry', (_, fqdn, role) => {
    const [sealing, locations] = [newSealing(), new MemoryLocations()];
    const first = start('fe1.contoso.example', sealing, locations, undefined, () => withMediation);
    const second = start('fe2.contoso.example', sealing, locations, undefined, () => withMediation);
    const link = role === 'edge' ? links.edgeToFrontEnd : links.frontEndToMediation;
    const peer = { role, dnsNames: [fqdn], sipDomains: [] };
    const taken: RequestOrigin = { ...server(fqdn, link), protection: { peer } };
    const hers = client(alice);
    proven(first, register(alice), hers);
    proven(second, register(bob), client(bob));
    const outward = relayed(first, requestBetween(alice, bob, { method: 'INVITE' }), hers).sent;
    const { sent } = relayed(second, outward, server('fe1.contoso.example'));
    const [ofSecond = '', ofFirst = ''] = sent.values('Record-Route').map(String);
    const of = (method: string, Route: string) =>
      ofCaller(sent, method, { uri: 'sip:bob@client.invalid', headers: { Route } });
    for (const network of [first, second]) {
      expect(network.send(of('INFO', `${ofFirst}, ${ofSecond}`), taken)).toMatchObject({ status: 407 });
      expect(network.send(of('ACK', `${ofFirst}, ${ofSecond}`), taken)).not.toHaveProperty('sent');
      for (const route of [ofSecond, `${ofSecond}, ${ofFirst}`]) {
        for (const method of ['INFO', 'BYE', 'INVITE', 'REFER'])
          expect(network.send(of(method, route), taken)).toMatchObject({
            status: 403,
            reason: 'relay-not-allowed',
          });
        expect(network.send(of('ACK', route), taken)).not.toHaveProperty('sent');
      }
    }
    expect(relayed(first, of('INFO', `${ofFirst}, ${ofSecond}`), hers).sent.get('P-Asserted-Identity')).toBe(
      `<${alice}>`,
    );
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

describe('a request in a dialog that passes here', () => {
  it('is known by our token alone: not by a tag, another dialog’s token or a Path', () => {
    const network = start();
    const origin = client(alice);
    proven(network, register(alice), origin);
    const { sent } = relayed(network, requestBetween(partner, alice, { method: 'INVITE' }), throughEdge());
    expect(network.frontEnd.isInDialog(ofCaller(sent, 'BYE', { uri: alice }))).toBe(true);
    expect(network.frontEnd.isInDialog(ofCalled(sent, 'BYE', { uri: partner }))).toBe(true);
    const Route = `${sent.get('Record-Route')}`;
    for (const parts of [
      { headers: { Route }, callId: 'another' },
      { headers: { Route: '<sip:invented@fe1.contoso.example;lr>' } },
      { headers: { Route: '<sip:fe1.contoso.example;lr>' } },
      { headers: {} },
    ])
      expect(network.frontEnd.isInDialog(ofCaller(sent, 'BYE', { uri: alice, ...parts }))).toBe(false);
  });
});
