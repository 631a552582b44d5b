import type { SipResponse } from '@entente/sip';
import { FlowNames } from '@entente/sip-relay';
import { requestBetween } from '@entente/testkit/request';
import { sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { describe, expect, it } from 'vitest';
import { frontEndOfUsers } from '../test/front-end-of-users.ts';
import { client, onPaper, proven, register, relayed } from '../test/front-end-on-paper.ts';

const [alice, bob] = ['sip:alice@contoso.example', 'sip:bob@contoso.example'] as const;
const application = (name: string, flags = {}) =>
  ({ fqdn: `${name}.contoso.example`, role: 'trusted-application', flags }) as const;
const topology = sampleTopology({
  pools: [
    { fqdn: 'pool1.contoso.example', role: 'front-end' },
    { fqdn: 'pool2.contoso.example', role: 'front-end' },
  ],
  servers: [
    sampleFrontEnd,
    { ...sampleFrontEnd, fqdn: 'fe2.contoso.example', pool: 'pool2.contoso.example' },
    sampleEdge,
    { fqdn: 'med1.contoso.example', role: 'mediation' },
    application('chat1'),
    application('bridge1', { assertsUsers: true }),
    application('foreign1', { treatAsAuthenticated: false }),
  ],
  partners: [{ kind: 'allowed-domain', id: 'fabrikam', domains: ['fabrikam.example'] }],
  users: {
    'alice@contoso.example': 'fe1.contoso.example',
    'bob@contoso.example': 'fe1.contoso.example',
    'carol@contoso.example': 'pool2.contoso.example',
    'lobby@contoso.example': 'chat1.contoso.example',
    'bridge@contoso.example': 'bridge1.contoso.example',
    'other@contoso.example': 'foreign1.contoso.example',
  },
});

/** What says who answers, and for whom. */
const claims = {
  'P-Asserted-Identity': `<${alice}>, <tel:+49301001>`,
  'P-Preferred-Identity': `<${alice}>`,
  'P-Associated-URI': `<${alice}>`,
  'P-Called-Party-ID': `<${alice}>`,
  'Remote-Party-ID': `<${alice}>;party=called`,
  'Entente-Author': `<${alice}>`,
  'Entente-Message-Id': '1',
  'Entente-Diagnostics': '1000;reason="x";source="fe1.contoso.example"',
};
const history = {
  'History-Info': `<${alice}>;index=1`,
  Diversion: `<${alice}>`,
  'CC-Diversion': `<${alice}>`,
  'Additional-Identity': `<${alice}>`,
};
const all = { ...claims, ...history };

/** A call of bob, and its answers. */
function calls(uri: string) {
  const flows = new FlowNames();
  const frontEnd = frontEndOfUsers({
    topology,
    flows,
    users: ['alice@contoso.example', 'bob@contoso.example'],
    rights: ['dial-outside'],
    clock: () => Date.now(),
  });
  const network = onPaper(frontEnd, flows, sampleFrontEnd.fqdn);
  proven(network, register(alice), client(alice));
  const { answer, later } = relayed(network, requestBetween(bob, uri, { method: 'INVITE' }), client(bob));
  const found = (response: SipResponse | undefined) => Object.keys(all).filter((name) => response?.has(name));
  return {
    says: (status = 200, headers: Readonly<Record<string, string>> = all) =>
      found(answer(status, { ...headers })),
    saysLater: () => found(later({ ...all })),
  };
}

describe('an answer', () => {
  it.each([180, 200, 486])('of a telephone says of nobody who that is: %s', (status) => {
    expect(calls(alice).says(status)).toEqual([]);
    expect(calls(alice).saysLater()).toEqual([]);
  });

  it.each([
    ['a partner', 'sip:eve@fabrikam.example'],
    ['the telephone network', 'sip:+4930555@contoso.example;user=phone'],
    ['an application that is not believed', 'sip:other@contoso.example'],
  ])('of %s says whom the call was for before, and of nobody who that is', (_, uri) => {
    const { says, saysLater } = calls(uri);
    for (const status of [180, 200]) expect(says(status)).toEqual(Object.keys(history));
    expect(saysLater()).toEqual(Object.keys(history));
    expect(says(200, { Subject: 'x' })).toEqual([]);
  });

  it.each([
    ['an edge', 'sip:eve@fabrikam.example'],
    ['a mediation server', 'sip:+4930555@contoso.example;user=phone'],
  ])('of %s says why it has refused', (_, uri) => {
    expect(calls(uri).says(403, claims)).toEqual(['Entente-Diagnostics']);
  });

  it.each(['sip:carol@contoso.example', 'sip:bridge@contoso.example'])(
    'of a server that has asked who it is says what it likes: of %s',
    (uri) => {
      expect(calls(uri).says()).toEqual(Object.keys(all));
      expect(calls(uri).saysLater()).toEqual(Object.keys(all));
    },
  );
});

describe('an answer of an application', () => {
  const { says, saysLater } = calls('sip:lobby@contoso.example');
  const asserted = (value: string) => says(200, { 'P-Asserted-Identity': value });

  it('names no user, nor anybody else, but the message that it has taken', () => {
    expect(says()).toEqual(['Entente-Message-Id']);
    expect(saysLater()).toEqual(['Entente-Message-Id']);
    for (const value of [
      `<${alice}>`,
      '<tel:+49301001>',
      '<sip:lobby@contoso.example>, <tel:+49301001>',
      '<',
    ])
      expect(asserted(value), value).toEqual([]);
  });

  it.each(['sip:lobby@contoso.example', 'sip:any@chat1.contoso.example'])(
    'names the application: %s',
    (own) => {
      expect(asserted(`<${own}>`)).toEqual(['P-Asserted-Identity']);
    },
  );

  it('says why the application has refused, and nothing in the name of another server', () => {
    const diagnostics = (server: string) => ({
      'Entente-Diagnostics': `1000;reason="x";source="${server}.contoso.example"`,
    });
    expect(says(403, diagnostics('chat1'))).toEqual(['Entente-Diagnostics']);
    expect(says(200, diagnostics('chat1'))).toEqual([]);
    expect(says(403, diagnostics('fe1'))).toEqual([]);
  });
});
