import { assertableIdentities, isInsideName, mayBeInsideName } from '@entente/federation';
import type { HeaderFields } from '@entente/sip';
import { requestBetween } from '@entente/testkit/request';
import { sampleTopology } from '@entente/testkit/topology';
import type { Topology } from '@entente/topology';
import { describe, expect, it } from 'vitest';

const topology = sampleTopology();

const request = (headers: HeaderFields = {}) =>
  requestBetween('sip:bob@fabrikam.example', 'sip:alice@contoso.example', {
    method: 'INVITE',
    callId: 'call-1@fe1.contoso.example',
    headers,
  });
describe('names of the inside', () => {
  it('are those of servers, pools and internal sides, and no name under which we are known outside', () => {
    const names = ['fe1.contoso.example', 'pool1.contoso.example', 'edge1.contoso.example'];
    expect(names.filter((name) => isInsideName(topology, name))).toEqual(names);
    for (const name of ['access.contoso.example', 'contoso.example', 'sip.fabrikam.example'])
      expect(isInsideName(topology, name)).toBe(false);
  });
});

describe('a name that somebody guesses', () => {
  it('is like one of the inside where it lies below a domain of ours, whether it exists or not', () => {
    const names = ['fe1.contoso.example', 'fe9.contoso.example', 'a.b.contoso.example'];
    expect(names.filter((name) => mayBeInsideName(topology, name))).toEqual(names);
  });

  it('is looked at from its end, and at no more of it than a name may have', () => {
    const looked: string[] = [];
    const watched: Topology = {
      ...topology,
      isOurDomain(domain) {
        looked.push(domain);
        return topology.isOurDomain(domain);
      },
    };
    expect(mayBeInsideName(watched, `${'a.'.repeat(13_000)}contoso.example`)).toBe(true);
    expect(mayBeInsideName(watched, `${'a.'.repeat(13_000)}fabrikam.example`)).toBe(false);
    expect(looked.length).toBeLessThan(2 * 130);
    expect(looked.filter((domain) => domain.length > 255)).toHaveLength(2);
  });

  it('is not where it is public, or a partner’s', () => {
    const partners = sampleTopology({
      partners: [{ kind: 'allowed-domain', id: 'sub', domains: ['sub.contoso.example'] }],
    });
    const names = [
      'contoso.example',
      'access.contoso.example',
      'sip.fabrikam.example',
      'sub.contoso.example',
    ];
    expect(names.filter((name) => mayBeInsideName(partners, name))).toEqual([]);
  });
});

describe('the identities that a partner asserts', () => {
  const number = '<tel:+15550100>';
  const address = '<sip:bob@fabrikam.example>';

  it('have a domain: a number is taken off, the address beside it stays', () => {
    expect(assertableIdentities(request({ 'P-Asserted-Identity': number }))).toEqual([]);
    const both = assertableIdentities(request({ 'P-Asserted-Identity': `${address}, ${number}` }));
    expect(both?.map(String)).toEqual([address]);
  });

  it('are left alone where all have one, or there is none', () => {
    expect(assertableIdentities(request({ 'P-Asserted-Identity': address }))).toBeUndefined();
    expect(assertableIdentities(request())).toBeUndefined();
  });
});
