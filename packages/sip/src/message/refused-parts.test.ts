import { describe, expect, it } from 'vitest';
import { createChallenge } from '../digest/challenge.ts';
import { createCredentialRecord, digestA1 } from '../digest/credential-record.ts';
import { CSeq } from '../headers/cseq.ts';
import { NameAddr } from '../headers/name-addr.ts';
import { Via } from '../headers/via.ts';
import { Parameters } from '../parameters/parameters.ts';
import { SipUri } from '../uri/uri.ts';
import { createRequest } from './create-request.ts';
import { createResponse } from './create-response.ts';
import { edit } from './edit.ts';
import { inspectRequest } from './inspect-request.ts';

const base = {
  method: 'OPTIONS',
  uri: 'sip:bob@contoso.example',
  from: '<sip:alice@contoso.example>;tag=1',
  to: '<sip:bob@contoso.example>',
  callId: 'one',
  cseq: 1,
  via: 'SIP/2.0/TLS pc.contoso.example;branch=z9hG4bK1',
} as const;
const request = createRequest(base);
const refused = expect.objectContaining({ name: 'SipArgumentError', code: 'SIP_INVALID_ARGUMENT' });
const host = 'contoso.example';
const uri = 'sip:alice@contoso.example';
const transport = 'TLS';
const challenge = { realm: 'contoso.example', nonce: 'n', algorithm: 'SHA-256' } as const;
const user = { username: 'alice', realm: 'contoso.example', password: 'p' };
const can = { role: 'endpoint', methods: ['OPTIONS'], extensions: [], schemes: ['sip'], contentTypes: [] };

type Call = [string, (given: never) => unknown, unknown];

/** Arguments as a caller without a compiler may give them. */
const calls: readonly Call[] = [
  ...['sip:a b@c', '', 'bob', 'sip:bob@contoso.example?Subject=x', {}, undefined, null, 5].map(
    (given): Call => [`setUri ${String(given)}`, (one: never) => edit(request).setUri(one), given],
  ),
  ...[
    { host, user: '' },
    { host, scheme: 'http' },
    { host, scheme: 'SIPS' },
    { host, usr: 'alice' },
    { host, user: 5 },
    { host, parameters: { transport: null } },
    { host, parameters: new Map([['lr', true]]) },
    { user: 'alice' },
    undefined,
  ].map((given): Call => [`SipUri.from ${JSON.stringify(given)}`, SipUri.from, given]),
  ...[{ usr: 'alice' }, { user: '' }, { scheme: 'http' }, { prot: 3 }].map(
    (given): Call => [
      `SipUri.with ${JSON.stringify(given)}`,
      (one: never) => SipUri.from({ host }).with(one),
      given,
    ],
  ),
  ...[
    { uri, displayname: 'Alice' },
    { uri, displayName: 5 },
    { uri, parameters: { tag: null } },
    { uri, parameters: { tag: false } },
    { uri, parameters: { tag: {} } },
    { uri, parameters: { tag: Number.NaN } },
    { uri: {} },
    {},
  ].map((given): Call => [`NameAddr.from ${JSON.stringify(given)}`, NameAddr.from, given]),
  ...[{ transport, host, brnch: 'z9hG4bK1' }, { transport, host, branch: 5 }, { host }, { transport }].map(
    (given): Call => [`Via.from ${JSON.stringify(given)}`, Via.from, given],
  ),
  ...[
    { callId: '' },
    { callId: 'a b' },
    { via: 'junk' },
    { via: [base.via, 'junk'] },
    { cseq: new CSeq(1, 'INVITE') },
    { routes: 'x' },
    { routes: ['<sip:proxy.contoso.example;lr>', 'x'] },
    { contact: 'no address' },
    { contact: [NameAddr.from({ uri }), ''] },
    { contentType: '' },
    { contentType: 'text' },
    { headers: { From: '<sip:carol@contoso.example>;tag=2' } },
    { headers: { f: '<sip:carol@contoso.example>;tag=2' } },
    { headers: { Subject: 'a\0b' } },
    { headers: new Map([['Subject', 'x']]) },
    { headers: new Headers({ Subject: 'x' }) },
  ].map(
    (given): Call => [
      `createRequest ${JSON.stringify(given)} ${Object.values(given)[0]?.constructor.name}`,
      createRequest,
      { ...base, ...given },
    ],
  ),
  ...[{ contact: 'no address' }, { contact: '' }, { contentType: '' }, { contentType: 'text' }].map(
    (given): Call => [
      `createResponse ${JSON.stringify(given)}`,
      (one: never) => createResponse(request, 200, 'OK', one),
      given,
    ],
  ),
  ...[
    { ...challenge, algorithm: 'SHA256' },
    { ...challenge, stal: true },
    { ...challenge, stale: 'yes' },
    { ...challenge, nonce: undefined },
    undefined,
  ].map((given): Call => [`createChallenge ${JSON.stringify(given)}`, createChallenge, given]),
  ...[
    { ...user, password: undefined },
    { ...user, realm: undefined },
  ].map((given): Call => [`createCredentialRecord ${JSON.stringify(given)}`, createCredentialRecord, given]),
  ['algorithm SHA256', (one) => createCredentialRecord(user, one), ['SHA256']],
  ['digestA1 without a password', (one) => digestA1('SHA-256', 'alice', 'contoso.example', one), undefined],
  ...[
    { ...can, role: 'uas' },
    { ...can, role: undefined },
    { ...can, schemes: 'sip' },
  ].map(
    (given): Call => [
      `inspectRequest ${JSON.stringify(given)}`,
      (one: never) => inspectRequest(request, one),
      given,
    ],
  ),
];

describe('what a peer could not read', () => {
  it.each(calls)('is refused before it is written: %s', (_, call, given) => {
    let found: unknown;
    try {
      found = call(given as never);
    } catch (error) {
      found = error;
    }
    expect(found).toEqual(refused);
  });
});

describe('what a peer can read', () => {
  it('is written as before', () => {
    expect(edit(request).setUri('sip:carol@contoso.example').toMessage().uriText).toBe(
      'sip:carol@contoso.example',
    );
    expect(
      edit(request)
        .setUri(SipUri.from({ host, user: 'carol' }))
        .toMessage().uriText,
    ).toBe('sip:carol@contoso.example');
    const { via: _, ...without } = base;
    expect(createRequest(without).get('Via')).toBeUndefined();
    expect(
      createRequest({ ...base, via: [base.via, base.via], headers: { Subject: 'x' } }).vias,
    ).toHaveLength(2);
    const asked = createRequest({
      ...base,
      routes: ['<sip:a.contoso.example;lr>, <sip:b.contoso.example;lr>'],
    });
    expect(asked.routes).toHaveLength(2);
    expect(createRequest({ ...base, contact: '*' }).isContactWildcard).toBe(true);
    expect(
      createResponse(asked, 200, 'OK', { contact: uri, contentType: 'text/plain' }).contacts,
    ).toHaveLength(1);
    expect(SipUri.from({ host, port: undefined, parameters: { lr: true, x: 5 } }).toString()).toBe(
      'sip:contoso.example;lr;x=5',
    );
  });
});

describe('a record of parameters', () => {
  it('sets a name twice where it is written twice, and keeps the first place', () => {
    expect(Parameters.from({ a: 1, b: 'x y', A: 2, c: true, d: undefined }).toString()).toBe(
      ';a=2;b="x y";c',
    );
  });

  it('copies nothing for each of its names', () => {
    const names = Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`p${i}`, 'v']));
    expect(Parameters.from(names).size).toBe(200_000);
  });
});
