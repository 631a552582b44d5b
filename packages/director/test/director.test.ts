import { createResponse, edit, parseNameAddr, type SipRequest } from '@entente/sip';
import type { Target } from '@entente/sip-proxy';
import type { ProxyDecision, RequestOrigin } from '@entente/sip-relay';
import { requestBetween } from '@entente/testkit/request';
import { links } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import {
  alice,
  aliceNumber,
  dir1,
  dir2,
  directors,
  edge,
  erin,
  fe1,
  fe2,
  fe3,
  fromEdge,
  fromFrontEnd,
  mallory,
  originOf,
  reasonOf,
  sent,
  start,
} from './lone-director.ts';

describe('a user outside', () => {
  it('is challenged, and reaches the home that the account names once the password was right', () => {
    const { decide, proven } = start();
    const message = requestBetween(erin, alice);
    expect(reasonOf(decide(message, fromEdge))).toBe('authentication-required');
    const { request, to } = sent(decide(proven(message), fromEdge));
    expect(to, 'the home of the sender').toEqual([fe3]);
    expect(request.get('P-Asserted-Identity')).toBe(`<${erin}>`);
    expect(request.has('Proxy-Authorization'), 'credentials go no further').toBe(false);
  });

  it.each([
    ['a wrong password', 'erin', 'wrong', 'credentials-not-accepted'],
    ['the password of another user', 'alice', 'secret', 'identity-not-authorised'],
  ])('goes nowhere with %s', (_what, username, password, reason) => {
    const { decide, proven } = start();
    expect(reasonOf(decide(proven(requestBetween(erin, alice), username, password), fromEdge))).toBe(reason);
  });

  it('is told with stale=true where its nonce is of the other director, which may be dead', () => {
    const answered = start({ fqdn: dir2 }).proven(requestBetween(erin, alice, { method: 'MESSAGE' }));
    const again = start().decide(answered, fromEdge);
    expect(reasonOf(again)).toBe('authentication-required');
    const challenges = again.kind === 'refuse' ? again.refusal.headers : [];
    expect(challenges.map(([, value]) => `${value}`).join()).toContain('stale=true');
  });

  it('may not assert who it is, nor bring what only servers say', () => {
    const { decide, proven } = start();
    const message = edit(requestBetween(erin, alice))
      .append('P-Asserted-Identity', `<${alice}>`)
      .append('Diversion', `<${alice}>`)
      .toMessage();
    const { request } = sent(decide(proven(message), fromEdge));
    expect(request.all('P-Asserted-Identity')).toEqual([`<${erin}>`]);
    expect(request.has('Diversion')).toBe(false);
  });

  it('registers itself alone, at home, over a Path that leads back over the pool of directors', () => {
    const { decide, proven } = start();
    const register = (of: string, uri = 'sip:contoso.example') =>
      requestBetween(erin, of, { method: 'REGISTER', uri });
    // The edge would take the device of another user for erin's, where a partner answers.
    for (const uri of ['sip:contoso.example', 'sip:fabrikam.example'])
      expect(reasonOf(decide(proven(register(alice, uri)), fromEdge))).toBe('registration-not-authorised');
    const { request, to } = sent(decide(proven(register(erin)), fromEdge));
    expect(to).toEqual([fe3]);
    const [path] = request.all('Path');
    expect(path).toContain(`@${directors}`);
    expect(path, 'the edge keeps the flow').not.toContain(';ob');
  });

  it.each([
    ['a server inside', `<sip:${fe1};lr>`],
    ['the telephone network', '<sip:med1.contoso.example;lr>'],
  ])('chooses no way through %s', (_what, route) => {
    const { decide, proven } = start();
    const message = edit(requestBetween(erin, alice)).append('Route', route).toMessage();
    expect(reasonOf(decide(proven(message), fromEdge))).toBe('relay-not-allowed');
  });

  it('is in no dialog without an entry of ours, and acknowledges nothing', () => {
    const { decide, proven } = start();
    const bye = requestBetween(erin, alice, { method: 'BYE', to: `<${alice}>;tag=2` });
    expect(reasonOf(decide(proven(bye), fromEdge))).toBe('not-in-dialog');
    expect(reasonOf(decide(requestBetween(erin, alice, { method: 'ACK' }), fromEdge))).toBe('not-in-dialog');
  });

  it('is served no longer than the accounts are confirmed', () => {
    const { decide, standing } = start();
    standing.isStale = true;
    expect(reasonOf(decide(requestBetween(erin, alice), fromEdge))).toBe('accounts-stale');
  });

  it('is served no longer than the certificate of the director is in force', () => {
    const { decide, standing } = start();
    standing.isOver = true;
    expect(reasonOf(decide(requestBetween(erin, alice), fromEdge))).toBe('own-certificate-over');
  });
});

describe('a partner', () => {
  it('reaches the home of the user who is addressed, with no identity that it asserts', () => {
    const { decide } = start();
    const message = edit(requestBetween(mallory, alice))
      .append('P-Asserted-Identity', `<${erin}>`)
      .toMessage();
    const { request, to } = sent(decide(message, fromEdge));
    expect([...to].sort()).toEqual([fe1, fe2]);
    expect(request.has('P-Asserted-Identity')).toBe(false);
  });

  it('names nobody of ours by number at a domain of its own: neither in a request nor in an answer', () => {
    const { decide } = start();
    const [hers, his] = [`<sip:${aliceNumber}@fabrikam.example;user=phone>`, `<${mallory}>`];
    const message = edit(requestBetween(mallory, alice)).append('Diversion', `${hers}, ${his}`).toMessage();
    expect(sent(decide(message, fromEdge)).request.all('Diversion')).toEqual([his]);
    const Route = `<sip:t@${edge};lr>`;
    const decision = decide(requestBetween(alice, mallory, { headers: { Route } }), fromFrontEnd);
    const headers = { Diversion: `${hers}, ${his}` };
    const response = createResponse(sent(decision).request, 200, undefined, { toTag: 'a', headers });
    if (decision.kind !== 'relay') throw new Error(reasonOf(decision));
    const [target] = decision.targets.flat() as [Target];
    expect(decision.rules.arrived?.(response, target)?.all('Diversion')).toEqual([his]);
  });

  it.each(['sip:bob@fabrikam.example', 'sip:bob@litware.example', 'tel:+15550100'])(
    'is carried on to nobody else: %s',
    (uri) => {
      expect(reasonOf(start().decide(requestBetween(mallory, uri), fromEdge))).toBe('relay-not-allowed');
    },
  );

  it.each([
    ['domain-not-authorised', 'sip:ceo@bank.example'],
    ['identity-not-authorised', `sip:${aliceNumber}@fabrikam.example;user=phone`],
  ])('is one that the topology lists, and none of its users is a number of ours (%s): %s', (reason, from) => {
    expect(reasonOf(start().decide(requestBetween(from, alice), fromEdge))).toBe(reason);
  });

  it.each([
    ['identity-not-authorised', alice],
    ['identity-not-authorised', `sip:${aliceNumber}@fabrikam.example;user=phone`],
    ['domain-not-authorised', 'sip:ceo@bank.example'],
  ])('speaks as no other in a dialog that it has begun (%s): %s', (reason, as) => {
    const { decide } = start();
    const { request: begun } = sent(decide(requestBetween(mallory, alice, { method: 'INVITE' }), fromEdge));
    const [own = ''] = begun.values('Record-Route');
    const says = (from: string) =>
      decide(
        requestBetween(mallory, alice, {
          method: 'UPDATE',
          uri: 'sip:alice@client.invalid',
          from: `<${from}>;tag=${begun.from.tag}`,
          to: `<${alice}>;tag=2`,
          callId: begun.callId,
          headers: { Route: `${own}, <sip:t@${fe1};lr>` },
        }),
        fromEdge,
      );
    expect(reasonOf(says(mallory))).toBe('relay');
    expect(reasonOf(says(as))).toBe(reason);
  });

  it('registers nobody', () => {
    const register = requestBetween(mallory, alice, { method: 'REGISTER' });
    expect(reasonOf(start().decide(register, fromEdge))).toBe('relay-not-allowed');
  });
});

describe('an answer', () => {
  const claims = {
    'P-Asserted-Identity': `<${alice}>`,
    'Remote-Party-ID': `<${alice}>`,
    'Entente-Author': `<${alice}>`,
  };
  /** The claims that are left of what a server says. */
  function left(decision: ProxyDecision): readonly string[] {
    if (decision.kind !== 'relay') throw new Error(reasonOf(decision));
    const [target] = decision.targets.flat() as [Target];
    const response = createResponse(sent(decision).request, 200, undefined, { toTag: 'a', headers: claims });
    const arrived = decision.rules.arrived?.(response, target) ?? response;
    return Object.keys(claims).filter((name) => arrived.has(name));
  }

  it('of an edge says of nobody who that is, and that of a front end does: front ends believe what comes from here', () => {
    const { decide } = start();
    expect(left(decide(requestBetween(mallory, alice), fromEdge))).toEqual(Object.keys(claims));
    const Route = `<sip:t@${edge};lr>`;
    const outwards = requestBetween(alice, mallory, { headers: { Route } });
    expect(left(decide(outwards, fromFrontEnd))).toEqual([]);
  });
});

describe('the homes of a user', () => {
  it('are tried with those first that answer', () => {
    const message = requestBetween(mallory, alice);
    const all = sent(start().decide(message, fromEdge)).to;
    const [first, second] = all as [string, string];
    expect(sent(start({ dead: [first] }).decide(message, fromEdge)).to).toEqual([second, first]);
  });
});

describe('a front end', () => {
  const asserting = (request: SipRequest) =>
    edit(request).append('P-Asserted-Identity', `<${alice}>`).toMessage();

  it('reaches the home of a user by its word, and no domain outside', () => {
    const { decide } = start();
    const { request, to } = sent(decide(asserting(requestBetween(alice, erin)), fromFrontEnd));
    expect(to).toEqual([fe3]);
    expect(request.get('P-Asserted-Identity')).toBe(`<${alice}>`);
    expect(reasonOf(decide(asserting(requestBetween(alice, mallory)), fromFrontEnd))).toBe(
      'relay-not-allowed',
    );
  });

  it.each([
    ['mediation server', '<sip:med1.contoso.example;lr>'],
    ['server outside', '<sip:proxy.fabrikam.example;lr>'],
  ])('is carried on to no %s that a Route names', (_what, route) => {
    const message = edit(asserting(requestBetween(alice, erin)))
      .append('Route', route)
      .toMessage();
    expect(reasonOf(start().decide(message, fromFrontEnd))).toBe('relay-not-allowed');
  });

  it('registers nobody here: OPTIONS is all that the server itself answers', () => {
    const own = { uri: `sip:${dir1}` };
    const { decide } = start();
    expect(
      reasonOf(decide(asserting(requestBetween(alice, erin, { ...own, method: 'OPTIONS' })), fromFrontEnd)),
    ).toBe('serve');
    expect(
      reasonOf(decide(asserting(requestBetween(alice, erin, { ...own, method: 'INFO' })), fromFrontEnd)),
    ).toBe('method-not-allowed');
  });
});

describe('what is for a user outside', () => {
  const pathOf = () => {
    const { decide, proven } = start();
    const register = requestBetween(erin, erin, { method: 'REGISTER', uri: 'sip:contoso.example' });
    return sent(decide(proven(register), fromEdge)).request.all('Path')[0] as string;
  };
  const invite = (path: string, behind = `<sip:token@${edge};lr>`) =>
    edit(requestBetween(alice, erin, { method: 'INVITE' }))
      .append('P-Asserted-Identity', `<${alice}>`)
      .append('Route', path)
      .append('Route', behind)
      .toMessage();

  it('comes from the front end along our Path, over either director, and goes to the edge', () => {
    for (const fqdn of [dir1, dir2])
      expect(sent(start({ fqdn }).decide(invite(pathOf()), fromFrontEnd)).to).toEqual([edge]);
  });

  it.each(['<sip:med1.contoso.example;lr>', `<sip:${fe2};lr>`, '<sip:proxy.fabrikam.example;lr>'])(
    'goes nowhere but to an edge: %s',
    (behind) => {
      expect(reasonOf(start().decide(invite(pathOf(), behind), fromFrontEnd))).toBe('relay-not-allowed');
    },
  );

  it('is not sent along our Path by an outsider', () => {
    const message = edit(requestBetween(mallory, erin))
      .append('Route', pathOf())
      .append('Route', `<sip:${edge};lr>`);
    expect(reasonOf(start().decide(message.toMessage(), fromEdge))).toBe('relay-not-allowed');
  });

  it('begins a dialog in which that user alone authenticates', () => {
    const { request } = sent(start().decide(invite(pathOf()), fromFrontEnd));
    const [entry] = request.all('Record-Route') as [string];
    const parsed = parseNameAddr(entry);
    expect(parsed.ok && parsed.value.uri.kind === 'sip' && parsed.value.uri.host).toBe(directors);
    const bye = edit(
      requestBetween(erin, alice, { method: 'BYE', from: `<${erin}>;tag=2`, to: `<${alice}>;tag=1` }),
    )
      .append('Route', entry)
      .append('Route', `<sip:token@pool1.contoso.example;lr>`)
      .toMessage();
    for (const fqdn of [dir1, dir2]) {
      const { decide, proven } = start({ fqdn });
      expect(reasonOf(decide(bye, fromEdge))).toBe('authentication-required');
      expect(reasonOf(decide(proven(bye, 'alice'), fromEdge))).toBe('identity-not-authorised');
      const onwards = sent(decide(proven(bye), fromEdge));
      expect([...onwards.to].sort()).toEqual([fe1, fe2]);
      expect(onwards.request.get('P-Asserted-Identity')).toBe(`<${erin}>`);
    }
  });
});

describe('credentials of a user for an address that the edge has hidden', () => {
  const hidden = 'sip:sealed@access.contoso.example';
  const dialog = () => {
    const { decide, proven } = start();
    const register = requestBetween(erin, erin, { method: 'REGISTER', uri: 'sip:contoso.example' });
    const [path] = sent(decide(proven(register), fromEdge)).request.all('Path') as [string];
    const invite = edit(requestBetween(alice, erin, { method: 'INVITE' }))
      .append('P-Asserted-Identity', `<${alice}>`)
      .append('Route', path)
      .append('Route', `<sip:token@${edge};lr>`);
    const [entry] = sent(decide(invite.toMessage(), fromFrontEnd)).request.all('Record-Route') as [string];
    const ends = { from: `<${erin}>;tag=2`, to: `<${alice}>;tag=1` };
    return edit(requestBetween(erin, 'sip:contact@gw1.contoso.example', { method: 'BYE', ...ends }))
      .append('Route', entry)
      .append('Route', '<sip:token@pool1.contoso.example;lr>')
      .toMessage();
  };
  const asSent = (request: SipRequest, uri: string) => {
    const { decide, proven } = start();
    return reasonOf(decide(proven(request, 'erin', 'secret', 'c', uri), fromEdge));
  };

  it('count in a dialog, where the edge has put the true one in its place', () => {
    expect(asSent(dialog(), hidden)).toBe('relay');
  });

  it.each([alice, 'sip:sealed@access.fabrikam.example', 'sip:access.contoso.example', 'tel:+4930555'])(
    'do not count for another address: %s',
    (uri) => expect(asSent(dialog(), uri)).toBe('malformed-request'),
  );

  it('do not count outside of a dialog', () => {
    expect(asSent(requestBetween(erin, alice), hidden)).toBe('malformed-request');
  });
});

describe('who may send', () => {
  it.each([
    ['a mediation server', 'med1.contoso.example', links.frontEndToMediation],
    ['another director', dir2, links.directorToFrontEnd],
    ['a server that is not in the topology', 'rogue.contoso.example', links.edgeToDirector],
  ])('is not %s', (_who, server, link) => {
    expect(reasonOf(start().decide(requestBetween(alice, erin), originOf(server, link)))).toBe(
      'relay-not-allowed',
    );
  });

  it('is no client', () => {
    const client: RequestOrigin = {
      ...fromEdge,
      server: undefined,
      link: links.clientToFrontEnd,
      protection: {},
    };
    expect(start().decide(requestBetween(alice, erin), client)).toMatchObject({
      refusal: {
        reason: 'relay-not-allowed',
        remedy: expect.stringContaining('a director serves no clients'),
      },
    });
  });
});
