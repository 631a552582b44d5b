import { requestBetween } from '@entente/testkit/request';
import { sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { describe, expect, it } from 'vitest';
import { copyRequest } from './copy-message.ts';
import { isOfPool } from './pool-request.ts';

const [fe1, fe2, other, alone] = ['fe1', 'fe2', 'fe3', 'fe4'].map((name) => `${name}.contoso.example`) as [
  string,
  string,
  string,
  string,
];
const pools = ['pool1.contoso.example', 'pool2.contoso.example'] as const;
const topology = sampleTopology({
  pools: pools.map((fqdn) => ({ fqdn, role: 'front-end' as const })),
  servers: [
    { ...sampleFrontEnd, fqdn: fe1, pool: pools[0] },
    { ...sampleFrontEnd, fqdn: fe2, pool: pools[0] },
    { ...sampleFrontEnd, fqdn: other, pool: pools[1] },
    { fqdn: alone, role: 'front-end' },
  ],
});
const ends = { from: fe2, to: fe1, newToken: () => 'token' };
const copies = copyRequest({ wants: true, records: [] }, ends);
const ownRequest = (method: string, to = fe1) =>
  requestBetween(`sip:${fe2}`, `sip:${to}`, { method, uri: `sip:${to}` });
const question = ownRequest('OPTIONS');
const isTold = (request: typeof copies, from: string | undefined, fqdn = fe1) =>
  isOfPool(request, from, { fqdn, topology });

describe('what servers of a pool tell each other', () => {
  it('is copies and questions of a member of our pool, and of nobody else', () => {
    for (const request of [copies, question]) {
      expect(isTold(request, fe2)).toBe(true);
      for (const from of [other, alone, 'fe9.contoso.example', undefined])
        expect(isTold(request, from)).toBe(false);
      expect(isTold(request, other, alone)).toBe(false);
    }
  });

  it('is no other request of a member', () => {
    for (const method of ['MESSAGE', 'INVITE', 'SUBSCRIBE', 'PUBLISH'])
      expect(isTold(ownRequest(method), fe2)).toBe(false);
    expect(isTold(ownRequest('OPTIONS', 'contoso.example'), fe2)).toBe(false);
  });
});
