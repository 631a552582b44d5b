import { createTestAuthority } from '@entente/testkit';
import { sampleTopology } from '@entente/testkit/topology';
import type { Topology } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { fitsTopology } from '../src/credential/external-chain.ts';

const fqdn = 'edge1.contoso.example';

function topology(external?: object): Topology {
  return sampleTopology({
    servers: [
      {
        fqdn,
        role: 'edge',
        ...(external === undefined
          ? {}
          : { interfaces: { external: { fqdn: 'access.contoso.example', ...external } } }),
      },
    ],
  });
}

const names = ['access.contoso.example', 'sip.contoso.example', 'contoso.example'];
const lists = 'http://access.contoso.example/crl/0123456789abcdef/0.crl';

describe('the chain of an external interface', () => {
  it('fits while names and places of lists are those of the topology', async () => {
    const authority = await createTestAuthority('Contoso Root');
    const [leaf, elsewhere] = await Promise.all(
      [lists, 'http://ca.contoso.example/0.crl'].map((crlUrl) =>
        authority.issue({ dnsNames: names, uris: names.map((name) => `sip:${name}`), crlUrl }),
      ),
    );
    expect(fitsTopology(leaf?.certificatePem ?? '', topology({}), fqdn)).toBe(true);
    expect(fitsTopology(elsewhere?.certificatePem ?? '', topology({}), fqdn)).toBe(false);
    expect(fitsTopology(`${leaf?.certificatePem}${elsewhere?.certificatePem}`, topology({}), fqdn)).toBe(
      false,
    );
    const bare = await authority.issue({ dnsNames: names, crlUrl: lists });
    expect(fitsTopology(bare.certificatePem, topology({}), fqdn), 'without sip: URIs').toBe(false);
    for (const changed of [
      { names: ['chat.contoso.example'] },
      { fqdn: 'edge.contoso.example' },
      { ports: { objects: 8080 } },
    ]) {
      expect(fitsTopology(leaf?.certificatePem ?? '', topology(changed), fqdn)).toBe(false);
    }
  });

  it('is not ours to ask for where a public CA issues it, or the interface is gone', async () => {
    for (const none of [topology({ certificate: 'public' }), topology()])
      expect(fitsTopology('', none, fqdn)).toBe(true);
    expect(fitsTopology('', topology({}), 'edge2.contoso.example')).toBe(true);
    expect(fitsTopology('', topology({}), fqdn)).toBe(false);
  });
});
