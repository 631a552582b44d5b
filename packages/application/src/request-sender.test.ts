import { createRequest } from '@entente/sip';
import { sampleTopology } from '@entente/testkit/topology';
import { describe, expect, it } from 'vitest';
import { callerOf, senderOf } from './request-sender.ts';

const sample = sampleTopology();
const med2 = 'med2.contoso.example';
const server = (role: string) => ({ role }) as never;
const topology = {
  servers: new Map([
    ...sample.servers,
    ['med1.contoso.example', server('mediation')] as const,
    [med2, server('mediation')] as const,
    ['gw1.contoso.example', server('gateway')] as const,
    ['gw2.contoso.example', server('gateway')] as const,
  ]),
};
const frontEnd = 'fe1.contoso.example';

/** Under what a call counts whose Via fields name these hosts, the topmost first. */
function caller(from: string, hosts: readonly string[], asserted?: string): string {
  const request = createRequest({
    method: 'INVITE',
    uri: 'sip:echo@chat1.contoso.example',
    from: `<${from}>;tag=1`,
    to: '<sip:echo@chat1.contoso.example>',
    callId: '1',
    cseq: 1,
    headers: {
      Via: hosts.map((host) => `SIP/2.0/TLS ${host};branch=z9hG4bK1`),
      ...(asserted === undefined ? {} : { 'P-Asserted-Identity': `<${asserted}>` }),
    },
  });
  return callerOf(request, senderOf(request, frontEnd), topology);
}

describe('a caller for whom nobody vouches', () => {
  const withheld = 'sip:anonymous@anonymous.invalid';

  it('counts with those that the same gateway has brought, and with no others', () => {
    const first = caller(withheld, [frontEnd, 'med1.contoso.example', 'gw1.contoso.example']);
    const again = caller('sip:x@Anonymous.Invalid', [frontEnd, frontEnd, med2, 'GW1.contoso.example']);
    expect(again, 'over whichever mediation server').toBe(first);
    expect(caller(withheld, [frontEnd, 'med1.contoso.example', 'gw2.contoso.example'])).not.toBe(first);
    expect(caller(withheld, [frontEnd, 'edge1.contoso.example', 'gw1.contoso.example'])).not.toBe(first);
    for (const name of ['192.0.2.7', 'made-up.invalid'])
      expect(caller(withheld, [frontEnd, 'med1.contoso.example', name])).toBe('@anonymous.invalid');
  });

  it('counts with its domain at whatever edge it comes, whatever it has written below that', () => {
    const partner = 'sip:bob@fabrikam.example';
    const one = caller(partner, [frontEnd, 'edge1.contoso.example']);
    expect(one).toBe('@fabrikam.example');
    expect(caller(partner, [frontEnd, frontEnd, 'edge1.contoso.example', 'gw1.contoso.example'])).toBe(one);
    expect(caller(partner, [frontEnd, 'edge1.contoso.example', frontEnd, 'x.fabrikam.example'])).toBe(one);
  });

  it('is no user for whom a front end vouches', () => {
    const alice = 'sip:alice@contoso.example';
    expect(caller(alice, [frontEnd, 'gw1.contoso.example'], alice)).toBe('alice@contoso.example');
  });
});
