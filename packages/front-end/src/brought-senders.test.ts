import type { SipRequest } from '@entente/sip';
import type { RequestOrigin } from '@entente/sip-relay';
import { requestBetween } from '@entente/testkit/request';
import { sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { links, type Role, type TopologyDocument } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { frontEndOfUsers } from '../test/front-end-of-users.ts';

const [alice, bob] = ['alice@contoso.example', 'bob@contoso.example'] as const;
const parts: Partial<TopologyDocument> = {
  servers: [sampleFrontEnd, sampleEdge, { fqdn: 'med1.contoso.example', role: 'mediation' }],
  telephony: { rules: [{ prefix: '0', minLength: 4, strip: 1, prepend: '+49' }] },
  partners: [
    { kind: 'allowed-domain', id: 'fabrikam', domains: ['fabrikam.example'] },
    { kind: 'blocked', id: 'spam', domains: ['spam.example'] },
  ],
  providers: [{ id: 'hoster', fqdn: 'sip.hoster.example', domains: ['tailspin.example'] }],
};

function start(more: Partial<TopologyDocument> = {}) {
  const topology = sampleTopology({ ...parts, ...more });
  const frontEnd = frontEndOfUsers({
    topology,
    users: [alice, bob],
    numbers: { [alice]: '+49301001', [bob]: '+49301002' },
    clock: () => 1_000,
  });
  return async (request: SipRequest, origin: RequestOrigin) => {
    const sender = frontEnd.admit(request, origin);
    if ('reason' in sender) return [sender.status, sender.reason];
    const decision = await frontEnd.decide(request, sender);
    if (decision.kind === 'refuse') return [decision.refusal.status, decision.refusal.reason];
    return decision.kind;
  };
}

let lastId = 0;
function from(fqdn: string, role: Role, link: RequestOrigin['link']): RequestOrigin {
  return {
    id: ++lastId,
    server: fqdn,
    isClosed: false,
    users: new Map(),
    link,
    protection: { peer: { role, dnsNames: [fqdn], sipDomains: [] } as never },
  };
}
const mediation = from('med1.contoso.example', 'mediation', links.frontEndToMediation);
const edge = from('edge1.contoso.example', 'edge', links.edgeToFrontEnd);
/** Nobody has registered: the request was admitted, and bob was looked up. */
const passed = [480, 'not-registered'];

describe('a mediation server', () => {
  const calls = (uri: string, method = 'INVITE', tag = '') =>
    start()(requestBetween(uri, `sip:${bob}`, { method, to: `<sip:${bob}>${tag}` }), mediation);

  it.each([
    'sip:+44201234@gw1.contoso.example;user=phone',
    'sip:+44201234@contoso.example;user=phone',
    'sip:020-1234@192.0.2.9',
    'tel:+44201234',
    'sip:anonymous@anonymous.invalid',
    'sip:Restricted@anonymous.invalid',
    'sip:anonymous.invalid',
    'sip:Anonymous@gw1.contoso.example',
  ])('brings a call of a number outside, or of one who is not named: %s', async (caller) => {
    expect(await calls(caller)).toEqual(passed);
  });

  it.each([
    'sip:+49301001@contoso.example;user=phone',
    'sip:+49301001@anonymous.invalid',
    'sip:+49301001@gw1.contoso.example',
    'sip:0301001@gw1.contoso.example',
    'sip:+49(0)301001@gw1.contoso.example',
    'tel:+49-30-1001',
  ])('brings no call of a number that a user has: %s', async (caller) => {
    expect(await calls(caller)).toEqual([403, 'identity-not-authorised']);
  });

  it.each([
    'sip:alice@contoso.example',
    'sip:alice%40contoso.example@anonymous.invalid',
    'sip:+44201234@contoso.example',
    'sip:eve@fabrikam.example',
    'sip:+4940123@fabrikam.example;user=phone',
    'sip:anonymous@fabrikam.example',
    'sip:anonymous@contoso.example',
    'sip:ceo@bank.example',
    'sip:1001@gw1.contoso.example',
    'mailto:ceo@bank.example',
  ])('brings no call of one who has an address: %s', async (caller) => {
    expect(await calls(caller)).toEqual([403, 'identity-not-authorised']);
  });

  it.each(['MESSAGE', 'REFER', 'SUBSCRIBE', 'NOTIFY', 'OPTIONS', 'PUBLISH', 'REGISTER', 'BYE', 'INFO'])(
    'begins nothing but calls: %s',
    async (method) => {
      expect(await calls('sip:+44201234@gw1.contoso.example;user=phone', method)).toEqual([
        405,
        'method-not-allowed',
      ]);
    },
  );

  it.each(['REGISTER'])('begins nothing but calls, whatever tag To has: %s', async (method) => {
    expect(await calls('tel:+44201234', method, ';tag=2')).toEqual([405, 'method-not-allowed']);
  });

  it.each(['INVITE', 'BYE', 'PRACK'])(
    'sends no %s in a dialog of which it has no entry of ours',
    async (method) => {
      expect(await calls('sip:ceo@bank.example', method, ';tag=2')).toEqual([403, 'not-in-dialog']);
    },
  );
});

describe('an edge', () => {
  const brings = (uri: string, more: Partial<TopologyDocument> = {}, method = 'MESSAGE', tag = '') =>
    start(more)(requestBetween(uri, `sip:${bob}`, { method, to: `<sip:${bob}>${tag}` }), edge);
  const discovery = { policies: { federation: { discovery: true } } };

  it.each(['sip:eve@fabrikam.example', 'sip:eve@FABRIKAM.example', 'sip:eve@tailspin.example'])(
    'brings what a partner sends: %s',
    async (sender) => {
      for (const method of ['MESSAGE', 'INVITE', 'SUBSCRIBE'])
        expect(await brings(sender, {}, method)).toEqual(passed);
    },
  );

  it.each([
    'sip:ceo@bank.example',
    'sip:eve@spam.example',
    'sip:eve@west.fabrikam.example',
    'sip:anonymous@anonymous.invalid',
    'sip:fe1.contoso.example',
    'sip:edge1.contoso.example',
  ])('brings nothing of a domain that is not a partner’s: %s', async (sender) => {
    expect(await brings(sender)).toEqual([403, 'domain-not-authorised']);
  });

  it.each([
    'sip:+49301001@fabrikam.example;user=phone',
    'sip:+49-30-1001@fabrikam.example',
    'sip:%2B49301001@fabrikam.example',
    'sip:+49301001;ext=5@tailspin.example',
    'sip:0301001;phone-context=+49@fabrikam.example;user=phone',
    'sip:1001;phone-context=+4930@fabrikam.example;user=phone',
    'sip:301001;phone-context=%2B49@fabrikam.example',
  ])('brings no partner’s user who is named as the number of one of ours: %s', async (sender) => {
    for (const method of ['MESSAGE', 'INVITE'])
      expect(await brings(sender, {}, method)).toEqual([403, 'identity-not-authorised']);
  });

  it.each([
    'sip:+49(0)301001@fabrikam.example',
    'sip:0049301001@fabrikam.example;user=phone',
    'sip:+49301001%20@fabrikam.example',
    'sip:%E2%80%8B+49301001@fabrikam.example',
    'sip:%EF%BC%8B49301001@fabrikam.example',
    'sip:+49401001x@fabrikam.example',
    'sip:1001;phone-context=+1;phone-context=+4930@fabrikam.example;user=phone',
    `sip:${'1'.repeat(15_000)}${';phone-context=+1'.repeat(850)}@fabrikam.example;user=phone`,
    `sip:+${'-'.repeat(28_000)}49301001@fabrikam.example`,
  ])(
    'brings no partner’s user whose name looks like a number and cannot be compared as it is: %s',
    async (sender) => {
      expect(await brings(sender)).toEqual([403, 'identity-not-authorised']);
    },
  );

  it.each([
    'sip:bob%40contoso.example@fabrikam.example',
    'sip:bob;phone-context=contoso.example@fabrikam.example',
    'sip:bob%40fe1.contoso.example@tailspin.example',
  ])('brings no partner’s user whose name shows as an address of ours: %s', async (sender) => {
    for (const method of ['MESSAGE', 'INVITE'])
      expect(await brings(sender, {}, method)).toEqual([403, 'identity-not-authorised']);
  });

  it.each([
    'sip:+49401001@fabrikam.example;user=phone',
    'sip:0301001@fabrikam.example;user=phone',
    'sip:alice+49301001@fabrikam.example',
    'sip:007james@fabrikam.example',
    'sip:1001@fabrikam.example',
    'sip:fabrikam.example',
    `sip:${'a-long.name'.repeat(30)};x=y@fabrikam.example;user=phone`,
  ])('brings a partner’s user with another number, or one that counts there alone: %s', async (sender) => {
    expect(await brings(sender)).toEqual(passed);
  });

  it('lets a user of ours prove who that is', async () => {
    expect(await brings('sip:alice@contoso.example')).toEqual([407, 'authentication-required']);
    expect(await brings('tel:+49301001')).toEqual([407, 'authentication-required']);
  });

  it('brings what an unknown domain sends where these are discovered, and nothing of a blocked one', async () => {
    expect(await brings('sip:ceo@bank.example', discovery)).toEqual(passed);
    expect(await brings('sip:eve@spam.example', discovery)).toEqual([403, 'domain-not-authorised']);
  });

  it('sends nothing in a dialog of which it has no entry of ours', async () => {
    expect(await brings('sip:ceo@bank.example', {}, 'BYE', ';tag=2')).toEqual([403, 'not-in-dialog']);
  });
});
