import { createTestAuthority } from '@entente/testkit';
import { sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { certificateNames, type EnterpriseAnchorReference, type Topology } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { fitsTopology, leadsToStayingRoot } from '../src/credential/interface-chain.ts';
import { referenceTo } from './sample-domain.ts';

const fqdn = 'edge1.contoso.example';
const fits = (chainPem: string, of: Topology, server: string) =>
  fitsTopology(chainPem, of, server, 'external');

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
    expect(fits(leaf?.certificatePem ?? '', topology({}), fqdn)).toBe(true);
    expect(fits(elsewhere?.certificatePem ?? '', topology({}), fqdn)).toBe(false);
    expect(fits(`${leaf?.certificatePem}${elsewhere?.certificatePem}`, topology({}), fqdn)).toBe(false);
    const bare = await authority.issue({ dnsNames: names, crlUrl: lists });
    expect(fits(bare.certificatePem, topology({}), fqdn), 'without sip: URIs').toBe(false);
    for (const changed of [
      { names: ['chat.contoso.example'] },
      { fqdn: 'edge.contoso.example' },
      { ports: { objects: 8080 } },
    ]) {
      expect(fits(leaf?.certificatePem ?? '', topology(changed), fqdn)).toBe(false);
    }
  });

  it('is not ours to ask for where a public CA issues it, or the interface is gone', async () => {
    for (const none of [topology({ certificate: 'public' }), topology()])
      expect(fits('', none, fqdn)).toBe(true);
    expect(fits('', topology({}), 'edge2.contoso.example')).toBe(true);
    expect(fits('', topology({}), fqdn)).toBe(false);
  });
});

describe('the chain of an internal interface', () => {
  it('fits while its names are those that the topology gives, the pool among them', async () => {
    const authority = await createTestAuthority('Contoso Root');
    const server = 'fe1.contoso.example';
    const pooled = sampleTopology();
    const { commonName: _, dnsNames, uris } = certificateNames(pooled, server)[0]!;
    const { certificatePem } = await authority.issue({ dnsNames, uris });
    expect(fitsTopology(certificatePem, pooled, server, 'internal')).toBe(true);
    const moved = sampleTopology({
      pools: [{ fqdn: 'pool2.contoso.example', role: 'front-end' }],
      servers: [{ fqdn: server, role: 'front-end', pool: 'pool2.contoso.example' }],
    });
    expect(fitsTopology(certificatePem, moved, server, 'internal')).toBe(false);
    expect(fitsTopology(certificatePem, moved, 'fe9.contoso.example', 'internal')).toBe(true);
  });
});

describe('the chain of an interface leads to a root that stays', () => {
  const server = sampleFrontEnd.fqdn;
  const with_ = (...enterprise: EnterpriseAnchorReference[]) => sampleTopology({ anchors: { enterprise } });
  const leads = (chainPem: string, of: Topology) => leadsToStayingRoot(chainPem, of, server, 'internal');

  it('where the topology lists it, and not as tainted', async () => {
    const [one, two] = [await createTestAuthority('Root 1'), await createTestAuthority('Root 2')];
    const issuing = await one.subordinate('Issuing 1');
    const { chainPem } = await issuing.issue({ dnsNames: [server] });
    for (const stage of ['prepared', 'active'] as const)
      expect(leads(chainPem, with_(referenceTo(one, stage), referenceTo(two)))).toBe(true);
    expect(leads(chainPem, with_(referenceTo(one, 'tainted'), referenceTo(two)))).toBe(false);
    expect(leads(chainPem, with_(referenceTo(two)))).toBe(false);
    const { certificatePem } = await one.issue({ dnsNames: [server] });
    expect(leads(certificatePem, with_(referenceTo(one)))).toBe(true);
  });

  it('only where the root has signed it, whatever its name is', async () => {
    const [one, other] = [await createTestAuthority('Root'), await createTestAuthority('Root')];
    const { certificatePem } = await one.issue({ dnsNames: [server] });
    expect(leads(certificatePem, with_(referenceTo(other)))).toBe(false);
  });

  it('where the topology lists no roots, where a public CA issues it, and where there is no such interface', async () => {
    const { certificatePem } = await (await createTestAuthority('Root')).issue({ dnsNames: [server] });
    expect(leads(certificatePem, sampleTopology())).toBe(true);
    const listed = with_(referenceTo(await createTestAuthority('Root 2')));
    expect(leadsToStayingRoot(certificatePem, listed, server, 'external')).toBe(true);
    const isPublic = { ...topology({ certificate: 'public' }).document, anchors: listed.document.anchors };
    expect(leadsToStayingRoot(certificatePem, sampleTopology(isPublic), fqdn, 'external')).toBe(true);
    expect(leads('', listed), 'no chain').toBe(false);
  });
});
