import { randomBytes } from 'node:crypto';
import { createResponse, parseMessage, type SipRequest } from '@entente/sip';
import { createSealing, singleEpoch, type Target, validateRequest } from '@entente/sip-proxy';
import { FlowNames, type ProxyDecision, type RequestOrigin } from '@entente/sip-relay';
import { FakeRequestPolicy } from '@entente/sip-relay/request-policy';
import { requestBetween } from '@entente/testkit/request';
import { sampleDocument, sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { links, type Topology } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { FrontEnd } from './front-end.ts';

const fqdn = 'fe1.contoso.example';
const edge = 'edge1.contoso.example';
const other = 'fe2.contoso.example';
const mediation = 'mediation1.contoso.example';

const topology = sampleTopology({
  servers: [
    sampleFrontEnd,
    { ...sampleFrontEnd, fqdn: other },
    { fqdn: mediation, role: 'mediation' },
    sampleEdge,
  ],
  partners: [
    { kind: 'allowed-domain', id: 'fabrikam', domains: ['fabrikam.example'] },
    { kind: 'allowed-domain', id: 'litware', domains: ['litware.example'] },
  ],
});

const sealing = createSealing(singleEpoch(new Uint8Array(32).fill(7)), randomBytes);

let lastId = 0;

function originOf(server?: string): RequestOrigin {
  return {
    id: ++lastId,
    server,
    isClosed: false,
    users: new Map(),
    link: server === undefined ? links.clientToFrontEnd : links.edgeToFrontEnd,
    protection: server === undefined ? {} : { peer: { role: 'edge', dnsNames: [server], sipDomains: [] } },
  };
}

/** A front end that may dial nobody: what it decides is written down. */
function start(
  policy?: FakeRequestPolicy,
  current: () => Topology = () => topology,
  clock: () => number = () => 1_000,
) {
  const reasons: string[] = [];
  const asked: string[] = [];
  const frontEnd = new FrontEnd({
    fqdn,
    port: 5061,
    sealing,
    gruus: sealing,
    topology: current,
    credentials: { find: () => undefined, hasMd5: () => false },
    flows: new FlowNames(),
    ...(policy === undefined ? {} : { policies: [{ plugin: 'alpha', policy }] }),
    newToken: () => 'token',
    onUser() {},
    clock,
    hopTo(server) {
      asked.push(server);
      return undefined;
    },
  });
  const decide = (request: SipRequest, origin: RequestOrigin): ProxyDecision | undefined => {
    const sender = validateRequest(request, { isOurVia: () => false }) ?? frontEnd.admit(request, origin);
    if ('reason' in sender) {
      if (request.method !== 'ACK') reasons.push(sender.reason);
      return undefined;
    }
    const decision = frontEnd.decide(request, sender);
    if (decision instanceof Promise) throw new Error('expected a decision at once, found a promise');
    if (decision.kind === 'refuse' && request.method !== 'ACK') reasons.push(decision.refusal.reason);
    return decision;
  };
  const ask = (request: SipRequest, origin: RequestOrigin): void => {
    const decision = decide(request, origin);
    if (decision?.kind === 'relay')
      for (const target of decision.targets.flat()) decision.rules.nextHop(target);
  };
  /** For whom a request is sent, as far as the room of a link is shared out by that. */
  const onBehalfOf = (request: SipRequest, origin: RequestOrigin): string | undefined => {
    const sender = frontEnd.admit(request, origin);
    return 'reason' in sender ? sender.reason : frontEnd.onBehalfOf(request, sender);
  };
  return { reasons, asked, ask, decide, onBehalfOf };
}

function message(method: string, uri: string, from: string, headers: Record<string, string> = {}) {
  return requestBetween(from, uri, { method, headers });
}

describe('a topology that takes another’s place', () => {
  const alice = 'sip:alice@contoso.example';
  const bob = 'sip:bob@contoso.example';
  const pools = [
    ...(sampleDocument().pools ?? []),
    { fqdn: 'pool2.contoso.example', role: 'front-end' as const },
  ];
  const elsewhere = { ...sampleFrontEnd, fqdn: other, pool: 'pool2.contoso.example' };
  const withUsers = (home: string, servers = [sampleFrontEnd, elsewhere]) =>
    sampleTopology({ pools, servers, users: { 'bob@contoso.example': home } });

  it('counts for the next request of a server on a connection that is open', () => {
    let current = withUsers(fqdn);
    const { ask, asked, reasons } = start(undefined, () => current);
    const origin: RequestOrigin = {
      ...originOf(other),
      link: links.frontEndToFrontEnd,
      protection: { peer: { role: 'front-end', dnsNames: [other], sipDomains: [] } },
    };
    const request = () => message('MESSAGE', bob, alice, { 'P-Asserted-Identity': `<${alice}>` });
    ask(request(), origin);
    ask(request(), origin);
    expect([asked, reasons]).toEqual([[], ['not-registered', 'not-registered']]);
    current = withUsers(other);
    ask(request(), origin);
    expect(asked, 'his home is another now').toEqual([other]);
    current = withUsers(fqdn, [sampleFrontEnd]);
    ask(request(), origin);
    expect(reasons.at(-1), 'the server is listed no longer').toBe('relay-not-allowed');
  });
});

describe('the link of a server', () => {
  const alice = 'sip:alice@contoso.example';
  const frontEndOrigin: RequestOrigin = {
    ...originOf(other),
    link: links.frontEndToFrontEnd,
    protection: { peer: { role: 'front-end', dnsNames: [other], sipDomains: [] } },
  };

  it('is shared out to the users whom the server vouches for, and to the domains of partners', () => {
    const { onBehalfOf } = start();
    const asserted = { 'P-Asserted-Identity': `<${alice}>` };
    const to = 'sip:bob@contoso.example';
    expect(onBehalfOf(message('MESSAGE', to, alice, asserted), frontEndOrigin)).toBe('alice@contoso.example');
    for (const user of ['alice', 'bob'])
      expect(onBehalfOf(message('MESSAGE', to, `sip:${user}@fabrikam.example`), originOf(edge))).toBe(
        'fabrikam.example',
      );
  });

  it('is not what a client has', () => {
    const client = originOf();
    client.users.set('alice@contoso.example', 2_000);
    expect(start().onBehalfOf(message('MESSAGE', 'sip:bob@contoso.example', alice), client)).toBeUndefined();
  });
});

describe('what a front end does for unauthenticated senders', () => {
  it('never carries a request of one partner on to another, even where it comes through our own edge', () => {
    const { ask, asked, reasons } = start();
    ask(message('MESSAGE', 'sip:bob@litware.example', 'sip:alice@fabrikam.example'), originOf(edge));
    expect(reasons).toEqual(['relay-not-allowed']);
    expect(asked).toEqual([]);
  });

  it('routes nothing of them to a server that takes everybody’s word, whatever way a callee has written for them', () => {
    const { ask, asked, reasons } = start();
    for (const method of ['MESSAGE', 'ACK']) {
      const headers = { Route: `<sip:${fqdn};lr>, <sip:${mediation};lr>` };
      const stray = message(method, `sip:+15550100@${mediation}`, 'sip:alice@fabrikam.example', headers);
      ask(stray, originOf(edge));
    }
    expect(asked).toEqual([]);
    expect(reasons).toEqual(['relay-not-allowed']);
  });

  it('carries what a user of ours sends to a partner to the edge', () => {
    const { ask, asked, reasons } = start();
    const client = originOf();
    client.users.set('alice@contoso.example', 2_000);
    ask(message('MESSAGE', 'sip:bob@litware.example', 'sip:alice@contoso.example'), client);
    expect(reasons).toEqual([]);
    expect(asked).toEqual([edge]);
  });

  it('challenges a sender who speaks for a domain of ours through the edge', () => {
    const { ask, reasons } = start();
    const carrier = originOf(edge);
    carrier.users.set('alice@contoso.example', 2_000);
    ask(message('MESSAGE', 'sip:bob@contoso.example', 'sip:alice@contoso.example'), carrier);
    ask(message('MESSAGE', 'sip:bob@contoso.example', 'sips:alice@CONTOSO.example'), carrier);
    // The proof of one user on a connection of many is nobody else's; here not even that user's own.
    expect(reasons).toHaveLength(2);
    expect(new Set(reasons)).toEqual(new Set(['authentication-required']));
  });

  it('takes no user of ours through a mediation server, not even by a password, and callers from the telephone network', () => {
    const throughMediation = (from: string) => {
      const { ask, reasons } = start();
      const carrier = {
        ...originOf(mediation),
        link: links.frontEndToMediation,
        protection: { peer: { role: 'mediation', dnsNames: [mediation], sipDomains: [] } },
      };
      ask(message('INVITE', 'sip:bob@contoso.example', from), carrier);
      return reasons.filter((reason) => reason !== 'not-registered');
    };
    expect(throughMediation('sip:alice@contoso.example')).toEqual(['identity-not-authorised']);
    expect(throughMediation('tel:+12015550123')).toEqual([]);
    expect(throughMediation('sip:+12015550123@contoso.example;user=phone')).toEqual([]);
  });

  it('lets no user speak by the proof of another on the same connection', () => {
    const { ask, reasons } = start();
    const client = originOf();
    client.users.set('alice@contoso.example', 2_000);
    ask(message('MESSAGE', 'sip:bob@litware.example', 'sip:bob@contoso.example'), client);
    client.users.set('bob2@contoso.example', 2_000);
    ask(message('MESSAGE', 'sip:bob@litware.example', 'sip:bob2@contoso.example'), client);
    ask(message('MESSAGE', 'sip:bob@litware.example', 'sip:bob@contoso.example'), client);
    expect(reasons).toEqual(['identity-not-authorised', 'authentication-required']);
  });
});

describe('the policies of plugins', () => {
  const partner = 'sip:bob@litware.example';

  it('refuse a request before it is relayed anywhere', () => {
    const { ask, asked, reasons } = start(new FakeRequestPolicy(['MESSAGE']));
    const client = originOf();
    client.users.set('alice@contoso.example', 2_000);
    ask(message('MESSAGE', partner, 'sip:alice@contoso.example'), client);
    expect(reasons).toEqual(['refused-by-policy']);
    expect(asked).toEqual([]);
    ask(message('INFO', partner, 'sip:alice@contoso.example'), client);
    expect(asked).toEqual([edge]);
  });

  it('are not asked about a request that is refused without them', () => {
    const policy = new FakeRequestPolicy();
    const { ask, reasons } = start(policy);
    ask(message('MESSAGE', partner, 'sip:alice@contoso.example'), originOf());
    ask(message('MESSAGE', partner, 'sip:alice@fabrikam.example'), originOf(edge));
    expect(reasons).toEqual(['authentication-required', 'relay-not-allowed']);
    expect(policy.seen).toEqual([]);
  });
});

describe('an ACK, which nobody can challenge', () => {
  const ack = (headers: Record<string, string> = {}) =>
    message('ACK', 'sip:bob@litware.example', 'sip:alice@contoso.example', headers);

  it('goes nowhere from a client on whose connection its user has not proven himself', () => {
    const { ask, asked } = start();
    ask(ack(), originOf());
    ask(ack({ Route: `<sip:${edge};lr>` }), originOf());
    expect(asked).toEqual([]);
  });

  it('goes nowhere without our own entry in its Route', () => {
    const { ask, asked } = start();
    const client = originOf();
    client.users.set('alice@contoso.example', 2_000);
    ask(ack(), client);
    ask(ack({ Route: `<sip:${fqdn};lr>, <sip:${edge};lr>` }), client);
    expect(asked).toEqual([]);
  });

  it('is dropped where its Route cannot be read, for every sender', () => {
    const { ask, asked } = start();
    const text = ack({ Route: '<sip:x.example;lr>' }).wire.replace('<sip:x.example;lr>', '<<>');
    const parsed = parseMessage(Buffer.from(text, 'latin1'), { check: 'routing' });
    if (!parsed.ok || parsed.message.kind !== 'request') throw new Error('the test wrote no request');
    for (const connection of [originOf(), originOf(edge)]) ask(parsed.message, connection);
    expect(asked).toEqual([]);
  });
});

describe('what a user asks of the server', () => {
  const user = () => {
    const client = originOf();
    client.users.set('alice@contoso.example', 2_000);
    return client;
  };

  it('is told what it can do: OPTIONS is answered 200 with the methods it serves (RFC 3261 §11.2)', () => {
    const { decide } = start();
    const decision = decide(message('OPTIONS', 'sip:contoso.example', 'sip:alice@contoso.example'), user());
    expect(decision?.kind === 'serve' && decision.response).toMatchObject({ status: 200 });
    expect(decision?.kind === 'serve' && decision.response.get('Allow')).toBe('REGISTER, OPTIONS');
  });

  it('asks the telephone of another: OPTIONS for a user goes to it, and is answered 480 where there is none', () => {
    const { ask, decide, reasons } = start();
    const carrier: RequestOrigin = { ...originOf(other), link: links.frontEndToFrontEnd, protection: {} };
    const register = requestBetween('sip:alice@contoso.example', 'sip:alice@contoso.example', {
      method: 'REGISTER',
      uri: 'sip:contoso.example',
      headers: {
        'P-Asserted-Identity': '<sip:alice@contoso.example>',
        Path: `<sip:token@${edge};lr;ob>`,
        Contact: '<sip:a@192.0.2.1>',
      },
    });
    const options = message('OPTIONS', 'sip:alice@contoso.example', 'sip:alice@contoso.example');
    ask(options, user());
    expect(reasons).toEqual(['not-registered']);
    expect(decide(register, carrier)?.kind).toBe('serve');
    const decision = decide(options, user());
    expect(decision?.kind === 'relay' && decision.targets).toMatchObject([[{ uri: 'sip:a@192.0.2.1' }]]);
  });

  it('publishes nowhere: PUBLISH is answered 489 and reaches no telephone (RFC 3903 §6)', () => {
    const { ask, reasons } = start();
    ask(message('PUBLISH', 'sip:alice@contoso.example', 'sip:alice@contoso.example'), user());
    expect(reasons).toEqual(['event-not-supported']);
  });
});

describe('a binding whose edge has lost the connection', () => {
  it('is dropped with its answer 430: the next request is told that nobody is registered', () => {
    let now = 1_000;
    const { decide, reasons, ask } = start(undefined, undefined, () => now);
    const carrier: RequestOrigin = { ...originOf(other), link: links.frontEndToFrontEnd, protection: {} };
    const register = requestBetween('sip:alice@contoso.example', 'sip:alice@contoso.example', {
      method: 'REGISTER',
      uri: 'sip:contoso.example',
      headers: {
        'P-Asserted-Identity': '<sip:alice@contoso.example>',
        Path: `<sip:token@${edge};lr;ob>`,
        Contact: '<sip:a@192.0.2.1>;+sip.instance="<urn:uuid:1>"',
      },
    });
    expect(decide(register, carrier)?.kind).toBe('serve');
    now += 5_000;
    const client = originOf();
    client.users.set('bob@contoso.example', 10_000);
    const hello = message('MESSAGE', 'sip:alice@contoso.example', 'sip:bob@contoso.example');
    const first = decide(hello, client);
    if (first?.kind !== 'relay') throw new Error('expected a relay decision');
    const [target] = first.targets.flat();
    first.rules.arrived?.(createResponse(hello, 430, undefined, { toTag: 't' }), target as Target);
    ask(hello, client);
    expect(reasons).toEqual(['not-registered']);
  });
});
