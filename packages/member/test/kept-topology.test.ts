import { administrators, contoso } from '@entente/testkit/topology';
import { encodeSignedTopology, signTopology, type TopologyDocument, topologyHash } from '@entente/topology';
import { expect, it } from 'vitest';
import { TopologyFile } from '../src/files/topology-file.ts';

const [one, two, three] = administrators;

const kept = (text: string) =>
  new TopologyFile({ path: () => 'topology.json', read: async () => text, write: async () => {} });

it('a topology is kept for the next start also where an administrator has signed it who leaves with it', async () => {
  const left: TopologyDocument = {
    ...contoso,
    version: contoso.version + 1,
    previous: topologyHash(contoso),
    administrators: { required: 2, keys: [two.entry, three.entry] },
  };
  const text = encodeSignedTopology(signTopology(left, [one.signer, two.signer, three.signer]));
  expect((await kept(text).restore())?.hash).toBe(topologyHash(left));
  await expect(kept(text.replace('fe1.contoso', 'fe6.contoso')).restore()).rejects.toMatchObject({
    code: 'ENTENTE_MEMBER_DAMAGED',
  });
});
