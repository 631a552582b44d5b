import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  certifyOutside,
  initialiseAuthority,
  type OpenAuthorityFolder,
  openAuthorityFolder,
} from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import { buildTopology, type Topology } from '@entente/topology';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outsideProblem, outsideView } from '../src/external-certificate-problem.ts';
import { contoso } from './contoso.ts';

function withEdge(...names: readonly string[]): Topology {
  return buildTopology({
    ...contoso,
    servers: [
      ...contoso.servers.filter(({ role }) => role !== 'edge'),
      ...names.map((name, index) => ({
        fqdn: `edge${index + 1}.contoso.example`,
        role: 'edge' as const,
        interfaces: { external: { fqdn: name } },
      })),
    ],
  });
}

describe('certificates for outsiders', () => {
  let folder: string;
  const open = async (name: string, addresses: readonly string[]): Promise<OpenAuthorityFolder> => {
    const directory = join(folder, name);
    await initialiseAuthority({
      directory,
      domain: 'contoso.example',
      fqdn: 'ca.contoso.example',
      objectsUrl: 'http://ca.contoso.example',
      now: Date.now(),
      openLedger,
    });
    if (addresses.length > 0) await certifyOutside({ directory, objectsUrls: addresses });
    return openAuthorityFolder(directory, openLedger);
  };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'entente-outside-view-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('name the edges of the topology in force, and come with the chain for outsiders', async () => {
    await using opened = await open('with', ['http://access.contoso.example']);
    expect(outsideView(opened, withEdge('access.contoso.example'))).toEqual({
      objectsUrls: ['http://access.contoso.example'],
      chain: [opened.outside?.der],
    });
    expect(outsideProblem(opened, withEdge('access.contoso.example'))).toBeUndefined();
  });

  it('are like all others without an edge, and before there is a topology', async () => {
    await using opened = await open('none', []);
    for (const topology of [withEdge(), undefined]) {
      expect(outsideView(opened, topology)).toBeUndefined();
      expect(outsideProblem(opened, topology)).toBeUndefined();
    }
  });

  it('are a matter for the root’s key where the issuing authority’s own names other addresses or none', async () => {
    await using none = await open('later', []);
    const topology = withEdge('access.contoso.example', 'second.contoso.example');
    expect(outsideProblem(none, topology)).toMatchObject({
      message: expect.stringContaining('http://access.contoso.example, http://second.contoso.example'),
      remedy: expect.stringMatching(/root-request\.json.*entente ca root sign.*entente ca root accept/),
    });
    expect(outsideView(none, topology)?.chain).toEqual(none.issuer.chain);
    await using one = await open('one', ['http://access.contoso.example']);
    expect(outsideProblem(one, topology)?.message).toMatch(
      /does not name http:\/\/second\.contoso\.example$/,
    );
  });
});
