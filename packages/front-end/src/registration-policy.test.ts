import { randomBytes } from 'node:crypto';
import { createSealing, singleEpoch } from '@entente/sip-proxy';
import { FlowNames, type RequestOrigin } from '@entente/sip-relay';
import { requestBetween } from '@entente/testkit/request';
import { sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { links } from '@entente/topology';
import { expect, it } from 'vitest';
import { FrontEnd } from './front-end.ts';

const alice = 'sip:alice@contoso.example';
const other = 'fe2.contoso.example';
const topology = sampleTopology({
  servers: [sampleFrontEnd, { ...sampleFrontEnd, fqdn: other }],
  users: { 'alice@contoso.example': 'fe1.contoso.example' },
});
const origin: RequestOrigin = {
  id: 1,
  server: other,
  isClosed: false,
  users: new Map(),
  link: links.frontEndToFrontEnd,
  protection: { peer: { role: 'front-end', dnsNames: [other], sipDomains: [] } },
};

it('grants a registration for no longer than the policy of its moment says (RFC 3261 §10.3)', async () => {
  const sealing = createSealing(singleEpoch(randomBytes(32)), randomBytes);
  let maxExpiresSec = 3_600;
  const frontEnd = new FrontEnd({
    fqdn: 'fe1.contoso.example',
    port: 5061,
    sealing,
    gruus: sealing,
    topology: () => topology,
    credentials: { find: () => undefined, hasMd5: () => false },
    flows: new FlowNames(),
    newToken: () => 'token',
    onUser() {},
    clock: () => 1_000,
    hopTo: (name) => ({ name, address: '192.0.2.1', port: 5061, link: links.frontEndToFrontEnd }),
    registrationPolicy: () => ({ maxExpiresSec }),
  });
  const register = async (cseq: number): Promise<string | undefined> => {
    const request = requestBetween(alice, alice, {
      method: 'REGISTER',
      uri: 'sip:contoso.example',
      callId: 'register',
      cseq,
      contact: '<sip:alice@client.invalid>;expires=3600',
      headers: { Path: `<sip:t@${other};transport=tls;lr;ob>`, 'P-Asserted-Identity': `<${alice}>` },
    });
    const sender = frontEnd.admit(request, origin);
    if ('reason' in sender) throw new Error(sender.message);
    const decision = await frontEnd.decide(request, sender);
    return decision.kind === 'serve'
      ? decision.response.contacts[0]?.parameters.get('expires')
      : decision.kind;
  };
  expect(await register(1)).toBe('3600');
  maxExpiresSec = 1_900;
  expect(await register(2)).toBe('1900');
});
