import { edit, type SipRequest } from '@entente/sip';
import { FlowNames, type RequestOrigin } from '@entente/sip-relay';
import { requestBetween } from '@entente/testkit/request';
import { sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { type Link, links, type Role } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { frontEndOfUsers } from '../test/front-end-of-users.ts';
import {
  client,
  ofCalled,
  ofCaller,
  onPaper,
  proven,
  register,
  relayed,
} from '../test/front-end-on-paper.ts';

const [alice, bob] = ['sip:alice@contoso.example', 'sip:bob@contoso.example'] as const;
const topology = sampleTopology({
  servers: [
    sampleFrontEnd,
    sampleEdge,
    { fqdn: 'med1.contoso.example', role: 'mediation' },
    { fqdn: 'app1.contoso.example', role: 'trusted-application', flags: { treatAsAuthenticated: false } },
    { fqdn: 'app2.contoso.example', role: 'trusted-application' },
  ],
  telephony: { rules: [{ prefix: '0', minLength: 4, strip: 1, prepend: '+49' }] },
  partners: [{ kind: 'allowed-domain', id: 'fabrikam', domains: ['fabrikam.example'] }],
});

let lastId = 1_000_000;
function from(fqdn: string, role: Role, link: Link): RequestOrigin {
  const peer = { role, dnsNames: [fqdn], sipDomains: [] } as never;
  const isClosed = false;
  return { id: ++lastId, server: fqdn, isClosed, users: new Map(), link, protection: { peer } };
}
const mediation = from('med1.contoso.example', 'mediation', links.frontEndToMediation);
const edge = from('edge1.contoso.example', 'edge', links.edgeToFrontEnd);
const application = from('app1.contoso.example', 'trusted-application', links.frontEndToApplication);

const believed = from('app2.contoso.example', 'trusted-application', links.frontEndToApplication);

/** A front end at which bob has a telephone. */
function start() {
  const flows = new FlowNames();
  const network = onPaper(
    frontEndOfUsers({
      topology,
      flows,
      users: ['alice@contoso.example', 'bob@contoso.example'],
      numbers: { 'alice@contoso.example': '+49301001', 'bob@contoso.example': '+49301002' },
      rights: ['dial-outside'],
      clock: () => Date.now(),
    }),
    flows,
    sampleFrontEnd.fqdn,
  );
  const telephone = client(bob);
  proven(network, register(bob), telephone);
  /** What becomes of a request in a dialog: where it goes, or why nowhere. */
  const outcome = (request: SipRequest, origin: RequestOrigin) => {
    const result = network.send(request, origin);
    return 'reason' in result ? [result.status, result.reason] : 'tried' in result ? result.tried[0] : result;
  };
  return { network, outcome, telephone, toBob: flows.of(telephone) };
}

/** Somebody calls bob, and then speaks in the call with another From. */
function callsBob(caller: string, origin: RequestOrigin) {
  const { network, outcome, toBob } = start();
  const { sent } = relayed(network, requestBetween(caller, bob, { method: 'INVITE' }), origin);
  return {
    toBob,
    says: (method: string, as: string) =>
      outcome(
        ofCaller(sent, method, { uri: 'sip:bob@client.invalid', from: `<${as}>;tag=${sent.from.tag}` }),
        origin,
      ),
  };
}

/** Methods that a telephone shows, or goes by. */
const methods = ['INVITE', 'UPDATE', 'MESSAGE', 'INFO', 'NOTIFY', 'REFER'] as const;
const spoofed = [403, 'identity-not-authorised'];

describe('who has called a user of ours', () => {
  const callers = [
    ['from the telephone network', 'sip:+44201234@gw1.contoso.example;user=phone', mediation],
    ['of a partner', 'sip:eve@fabrikam.example', edge],
    ['behind a server that is not believed', 'sip:eve@fabrikam.example', application],
  ] as const;

  it.each(callers)('goes on in the call as the one who has begun it: %s', (_, caller, origin) => {
    const { says, toBob } = callsBob(caller, origin);
    for (const method of [...methods, 'ACK', 'BYE']) expect(says(method, caller), method).toBe(toBob);
  });

  it.each(callers)('is no user of ours in it: %s', (_, caller, origin) => {
    const { says } = callsBob(caller, origin);
    for (const as of [alice, 'sips:alice@contoso.example', 'sip:x@CONTOSO.example', 'tel:+49301001'])
      for (const method of methods) expect(says(method, as), `${method} ${as}`).toEqual(spoofed);
  });

  it.each([
    'sip:+49301001@gw1.contoso.example',
    'sip:+49301001@contoso.example;user=phone',
    'sip:eve@fabrikam.example',
    'sip:ceo@bank.example',
  ])('over a gateway is no number of ours in it, and nobody with an address: %s', (as) => {
    const { says } = callsBob('tel:+44201234', mediation);
    for (const method of methods) expect(says(method, as), method).toEqual(spoofed);
  });

  it('over a gateway goes on without a name, and as another number outside', () => {
    const { says, toBob } = callsBob('sip:anonymous@anonymous.invalid', mediation);
    for (const as of ['sip:anonymous@anonymous.invalid', 'tel:+44201234'])
      expect(says('UPDATE', as), as).toBe(toBob);
  });

  it.each([
    ['sip:+49301001@fabrikam.example;user=phone', 'identity-not-authorised'],
    ['sip:+49301001%20@fabrikam.example', 'identity-not-authorised'],
    ['sip:bob%40contoso.example@fabrikam.example', 'identity-not-authorised'],
    ['sip:ceo@bank.example', 'domain-not-authorised'],
  ])(
    'at a partner is no number of ours in it, and of no domain that is not a partner’s: %s',
    (as, reason) => {
      const { says } = callsBob('sip:eve@fabrikam.example', edge);
      for (const method of methods) expect(says(method, as), method).toEqual([403, reason]);
    },
  );

  it('ends the call whatever has become of the number since', () => {
    const { says, toBob } = callsBob('tel:+44201234', mediation);
    expect(says('BYE', 'tel:+49301001')).toBe(toBob);
  });
});

describe('who was called by a user of ours', () => {
  it.each([
    ['a number', 'sip:+4930555@contoso.example;user=phone', mediation],
    ['a number as tel: URI', 'tel:+4930555', mediation],
    ['a number as a user dials it', 'sip:030555@contoso.example;user=phone', mediation],
    ['a partner', 'sip:eve@fabrikam.example', edge],
  ])(
    'speaks as the address that was called, be it one of ours, and as no other one: %s',
    (_, called, origin) => {
      const { network, outcome, telephone, toBob } = start();
      const { sent } = relayed(network, requestBetween(bob, called, { method: 'INVITE' }), telephone);
      const says = (method: string, as?: string) =>
        outcome(
          ofCalled(sent, method, {
            uri: 'sip:bob@client.invalid',
            ...(as === undefined ? {} : { from: `<${as}>;tag=far` }),
          }),
          origin,
        );
      for (const method of ['UPDATE', 'INVITE', 'MESSAGE', 'BYE']) expect(says(method), method).toBe(toBob);
      for (const as of [alice, 'tel:+49301001', 'sip:+44201234@gw1.contoso.example'])
        for (const method of [...methods, 'BYE'])
          expect(says(method, as), `${method} ${as}`).toMatchObject([expect.any(Number), expect.any(String)]);
    },
  );

  it('keeps an address of ours that a user has written into To for somebody outside', () => {
    const { network, outcome, telephone, toBob } = start();
    const invite = requestBetween(bob, 'sip:eve@fabrikam.example', { method: 'INVITE', to: `<${alice}>` });
    const { sent } = relayed(network, invite, telephone);
    expect(outcome(ofCalled(sent, 'UPDATE', { uri: 'sip:bob@client.invalid' }), edge)).toBe(toBob);
  });
});

describe('who was called by an application', () => {
  it('speaks as the address that was called, be it one of ours', () => {
    const { network, outcome } = start();
    const invite = requestBetween('sip:x@app2.contoso.example', 'sip:eve@fabrikam.example', {
      method: 'INVITE',
      to: `<${alice}>`,
    });
    const { sent } = relayed(network, invite, believed);
    const update = ofCalled(sent, 'UPDATE', { uri: 'sip:x@app2.contoso.example' });
    expect(outcome(update, edge)).toBe('app2.contoso.example');
  });
});

describe('a user of ours behind an edge', () => {
  it('has called, and proves in the dialog who that is, as ever', () => {
    const { network } = start();
    const invite = requestBetween(alice, bob, { method: 'INVITE' });
    const begun = proven(network, invite, edge);
    if (!('sent' in begun) || begun.sent === undefined) throw new Error(JSON.stringify(begun));
    const update = (as: string) => {
      const request = ofCaller(begun.sent as SipRequest, 'UPDATE', { uri: 'sip:bob@client.invalid' });
      return edit(request).set('From', `<${as}>;tag=${request.from.tag}`).toMessage();
    };
    expect(network.send(update(alice), edge)).toMatchObject({ status: 407 });
    expect(network.send(update('sip:eve@fabrikam.example'), edge)).toMatchObject({ status: 407 });
  });
});
