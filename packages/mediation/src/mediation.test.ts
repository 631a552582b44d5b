import { randomBytes } from 'node:crypto';
import { KnownAccounts } from '@entente/accounts/feed';
import { createSealing, singleEpoch } from '@entente/sip-proxy';
import type { RequestOrigin } from '@entente/sip-relay';
import { requestBetween } from '@entente/testkit/request';
import { sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { links } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { Mediation } from './mediation.ts';

const fqdn = 'med1.contoso.example';
const topology = sampleTopology({
  servers: [sampleFrontEnd, { fqdn, role: 'mediation' }],
  telephony: { emergencyNumbers: ['112'] },
});
const frontEnd: RequestOrigin = {
  id: 1,
  server: sampleFrontEnd.fqdn,
  isClosed: false,
  users: new Map(),
  link: links.frontEndToMediation,
  protection: {},
};

/** A mediation server, and in whose share the emergency call of a user counts. */
function start() {
  const mediation = new Mediation({
    fqdn,
    ports: { inside: 5070, gateways: 5067 },
    topology: () => topology,
    accounts: { known: new KnownAccounts(), isStale: false },
    hopTo: () => undefined,
    sealing: createSealing(singleEpoch(randomBytes(32)), randomBytes),
    newToken: () => 'token',
    clock: () => 1_000,
  });
  const uri = 'sip:112@contoso.example';
  return (name: string) => {
    const address = `sip:${name}@contoso.example`;
    const headers = { 'P-Asserted-Identity': `<${address}>` };
    const request = requestBetween(address, uri, { method: 'INVITE', uri, headers });
    const isFirst = mediation.isEmergency(request, frontEnd);
    const sender = mediation.admit(request, frontEnd);
    if ('reason' in sender) throw new Error(sender.message);
    return { isFirst, share: mediation.onBehalfOf(request, sender) };
  };
}

describe('emergency calls at a mediation server', () => {
  it('come first and count for nobody, but for those of a user who has made eight within three minutes', () => {
    const dial = start();
    const helped = { isFirst: true, share: undefined };
    for (let count = 0; count < 8; count++) expect(dial('bob')).toEqual(helped);
    expect(dial('bob')).toEqual({ isFirst: false, share: 'bob@contoso.example' });
    expect(dial('alice')).toEqual(helped);
  });
});
