import {
  createResponse,
  edit,
  parseMessage,
  passwordEvent,
  type RequestParts,
  type SipRequest,
  type SipResponse,
  sealedVerifiersType,
} from '@entente/sip';
import { sampleTopology } from '@entente/testkit/topology';
import { describe, expect, it } from 'vitest';
import {
  device,
  frontEnd,
  hers,
  his,
  insideVias,
  message,
  names,
  namesOfInside,
  ofCalled,
  ofCaller,
  outwards,
  registeredPath,
  type Sent,
  start,
} from '../test/edge-between.ts';

describe('what an outsider asserts', () => {
  const claims = [
    'P-Asserted-Identity',
    'P-Preferred-Identity',
    'P-Associated-URI',
    'P-Called-Party-ID',
    'P-Served-User',
    'P-Asserted-Service',
    'Remote-Party-ID',
    'Entente-Diagnostics',
    'Entente-Asked-By',
  ];

  it('is stripped from a response: neither identity nor diagnostics come in', () => {
    const { fromFrontEnd, sent } = start();
    const [answer] = [fromFrontEnd(outwards('MESSAGE'))];
    const out = sent.outside[0] as Sent;
    const asserted = createResponse(out.message, 200, undefined, {
      toTag: 'far',
      headers: Object.fromEntries(claims.map((name) => [name, '<sip:ceo@contoso.example>'])),
    });
    out.answer(asserted);
    expect(answer?.map(({ status }) => status)).toEqual([200]);
    for (const name of claims) expect(answer?.[0]?.has(name)).toBe(false);
  });

  it('is stripped from the response of a device: whom the call was for before, and whose message it is, too', () => {
    const { fromClient, fromFrontEnd, sent } = start();
    const Route = registeredPath(fromClient, sent);
    const request = message('MESSAGE', his, hers, { uri: device, via: insideVias, headers: { Route } });
    const answers = fromFrontEnd(request);
    const out = sent.outside[0] as Sent;
    const ofUsers = [...claims, 'Entente-Author', 'History-Info', 'Diversion'];
    const headers = Object.fromEntries(ofUsers.map((name) => [name, '<sip:ceo@contoso.example>']));
    out.answer(createResponse(out.message, 200, undefined, { toTag: 'far', headers }));
    expect(answers.map(({ status }) => status)).toEqual([200]);
    expect(ofUsers.filter((name) => answers[0]?.has(name))).toEqual([]);
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
    const ofServers = [
      'P-Asserted-Identity',
      'Entente-Asked-By',
      'Entente-Account-Version',
      'Entente-Author',
    ];
    const headers = Object.fromEntries(ofServers.map((name) => [name, `<${hers}>`]));
    fromClient(message('MESSAGE', hers, his, { headers }));
    expect(ofServers.map((name) => sent.inside[0]?.message.has(name))).toEqual([false, false, false, false]);
  });
});

describe('a client that changes its password', () => {
  it('has its request brought in whole, with event, body and credentials, and its answer back', () => {
    const { fromClient, sent } = start();
    const headers = { Event: passwordEvent, 'Proxy-Authorization': 'Digest username="alice"' };
    const body = '{"sealed":"…"}';
    const request = message('PUBLISH', hers, hers, { contentType: sealedVerifiersType, body, headers });
    const answers = fromClient(request);
    const [into] = sent.inside as [Sent];
    for (const [name, value] of Object.entries(headers)) expect(into.message.get(name)).toBe(value);
    expect([into.message.uriText, into.message.contentType, into.message.bodyText]).toEqual([
      hers,
      sealedVerifiersType,
      body,
    ]);
    into.answer(200);
    expect(answers.map(({ status }) => status)).toEqual([200]);
  });
});

describe('the link of a front end', () => {
  it('is shared out to its users, and that of a partner to nobody', () => {
    const { shareOf } = start();
    expect(shareOf.frontEnd(outwards('MESSAGE'))).toBe('alice@contoso.example');
    expect(shareOf.partner(message('MESSAGE', his, hers))).toBeUndefined();
  });
});

describe('an address that is too long for our entries', () => {
  it('is no user: the client that sends by it, or registers it, hears 404, and nothing throws', () => {
    const { fromClient, reasons, sent } = start();
    const long = `sip:${'u'.repeat(5_000)}@contoso.example`;
    for (const [method, to] of [
      ['INVITE', his],
      ['SUBSCRIBE', his],
      ['REGISTER', long],
    ] as const)
      fromClient(message(method, long, to));
    expect(reasons).toEqual(['unknown-user', 'unknown-user', 'unknown-user']);
    expect(sent.inside).toEqual([]);
  });
});

describe('a user without a home', () => {
  it('is said to have none where the domain has no pool, as no address that is not there is', () => {
    const domains = [{ name: 'contoso.example' }];
    const { fromClient, messages, reasons } = start(undefined, sampleTopology({ domains, users: {} }));
    for (const method of ['INVITE', 'REGISTER'] as const)
      fromClient(message(method, hers, method === 'REGISTER' ? hers : his));
    expect(reasons).toEqual(['unknown-user', 'unknown-user']);
    for (const said of messages) expect(said).toContain('has none: contoso.example has no pool');
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

  it.each([
    ['380', 'SIPS Not Allowed'],
    ['381', 'SIPS Required'],
  ])(
    'tells outsiders which scheme would reach the user, in the name of this edge (RFC 5630 §5.3): %s',
    (code, text) => {
      const { fromPartner, sent } = start();
      const answers = fromPartner(message('INVITE', his, hers));
      const into = sent.inside[0] as Sent;
      const headers = { Warning: `${code} ${frontEnd} "at fe1.contoso.example"` };
      into.answer(createResponse(into.message, 480, undefined, { toTag: 'a', headers }));
      expect(answers[0]?.all('Warning')).toEqual([`${code} ${names.outside} "${text}"`]);
      expect(answers[0]?.wire).not.toMatch(namesOfInside);
    },
  );

  it('is not sent at all where its route inside is too long to be sealed', () => {
    const { fromFrontEnd, reasons, sent } = start();
    const long = Array.from({ length: 60 }, (_, i) => `<sip:${'a'.repeat(60)}${i}@${frontEnd};lr>`);
    const request = message('INVITE', hers, his, {
      via: insideVias,
      headers: { 'Record-Route': long.join(', ') },
    });
    expect(fromFrontEnd(request).map(({ status }) => status)).toEqual([513]);
    expect(reasons).toEqual(['message-too-large']);
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

describe('a registration that is accepted when its connection is gone', () => {
  it('leads nowhere, and nothing is kept of it', () => {
    const { fromClient, fromFrontEnd, reconnect, registered, sent } = start();
    const contact = `<${device}>;+sip.instance="<urn:uuid:1>";reg-id=1`;
    fromClient(message('REGISTER', hers, hers, { uri: 'sip:contoso.example', contact }));
    const into = sent.inside[0] as Sent;
    reconnect();
    into.answer(200);
    expect(registered).toEqual([]);
    const Route = into.message.get('Path') ?? '';
    const answers = fromFrontEnd(
      message('MESSAGE', his, hers, { uri: device, via: insideVias, headers: { Route } }),
    );
    expect(answers.map(({ status }) => status)).toEqual([430]);
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
    const Route = registeredPath(fromClient, sent);
    fromFrontEnd(
      message('INVITE', his, hers, { uri: device, via: insideVias, headers: { Route, Contact: focus } }),
    );
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

describe('a request in a dialog that passes an edge', () => {
  it('is known by our token alone, on both sides', () => {
    const { fromFrontEnd, policies, sent } = start();
    fromFrontEnd(outwards('INVITE'));
    const { message: begun } = sent.outside[0] as Sent;
    const Route = begun.values('Record-Route').join();
    const ended = (parts: Partial<RequestParts>) =>
      policies.outside.isInDialog(ofCalled(begun, 'BYE', { uri: hers, ...parts }));
    expect(ended({ headers: { Route } })).toBe(true);
    expect(ended({ headers: { Route }, callId: 'another' })).toBe(false);
    expect(ended({ headers: { Route: `<sip:invented@${names.outside};lr>` } })).toBe(false);
    expect(ended({})).toBe(false);
    expect(policies.inside.isInDialog(ofCaller(begun, 'BYE', { uri: his }))).toBe(false);
  });
});
