import {
  createResponse,
  edit,
  type HeaderFields,
  parseMessage,
  type RequestParts,
  type SipRequest,
  type SipResponse,
  Via,
} from '@entente/sip';
import { forwardResponse, responseForRefusal, type Target } from '@entente/sip-proxy';
import { FlowNames, type ProxyDecision, type RelayDecision, type RequestOrigin } from '@entente/sip-relay';
import { requestBetween } from '@entente/testkit/request';
import { sampleTopology } from '@entente/testkit/topology';
import { type Link, links } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { createEdgePolicies } from './edge.ts';
import type { Side } from './edge-sender.ts';

const names = { inside: 'edge1.contoso.example', outside: 'access.contoso.example' };
const addresses = {
  inside: { host: names.inside, port: 5061 },
  clients: { host: names.outside, port: 443 },
  partners: { host: names.outside, port: 5062 },
};
const frontEnd = 'fe1.contoso.example';

const topology = sampleTopology({
  partners: [{ kind: 'allowed-domain', id: 'fabrikam', domains: ['fabrikam.example'] }],
});

let lastId = 0;
function originOf(link: Link, parts: Partial<RequestOrigin> = {}): RequestOrigin {
  return { id: ++lastId, link, protection: {}, server: undefined, users: new Map(), ...parts };
}

interface Sent {
  readonly message: SipRequest;
  /** Answers it; without a message with the given status. */
  answer(response: number | SipResponse): void;
}

/** An edge between a front end, a client and a partner, none of whom is there: what it sends them is written down. */
function start() {
  const inside = originOf(links.edgeToFrontEnd, { server: frontEnd });
  const client = originOf(links.clientToEdge);
  const partner = originOf(links.federation, {
    protection: { peer: { dnsNames: ['fabrikam.example'], sipDomains: [] } },
  });
  const sent: Record<Side, Sent[]> = { inside: [], outside: [] };
  const reasons: string[] = [];
  const registered: string[] = [];
  const policies = createEdgePolicies({
    addresses,
    topology: () => topology,
    flows: new FlowNames(),
    hopInside: (server) => ({ name: server, address: '192.0.2.1', port: 5061, link: links.edgeToFrontEnd }),
    onRegistered: (address) => registered.push(address),
  });
  /** Sends a relayed request on as the runtime does, and takes the answers to it back. */
  const relay = (side: Side, { rules, targets }: RelayDecision, answers: SipResponse[]): void => {
    const target = targets[0]?.[0] as Target;
    const via = Via.from({ transport: 'TLS', host: names[side], branch: `z9hG4bK${++lastId}` });
    const message = rules.build(target, via);
    const answer = (response: number | SipResponse) => {
      const received =
        typeof response === 'number'
          ? createResponse(message, response, undefined, { toTag: 'far' })
          : response;
      const back = forwardResponse(rules.arrived?.(received, target) ?? received);
      if (back !== undefined) answers.push(rules.answer?.(back) ?? back);
    };
    sent[side].push({ message, answer });
  };
  const ask = (side: Side, origin: RequestOrigin, request: SipRequest): readonly SipResponse[] => {
    const answers: SipResponse[] = [];
    const sender = policies[side].admit(request, origin);
    const decision: ProxyDecision =
      'reason' in sender ? { kind: 'refuse', refusal: sender } : policies[side].decide(request, sender);
    if (decision.kind === 'relay')
      relay(decision.side === 'inside' ? 'inside' : 'outside', decision, answers);
    else if (decision.kind === 'refuse') {
      reasons.push(decision.refusal.reason);
      answers.push(responseForRefusal(request, decision.refusal, 'edge'));
    }
    return answers;
  };
  return {
    sent,
    reasons,
    registered,
    fromFrontEnd: (request: SipRequest) => ask('inside', inside, request),
    fromClient: (request: SipRequest) => ask('outside', client, request),
    fromPartner: (request: SipRequest) => ask('outside', partner, request),
  };
}

const hers = 'sip:alice@contoso.example';
const his = 'sip:bob@fabrikam.example';

const theirVia = 'SIP/2.0/TLS sip.fabrikam.example;branch=z9hG4bK1';
const message = (method: string, from: string, to: string, parts: Partial<RequestParts> = {}) =>
  requestBetween(from, to, { method, via: theirVia, ...parts });

const insideVias = [`SIP/2.0/TLS ${frontEnd};branch=z9hG4bKfe`, 'SIP/2.0/TLS 10.1.2.3;branch=z9hG4bKalice'];
const outwards = (method = 'INVITE', headers: HeaderFields = {}) =>
  message(method, hers, his, {
    via: insideVias,
    headers: [...Object.entries(headers), ['Record-Route', `<sip:t@${frontEnd};lr>`]] as HeaderFields,
  });
const namesOfInside = /fe1\.|edge1\.|pool1\.|10\.1\.2\.3/;

describe('what an outsider asserts', () => {
  it('is stripped from a response: neither identity nor diagnostics come in', () => {
    const { fromFrontEnd, sent } = start();
    const [answer] = [fromFrontEnd(outwards('MESSAGE'))];
    const out = sent.outside[0] as Sent;
    const asserted = createResponse(out.message, 200, undefined, {
      toTag: 'far',
      headers: { 'P-Asserted-Identity': '<sip:ceo@contoso.example>', 'Entente-Diagnostics': '1000' },
    });
    out.answer(asserted);
    expect(answer?.map(({ status }) => status)).toEqual([200]);
    for (const name of ['P-Asserted-Identity', 'Entente-Diagnostics'])
      expect(answer?.[0]?.has(name)).toBe(false);
  });

  it('comes in from a partner where it is an address of his domain, and not where it is a number', () => {
    const { fromPartner, reasons, sent } = start();
    fromPartner(
      message('MESSAGE', his, hers, { headers: { 'P-Asserted-Identity': `<${his}>, <tel:+15550100>` } }),
    );
    fromPartner(message('MESSAGE', his, hers, { headers: { 'P-Asserted-Identity': '<tel:+15550100>' } }));
    expect(sent.inside.map(({ message: { wire } }) => /tel:/.test(wire))).toEqual([false, false]);
    expect(sent.inside.map(({ message: seen }) => seen.all('P-Asserted-Identity'))).toEqual([
      [`<${his}>`],
      [],
    ]);
    fromPartner(message('MESSAGE', his, hers, { headers: { 'P-Asserted-Identity': `<${hers}>` } }));
    expect(reasons).toEqual(['domain-not-authorised']);
  });

  it('never comes in from a client', () => {
    const { fromClient, sent } = start();
    fromClient(message('MESSAGE', hers, his, { headers: { 'P-Asserted-Identity': `<${hers}>` } }));
    expect(sent.inside[0]?.message.has('P-Asserted-Identity')).toBe(false);
  });
});

describe('what goes out', () => {
  it('shows a partner no name of the inside, and its answers find their way back', () => {
    const { fromFrontEnd, sent } = start();
    const answers = fromFrontEnd(
      outwards('INVITE', {
        'P-Asserted-Identity': `<${hers}>`,
        'Entente-Diagnostics': '1000;source="fe1.contoso.example"',
        'History-Info': '<sip:x@fe1.contoso.example>;index=1',
        Contact: '<sip:focus@fe1.contoso.example>;isfocus',
      }),
    );
    const out = sent.outside[0] as Sent;
    expect(out.message.wire).not.toMatch(namesOfInside);
    expect(out.message.vias).toHaveLength(1);
    expect(out.message.recordRoutes).toHaveLength(1);
    for (const status of [180, 183, 200, 200]) out.answer(status);
    expect(answers.map(({ status }) => status)).toEqual([180, 183, 200, 200]);
    for (const answer of answers) {
      expect(answer.vias.map(String)).toEqual(insideVias);
      expect(answer.recordRoutes.map(({ uri }) => uri.kind === 'sip' && uri.host)).toEqual([
        names.inside,
        frontEnd,
      ]);
    }
  });

  it('shows nobody outside the answers of the inside but for what is his: no route, warning or reason of ours', () => {
    const { fromPartner, sent } = start();
    const theirs = '<sip:sip.fabrikam.example;lr>';
    const answers = fromPartner(message('INVITE', his, hers, { headers: { 'Record-Route': theirs } }));
    const into = sent.inside[0] as Sent;
    const atFrontEnd = edit(into.message).prepend('Record-Route', `<sip:t@${frontEnd};lr>`).toMessage();
    into.answer(
      createResponse(atFrontEnd, 183, undefined, {
        toTag: 'a',
        contact: `<sip:focus@${frontEnd}>`,
        headers: {
          Warning: `399 ${frontEnd} "Why"`,
          'Entente-Diagnostics': '1000',
          Path: '<sip:x;lr>',
          'P-Asserted-Identity': `<${hers}>`,
        },
      }),
    );
    expect(answers).toHaveLength(1);
    expect(answers[0]?.wire).not.toMatch(namesOfInside);
    expect(answers[0]?.values('Record-Route')[1]).toBe(theirs);
    for (const name of ['Warning', 'Entente-Diagnostics', 'Path', 'P-Asserted-Identity'])
      expect(answers[0]?.has(name)).toBe(false);
  });

  it('is not sent at all where its route inside is too long to be sealed', () => {
    const { fromFrontEnd, sent } = start();
    const long = Array.from({ length: 60 }, (_, i) => `<sip:${'a'.repeat(60)}${i}@${frontEnd};lr>`);
    const request = message('INVITE', hers, his, {
      via: insideVias,
      headers: { 'Record-Route': long.join(', ') },
    });
    expect(() => fromFrontEnd(request)).toThrow('too long');
    expect(sent.outside).toEqual([]);
  });

  it('tells an external client that it is registered, and nothing of the way there', () => {
    const { fromClient, registered, sent } = start();
    const answers = fromClient(message('REGISTER', hers, hers, { uri: 'sip:contoso.example' }));
    const into = sent.inside[0] as Sent;
    const path = into.message.all('Path');
    expect(path.join()).toContain(names.inside);
    into.answer(
      createResponse(into.message, 200, undefined, {
        toTag: 'a',
        headers: [
          ['Path', path.join()],
          ['Service-Route', `<sip:${frontEnd};lr>`],
          ['Contact', '<sip:alice@client.invalid>'],
        ],
      }),
    );
    expect(registered).toEqual(['alice@contoso.example']);
    expect(answers[0]?.wire).not.toMatch(namesOfInside);
    expect(answers[0]?.contacts).toHaveLength(1);
  });
});

describe('a Contact that cannot be read', () => {
  const contacts = ['<sip:a@@b>', '<<>', '*, <sip:a@@b>', '"a <sip:a@b.example>'];

  it.each(contacts)('keeps no answer from the sender, and does not go out: %s', (contact) => {
    const { fromPartner, sent } = start();
    const answers = fromPartner(message('INVITE', his, hers));
    const into = sent.inside[0] as Sent;
    const good = createResponse(into.message, 200, undefined, { toTag: 'a', contact: '<sip:x@y.example>' });
    const parsed = parseMessage(Buffer.from(good.wire.replace('<sip:x@y.example>', contact), 'latin1'));
    if (!parsed.ok || parsed.message.kind !== 'response') throw new Error('the test wrote no response');
    into.answer(parsed.message);
    expect(answers.map(({ status }) => status)).toEqual([200]);
    expect(answers[0]?.has('Contact')).toBe(false);
  });
});

describe('the addresses of an edge that others follow', () => {
  const ports = (message: SipRequest | SipResponse, name: string) =>
    message.addressesOf(name).map(({ uri }) => uri.kind === 'sip' && [uri.port, uri.transport]);
  const own = (port: number) => [[port, 'tls']];
  const focus = `<sip:focus@${frontEnd}>`;

  it('lead a partner to its own listener: route set and Contact, of requests and of answers', () => {
    const { fromFrontEnd, fromPartner, sent } = start();
    fromFrontEnd(outwards('INVITE', { Contact: focus }));
    const { message: invited } = sent.outside[0] as Sent;
    const answers = fromPartner(message('INVITE', his, hers));
    const into = sent.inside[0] as Sent;
    into.answer(createResponse(into.message, 200, undefined, { toTag: 'a', contact: focus }));
    for (const seen of [invited, answers[0] as SipResponse]) {
      expect(ports(seen, 'Record-Route')).toEqual(own(5062));
      expect(ports(seen, 'Contact')).toEqual(own(5062));
    }
  });

  it('lead an external client to the port of clients, in requests and in answers', () => {
    const { fromClient, fromFrontEnd, sent } = start();
    const answers = fromClient(message('INVITE', hers, his, { contact: '<sip:alice@client.invalid>' }));
    const into = sent.inside[0] as Sent;
    into.answer(createResponse(into.message, 200, undefined, { toTag: 'a', contact: focus }));
    expect(ports(answers[0] as SipResponse, 'Record-Route')).toEqual(own(443));
    expect(ports(answers[0] as SipResponse, 'Contact')).toEqual(own(443));
    const [route] = into.message.values('Record-Route') as [string];
    const headers = { Route: route, Contact: focus };
    fromFrontEnd(message('INVITE', his, hers, { uri: 'sip:alice@client.invalid', via: insideVias, headers }));
    const { message: seen } = sent.outside[0] as Sent;
    expect(ports(seen, 'Record-Route')).toEqual(own(443));
    expect(ports(seen, 'Contact')).toEqual(own(443));
  });

  it('lead servers inside to the listener inside: Record-Route and Path', () => {
    const { fromClient, sent } = start();
    fromClient(message('INVITE', hers, his));
    fromClient(message('REGISTER', hers, hers, { uri: 'sip:contoso.example' }));
    expect(ports((sent.inside[0] as Sent).message, 'Record-Route')).toEqual(own(5061));
    expect(ports((sent.inside[1] as Sent).message, 'Path')).toEqual(own(5061));
  });
});

describe('a sips request', () => {
  const secure = (uri: string) => uri.replace(/^sip:/, 'sips:');
  const schemes = (request: SipRequest | SipResponse, name: string) =>
    request.values(name).map((value) => value.replace(/^<(\w+):.*$/, '$1'));

  it('goes out with entries and Contacts that are sips too, and so do its answers inside', () => {
    const { fromFrontEnd, sent } = start();
    const invite = edit(outwards('INVITE', { Contact: `<sips:focus@${frontEnd}>` }))
      .setUri(secure(his))
      .toMessage();
    const answers = fromFrontEnd(invite);
    const out = sent.outside[0] as Sent;
    expect(schemes(out.message, 'Record-Route')).toEqual(['sips']);
    expect(schemes(out.message, 'Contact')).toEqual(['sips']);
    out.answer(200);
    expect(schemes(answers[0] as SipResponse, 'Record-Route')[0]).toBe('sips');
  });

  it('comes in with entries that are sips too, and so do its answers outside', () => {
    const { fromPartner, sent } = start();
    const answers = fromPartner(message('INVITE', his, hers, { uri: secure(hers) }));
    const into = sent.inside[0] as Sent;
    expect(schemes(into.message, 'Record-Route')).toEqual(['sips']);
    into.answer(200);
    expect(schemes(answers[0] as SipResponse, 'Record-Route')).toEqual(['sips']);
  });

  it('registers through here: its Path is sips', () => {
    const { fromClient, sent } = start();
    fromClient(message('REGISTER', hers, hers, { uri: 'sips:contoso.example' }));
    fromClient(message('REGISTER', hers, hers, { uri: 'sip:contoso.example' }));
    expect(sent.inside.map(({ message: seen }) => schemes(seen, 'Path'))).toEqual([['sips'], ['sip']]);
  });
});

describe('a request in a dialog', () => {
  /** A call of alice to bob, as bob's edge sees it. */
  function called(from: ReturnType<typeof start>): string {
    from.fromFrontEnd(outwards());
    return (from.sent.outside.at(-1) as Sent).message.values('Record-Route')[0] as string;
  }
  const bye = (route: string) =>
    message('BYE', his, hers, { uri: 'sip:alice@10.1.2.3', headers: { Route: route } });

  it('goes in along the way that was sealed for its sender', () => {
    const network = start();
    network.fromPartner(bye(called(network)));
    expect(network.reasons).toEqual([]);
    expect(network.sent.inside.map(({ message: { routes } }) => routes.map(String))).toEqual([
      [`<sip:t@${frontEnd};lr>`],
    ]);
  });

  it('reaches the Contact of a server inside that its sender was given sealed', () => {
    const network = start();
    network.fromFrontEnd(outwards('INVITE', { Contact: `<sip:focus@${frontEnd};gr=1>` }));
    const { message: invited } = network.sent.outside[0] as Sent;
    const [route] = invited.values('Record-Route') as [string];
    const contact = `${invited.contacts[0]?.uri}`;
    expect(contact).toMatch(/^sip:[\w-]+@access\.contoso\.example:5062;transport=tls$/);
    network.fromPartner(message('BYE', his, hers, { uri: contact, headers: { Route: route } }));
    expect(network.sent.inside.map(({ message: { uriText } }) => uriText)).toEqual([
      `sip:focus@${frontEnd};gr=1`,
    ]);
    // Without a route inside the address leads nowhere.
    expect(network.fromPartner(message('OPTIONS', his, hers, { uri: contact }))).toMatchObject([
      { status: 403 },
    ]);
  });

  it('is refused with a way of another edge, of this one before it was started anew, or of somebody else', () => {
    const network = start();
    const own = called(network);
    const foreign = called(start());
    const refused = { status: 403 };
    expect(network.fromPartner(bye(foreign))).toMatchObject([refused]);
    expect(network.fromPartner(bye(own.replace('<sip:', '<sip:A')))).toMatchObject([refused]);
    const hang = message('BYE', hers, his, { uri: 'sip:bob@192.0.2.9', headers: { Route: own } });
    expect(network.fromClient(hang)).toMatchObject([refused]);
    expect(network.reasons).toEqual(['relay-not-allowed', 'relay-not-allowed', 'relay-not-allowed']);
    expect(network.sent.inside).toEqual([]);
  });
});
