import { administratorSetHash } from '@entente/topology';
import { createMemoryTopologyVersions, type TopologyVersions } from '@entente/topology/versions';
import { beforeEach, describe, expect, it } from 'vitest';
import { openDomainTopologies } from '../src/domain-topologies.ts';
import { contoso, next, signed } from './contoso.ts';

const settings = {
  administratorsHash: administratorSetHash(contoso.administrators),
  domain: 'contoso.example',
  fqdn: 'ca.contoso.example',
};
const now = Date.parse('2026-01-15T13:00:00Z');
const refused = { code: 'ENTENTE_OTHER_AUTHORITY', place: 'the topology' };

let versions: TopologyVersions;
beforeEach(() => {
  versions = createMemoryTopologyVersions();
});
const publish = async (document = contoso) => {
  const store = await openDomainTopologies(versions, settings);
  expect(await store.publish(signed(document), now)).toMatchObject({ accepted: true });
};

describe('an authority under a name that its topology does not have', () => {
  it('is not opened: its servers would refuse the certificate that it gives itself', async () => {
    await publish();
    await expect(
      openDomainTopologies(versions, { ...settings, fqdn: 'ca2.contoso.example' }),
    ).rejects.toMatchObject({
      ...refused,
      message:
        'the configuration has ca2.contoso.example as "fqdn", and version 1 of the topology, which is in force here, has ca.contoso.example',
      remedy: 'correct "fqdn", or "directory" where this is the folder of another authority',
    });
    const store = await openDomainTopologies(versions, settings);
    expect(store.current?.topology.document.version).toBe(1);
  });

  it('is not opened for another domain', async () => {
    await publish();
    await expect(
      openDomainTopologies(versions, { ...settings, domain: 'fabrikam.example' }),
    ).rejects.toMatchObject({ ...refused, message: expect.stringContaining('fabrikam.example as "domain"') });
  });

  it('is opened before the first version, and where the topology lists no authority', async () => {
    const other = { ...settings, fqdn: 'ca2.contoso.example' };
    expect((await openDomainTopologies(versions, other)).current).toBeUndefined();
    await publish();
    await publish(next(contoso, { servers: contoso.servers.slice(1) }));
    expect((await openDomainTopologies(versions, other)).current?.topology.document.version).toBe(2);
  });

  it('is opened under either name where the topology lists two authorities', async () => {
    const servers = [...contoso.servers, { fqdn: 'ca2.contoso.example', role: 'authority' } as const];
    await publish({ ...contoso, servers });
    for (const fqdn of ['ca.contoso.example', 'ca2.contoso.example'])
      expect((await openDomainTopologies(versions, { ...settings, fqdn })).current).toBeDefined();
  });
});
